import { spawn } from "node:child_process";
import { closeSync, constants, fstatSync, lstatSync, mkdirSync, openSync } from "node:fs";
import { dirname } from "node:path";

/** The right to act on this host, until it is released or this process is gone. */
export interface Lock {
  readonly kind: "taken";
  /** Lets others have it. Calling it again does nothing. */
  release(): Promise<void>;
}

/** What came of trying to take a lock. `by`: whoever has it, undefined where nobody can say. */
export type Locking =
  | Lock
  | { readonly kind: "held"; readonly by: string | undefined }
  | { readonly kind: "failed"; readonly why: string };

const WAIT_SECONDS = 2;
/** EX_TEMPFAIL: flock(1) ends with it when somebody else has kept the lock. */
const HELD_EXIT_CODE = 75;
/** flock(1) gives up by itself; this is for one that does not. */
const PATIENCE_MS = 5_000;

/**
 * Takes flock(2) of a file, waiting up to 2 s. The kernel ties it to the open file, which only
 * this process keeps: however this process ends, SIGKILL included, the lock is free, and no child
 * is left that could keep it. Node cannot make the call, so flock(1) of util-linux makes it on a
 * descriptor that it inherits. The file is made with mode 0600, its folder where it is missing;
 * it is never removed, since whoever waits for it would then have a lock on nothing. Who holds it
 * is not told: the kernel remembers the pid of flock(1), and a pid written to the file would
 * outlive its process.
 */
export async function takeLock(path: string): Promise<Locking> {
  const opened = openLockFile(path);
  if (typeof opened !== "number") return opened;
  const exit = await runFlock(opened);
  if (typeof exit === "number" && exit === 0 && stillStands(path, opened)) {
    return lockOn(opened);
  }
  closeSync(opened);
  if (typeof exit === "string") return failed(exit);
  if (exit === 0) return failed(`${path} was replaced while it was being locked`);
  if (exit === HELD_EXIT_CODE) return { kind: "held", by: undefined };
  return failed(`flock ended with exit status ${exit}`);
}

/**
 * The same on a folder, which is opened for reading and not changed: whoever acts on a socket in
 * it, from whatever state directory, has it first. Anybody who may read the folder can hold it.
 */
export async function takeFolderLock(path: string): Promise<Locking> {
  let descriptor: number;
  try {
    descriptor = openSync(path, constants.O_RDONLY | constants.O_DIRECTORY);
  } catch (error) {
    return failed(`${path} cannot be opened: ${messageOf(error)}`);
  }
  const exit = await runFlock(descriptor);
  if (exit === 0) return lockOn(descriptor);
  closeSync(descriptor);
  if (exit === HELD_EXIT_CODE) return { kind: "held", by: undefined };
  return failed(typeof exit === "string" ? exit : `flock ended with exit status ${exit}`);
}

function lockOn(descriptor: number): Lock {
  let held = true;
  return {
    kind: "taken",
    release() {
      // the number may name another file of this process once it is closed
      if (held) closeSync(descriptor);
      held = false;
      return Promise.resolve();
    },
  };
}

/** A device or a pipe is not opened, a symbolic link not followed. */
function openLockFile(path: string): number | Locking {
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o750 });
    const known = lstatSync(path, { throwIfNoEntry: false });
    if (known !== undefined && !known.isFile()) return failed(`${path} is not a regular file`);
    const { O_RDWR, O_CREAT, O_NOFOLLOW, O_NONBLOCK } = constants;
    const descriptor = openSync(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK, 0o600);
    if (fstatSync(descriptor).isFile()) return descriptor;
    closeSync(descriptor);
    return failed(`${path} is not a regular file`);
  } catch (error) {
    return failed(`${path} cannot be opened: ${messageOf(error)}`);
  }
}

/** The exit status of flock(1), or why there is none. */
function runFlock(descriptor: number): Promise<number | string> {
  const parameters = ["--exclusive", "--wait", `${WAIT_SECONDS}`];
  parameters.push("--conflict-exit-code", `${HELD_EXIT_CODE}`, "3");
  return new Promise((resolve) => {
    try {
      const child = spawn("flock", parameters, {
        env: { PATH: process.env["PATH"] ?? "/usr/sbin:/usr/bin:/sbin:/bin", LC_ALL: "C" },
        stdio: ["ignore", "ignore", "ignore", descriptor],
        timeout: PATIENCE_MS,
        killSignal: "SIGKILL",
      });
      child.once("error", (error) => resolve(notStarted(error)));
      child.once("exit", (code, signal) => resolve(code ?? `flock was ended by ${signal}`));
    } catch (error) {
      resolve(notStarted(error));
    }
  });
}

function notStarted(error: unknown): string {
  const message = messageOf(error);
  return /ENOENT/.test(message)
    ? "flock is not installed (package util-linux), and without a lock two agents could act at once"
    : `flock could not be started: ${message}`;
}

/** A lock on a file that was removed or replaced meanwhile keeps nobody out. */
function stillStands(path: string, descriptor: number): boolean {
  const own = fstatSync(descriptor);
  const now = lstatSync(path, { throwIfNoEntry: false });
  return now !== undefined && now.dev === own.dev && now.ino === own.ino;
}

function failed(why: string): Locking {
  return { kind: "failed", why };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
