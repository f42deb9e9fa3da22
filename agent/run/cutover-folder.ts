import { dirname } from "node:path";
import { putFolderMode, setGroupBit } from "../act/folder-mode.ts";
import { realPathOf } from "../act/real-path.ts";
import type { CutoverWalk } from "./cutover-walk.ts";

/**
 * systemd binds a socket as root, and gives it to its user and group a fork later
 * (socket_enter_start_chown): nginx is denied meanwhile, 4 of 3,479 requests in one run. Where the
 * folder is of the socket's group, what is made in it is of that group at once for as long.
 */
export async function lendGroup(walk: CutoverWalk): Promise<void> {
  const { socketActivation, target } = walk.record();
  const { gid } = target.socket;
  const folder = folderOf(walk);
  if (!socketActivation || gid === null || folder === undefined) return;
  await setGroupBit(folder, gid, async (folderMode) => {
    walk.amend({ folderMode });
    return (await walk.keep()) === undefined;
  });
}

/** The folder is as it was before. */
export function takeGroupBack(walk: CutoverWalk): void {
  const { folderMode } = walk.record();
  const folder = folderOf(walk);
  if (folderMode === null || folder === undefined) return;
  const why = putFolderMode(folder, folderMode);
  if (why === undefined) walk.amend({ folderMode: null });
  else walk.note(why);
}

function folderOf(walk: CutoverWalk): string | undefined {
  return realPathOf(dirname(walk.record().target.socket.path));
}
