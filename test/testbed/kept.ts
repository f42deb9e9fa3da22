import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { realpathSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough, type Readable } from "node:stream";

const keeper = new URL("keeper.sh", import.meta.url).pathname;
const somethingLeft = 99;
const logCharacters = 64 * 1024;

/** A command that ends, with all it started and mounted, when this process does. */
export interface Kept {
  /** Of the keeper; the command is its descendant. */
  readonly pid: number;
  /** Its own, removed with it. */
  readonly folder: string;
  /** What it writes to stdout and stderr; need not be read. */
  readonly output: Readable;
  /** The last 64 Ki characters of that. */
  log(): string;
  /** Its exit code, when it has ended and nothing of it is left; 99 when something is. */
  readonly ended: Promise<number>;
  /** Ends it. Comes back when nothing of it is left, or throws; twice is once. */
  stop(): Promise<void>;
}

/** What to run, and where. */
export interface KeptOptions {
  /** The command, given its folder. */
  readonly command: (folder: string) => readonly string[];
  /** Folders in cgroup hierarchies, made for it. */
  readonly cgroups?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/**
 * Starts a command in pid and mount namespaces of its own, under a keeper that outlives us. The
 * keeper waits for our end of a pipe to close, which the kernel does however we end.
 */
export function startKept({ command, cgroups = [], env = {} }: KeptOptions): Kept {
  const name = `onemaster-${randomBytes(5).toString("hex")}`;
  const folder = join(realpathSync(tmpdir()), name);
  const child = spawn(keeper, [folder, ...cgroups, "--", ...command(folder)], {
    // a session of its own: a signal to our process group must not end the one who cleans up
    detached: true,
    env: { ...process.env, ...env },
    stdio: ["pipe", "pipe", "inherit"],
  });
  const ended = new Promise<number>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code, signal) => resolve(code ?? (signal === null ? 1 : 137)));
  });
  // a keeper that ended by itself has closed its end of the pipe
  child.stdin.on("error", () => undefined);
  let log = "";
  const output = new PassThrough();
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    log = (log + text).slice(-logCharacters);
    if (output.listenerCount("data") > 0 || output.listenerCount("readable") > 0) {
      output.write(text);
    }
  });
  child.stdout.once("end", () => output.end());
  return {
    pid: child.pid ?? 0,
    folder,
    output,
    log: () => log,
    ended,
    stop: async () => {
      child.stdin.end();
      if ((await ended) === somethingLeft) {
        throw new Error(`something is left: ${log}`);
      }
    },
  };
}
