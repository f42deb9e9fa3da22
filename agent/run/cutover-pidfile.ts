import { readFile, stat } from "node:fs/promises";
import { posix } from "node:path";
import { standing } from "../act/put-files.ts";
import { takePidfile } from "../act/take-pidfile.ts";
import { keptAt } from "./cutover-script-files.ts";
import type { CutoverWalk } from "./cutover-walk.ts";

/**
 * Removes the old pidfile where its pid may go; gives its path where it was removed. One whose
 * name stands in the command line of a gunicorn alone is left, and told: whoever started that
 * could have named any file.
 */
export async function dropOldPidfile(
  walk: CutoverWalk,
  mayGo: (pid: number) => boolean,
): Promise<string | undefined> {
  const path = walk.record().target.old.pidfile?.path;
  if (path === undefined || (await standing(path)) === "nothing") return undefined;
  if (!(await isNamedByRoot(walk, path))) {
    walk.note(`${path} is left: neither the settings nor the init script name it as the pidfile`);
    return undefined;
  }
  const taken = takePidfile(path, mayGo);
  if (taken.kind === "left") walk.note(`${path} is left: ${taken.why}`);
  return taken.kind === "removed" ? path : undefined;
}

async function isNamedByRoot({ parts, record }: CutoverWalk, path: string): Promise<boolean> {
  const { old, socket, backup } = record().target;
  const known = parts.settings.sockets.find((one) => one.path === socket.path);
  if (known?.pidfile === path) return true;
  if (old.initScript === null) return false;
  const script = keptAt(backup, old.initScript);
  if ((await standing(script)) !== "file") return false;
  const { uid, mode } = await stat(script);
  if (uid !== 0 || (mode & 0o022) !== 0) return false;
  const text = await readFile(script, "utf8");
  // in pieces as well: `root=/srv/app` and `$root/gunicorn.pid`
  return says(text, path) || (says(text, posix.dirname(path)) && says(text, posix.basename(path)));
}

/** True where these words stand in a text, and are no part of a longer name. */
function says(text: string, words: string): boolean {
  const plain = words.replace(/[$()*+.?[\\\]^{|}]/g, "\\$&");
  return new RegExp(`(?<![\\w.-])${plain}(?![\\w.-])`).test(text);
}
