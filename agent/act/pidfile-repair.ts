import {
  closeSync,
  constants,
  fstatSync,
  linkSync,
  lstatSync,
  openSync,
  renameSync,
  unlinkSync,
} from "node:fs";
import { open } from "node:fs/promises";
import { basename, dirname } from "node:path";
import type { Done } from "../model/acting.ts";
import { pathProblem } from "../model/plain-path.ts";
import { doneOf } from "./call-failure.ts";

/** How to write a pidfile. */
export interface PidfileOptions {
  /** Permissions, whatever the umask is; gunicorn gives its own 0o644. */
  readonly mode: number;
  /**
   * Asked in the last moment: does the path still name nobody? It must look at the host afresh,
   * without waiting.
   */
  readonly stillWanted: () => boolean;
}

const STICKY = 0o1000;

/**
 * Writes `PID\n` to a path where no pidfile stands, or one that names nobody. It appears whole or
 * not at all. A pidfile that somebody writes meanwhile is not replaced: where none stood, link(2)
 * fails at it; one that stood must be the very same file still, and `stillWanted` say so, in the
 * instant before the rename.
 *
 * The file belongs to whoever runs the agent, which is as good as any owner: a gunicorn master
 * only reads and unlinks it, and what may be unlinked is a matter of the folder. In a folder with
 * the sticky bit it is not, so nothing is written there.
 */
export async function writePidfile(
  path: string,
  pid: number,
  options: PidfileOptions,
): Promise<Done> {
  const problem = pathProblem(path) ?? pidProblem(pid);
  if (problem !== undefined) return failed(problem);
  let folder: number | undefined;
  try {
    // one folder from here on, whatever its path leads to by then
    folder = openSync(dirname(path), constants.O_RDONLY | constants.O_DIRECTORY);
    if ((fstatSync(folder).mode & STICKY) !== 0) {
      return failed("its folder has the sticky bit: the master could not remove the pidfile");
    }
    return await writeIn(`/proc/self/fd/${folder}`, basename(path), pid, options);
  } catch (error) {
    return doneOf(error);
  } finally {
    if (folder !== undefined) closeSync(folder);
  }
}

async function writeIn(
  folder: string,
  name: string,
  pid: number,
  { mode, stillWanted }: PidfileOptions,
): Promise<Done> {
  const target = `${folder}/${name}`;
  const before = standing(target);
  if (before === "other") return failed("what stands there is no regular file");
  // loaded here: an agent that repairs nothing does without it, and its 0.2 MB
  const { randomBytes } = await import("node:crypto");
  const temporary = `${folder}/.onemaster-${randomBytes(8).toString("hex")}`;
  const { O_WRONLY, O_CREAT, O_EXCL, O_NOFOLLOW } = constants;
  const file = await open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0o600);
  try {
    try {
      await file.writeFile(`${pid}\n`);
      await file.chmod(mode);
      await file.sync();
    } finally {
      await file.close();
    }
    // from here to the call nothing waits
    if (!stillWanted()) return failed("no longer needed: a pidfile names somebody by now");
    if (before === "missing") {
      linkSync(temporary, target);
    } else {
      if (standing(target) !== before) return failed("another pidfile was written meanwhile");
      renameSync(temporary, target);
    }
    return { kind: "done" };
  } catch (error) {
    const done = doneOf(error);
    const written = done.kind === "failed" && done.why === "EEXIST";
    return written ? failed("another pidfile was written meanwhile") : done;
  } finally {
    removeIfThere(temporary);
  }
}

/** Which regular file stands there, told apart from any that is put in its place or rewritten. */
function standing(path: string): string {
  const found = lstatSync(path, { throwIfNoEntry: false, bigint: true });
  if (found === undefined) return "missing";
  return found.isFile() ? `${found.dev}:${found.ino}:${found.mtimeNs}:${found.size}` : "other";
}

/** After a rename the name is gone. */
function removeIfThere(path: string): void {
  if (lstatSync(path, { throwIfNoEntry: false }) !== undefined) unlinkSync(path);
}

function pidProblem(pid: number): string | undefined {
  return Number.isSafeInteger(pid) && pid >= 2 ? undefined : `${pid} is no pid of a master`;
}

function failed(why: string): Done {
  return { kind: "failed", why };
}
