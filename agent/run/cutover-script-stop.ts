import { dirname, join } from "node:path";
import { putFile, standing, takeEmptyFolder, takeFile } from "../act/put-files.ts";
import { reasonOf } from "./remediation-lock.ts";
import type { CutoverWalk } from "./cutover-walk.ts";

const NAME = "90-onemaster-no-stop.conf";

/**
 * Stops the old unit, in which nobody is, without a run of its script: that would kill whoever has
 * the pid by now that its pidfile names. Why that was not possible, or undefined.
 */
export async function stopWithoutScript(walk: CutoverWalk): Promise<string | undefined> {
  const { parts, record } = walk;
  const { unit } = record().target.old;
  try {
    await putFile(dropInOf(walk), "[Service]\nExecStop=\n", 0o644);
    const unread = await parts.systemd.reload();
    return unread ?? (await parts.systemd.stop(unit));
  } catch (error) {
    return `${unit} is active, and could not be stopped: ${reasonOf(error)}`;
  } finally {
    await letScriptStop(walk);
  }
}

/** Removes what `stopWithoutScript` has made, also where a command died in it. */
export async function letScriptStop(walk: CutoverWalk): Promise<void> {
  const { parts, note } = walk;
  const dropIn = dropInOf(walk);
  try {
    if ((await standing(dropIn)) === "nothing") return;
    await takeFile(dropIn);
    await takeEmptyFolder(dirname(dropIn));
    const unread = await parts.systemd.reload();
    if (unread !== undefined) note(unread);
  } catch (error) {
    note(`${dropIn} is left: ${reasonOf(error)}`);
  }
}

function dropInOf({ parts, record }: CutoverWalk): string {
  return join(parts.dropIns, `${record().target.old.unit}.d`, NAME);
}
