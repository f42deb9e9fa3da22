import { type Stats, statfsSync } from "node:fs";
import { posix } from "node:path";
import type { LostFolder } from "../model/cutover-facts.ts";
import { octalMode } from "../model/file-mode.ts";
import { type MadeFolder, parseTmpfilesConfig } from "../parse/tmpfiles-config.ts";
import { pathText } from "../parse/path-text.ts";
import { accountOf } from "./account-of.ts";
import { type FailureLog, failureOf } from "./failures.ts";
import { type Files, pathBytes } from "./files.ts";
import { runTool } from "./run-tool.ts";

/** TMPFS_MAGIC of statfs(2). */
const TMPFS = 0x01021994;
const PATIENCE_MS = 5_000;

/**
 * Those of these folders that a boot leaves nothing of, since they are in memory or in a folder that
 * is emptied, and that no line of tmpfiles.d is known to make again for the same owner. Those that
 * are not there are left out. A mount of its own is made again by whoever mounts it.
 */
export async function lostAtBoot(
  folders: readonly string[],
  files: Files,
  log: FailureLog,
): Promise<readonly LostFolder[]> {
  const known = await runTool(["systemd-tmpfiles", "--cat-config"], {
    patienceMs: PATIENCE_MS,
    log,
  });
  const { made, emptied } = parseTmpfilesConfig(known.ok ? known.value : "");
  const lost = new Map<string, LostFolder>();
  for (const folder of folders) {
    const real = files.realPath(pathBytes(folder));
    const found = real.ok ? files.stat(real.value) : real;
    if (!real.ok || !found.ok) continue;
    const isBelowEmptied = [...emptied].some((one) => real.value.startsWith(`${one}/`));
    if (!isBelowEmptied && !isMadeInMemory(real.value, found.value.dev, files, log)) continue;
    const line = made.get(real.value);
    if (line !== undefined && (await isMadeAsGood(line, found.value, log))) continue;
    const { mode, uid, gid } = found.value;
    const path = pathText(real.value);
    const madeAs = line && `${octalMode(line.mode)} ${line.user} ${line.group}`;
    lost.set(path, { path, madeAs, mode: mode & 0o7777, owner: { uid, gid } });
  }
  return [...lost.values()];
}

/**
 * True where a folder made so is of the owner and group that it has now, and open to nobody less.
 * With S_ISGID a socket that is made in it is of the folder's group, without it of the service's:
 * nginx may be of the first alone.
 */
export async function isMadeAsGood(
  line: MadeFolder,
  now: Stats,
  log: FailureLog,
): Promise<boolean> {
  if ((now.mode & 0o2777 & ~line.mode) !== 0) return false;
  const owner = [await idOf("passwd", line.user, log), await idOf("group", line.group, log)];
  return owner[0] === now.uid && owner[1] === now.gid;
}

async function idOf(
  database: "passwd" | "group",
  name: string,
  log: FailureLog,
): Promise<number | undefined> {
  if (/^\d+$/.test(name)) return Number(name);
  return (await accountOf(database, name, log))?.id;
}

/** In a tmpfs, and not its root. A host that is in memory as a whole has no unit after a boot either. */
function isMadeInMemory(path: string, device: number, files: Files, log: FailureLog): boolean {
  const [above, root] = [files.stat(posix.dirname(path)), files.stat("/")];
  if (!above.ok || above.value.dev !== device) return false;
  if (!root.ok || root.value.dev === device) return false;
  try {
    return statfsSync(Buffer.from(path, "latin1")).type === TMPFS;
  } catch (error) {
    log.count(failureOf(path, error));
    return false;
  }
}
