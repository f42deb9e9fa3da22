import { type ChildProcessByStdio, spawn } from "node:child_process";
import type { Readable } from "node:stream";
import type { ReadFailure } from "../model/read.ts";
import { failureOf } from "./failures.ts";
import { journalEnvironment } from "./journal-command.ts";
import { createLineJoiner, LONGEST_REMARK } from "./journal-lines.ts";

/** A running journalctl, or one that could not be started. */
export interface JournalProcess {
  /** Undefined where it could not be started. */
  readonly pid: number | undefined;
  /** Its stdout; undefined where it could not be started. */
  readonly output: Readable | undefined;
  /** Once it has ended and its output was read: why it was no success, undefined where it was. */
  readonly ended: Promise<ReadFailure | undefined>;
  kill(signal: "SIGTERM" | "SIGKILL"): void;
}

/**
 * Starts journalctl of this host; `said` gets each line of its stderr. It looks at the other end
 * of its output while it waits for entries, so it ends by itself, in a moment, when this process is
 * killed. Never throws, also where there is no memory and no descriptor for another process.
 */
export function spawnJournal(
  parameters: readonly string[],
  said: (remark: string) => void,
): JournalProcess {
  let child: ChildProcessByStdio<null, Readable, Readable>;
  try {
    const env = journalEnvironment();
    child = spawn("journalctl", parameters, { env, stdio: ["ignore", "pipe", "pipe"] });
  } catch (error) {
    const ended = Promise.resolve(notStarted(error));
    return { pid: undefined, output: undefined, ended, kill: () => undefined };
  }
  const ended = new Promise<ReadFailure | undefined>((resolve) => {
    child.once("error", (error) => {
      // not followed by "close" where there were no descriptors left
      setImmediate(resolve, notStarted(error));
    });
    child.once("close", (code, signal) => {
      const why = lastRemark || (signal ?? `exit status ${code ?? "unknown"}`);
      // that it could not be started is told by "error"
      if (child.pid !== undefined) resolve(code === 0 ? undefined : failed(why));
    });
  });
  // Node leaves both out where there were no descriptors left, whatever their types say
  const output: Readable | undefined = child.stdout;
  const errors: Readable | undefined = child.stderr;
  const remarks = createLineJoiner(LONGEST_REMARK);
  let lastRemark = "";
  output?.setEncoding("utf8");
  errors?.setEncoding("utf8").on("data", (piece: string) => {
    for (const remark of remarks.add(piece)) {
      lastRemark = remark.trim() || lastRemark;
      said(remark);
    }
  });
  return { pid: child.pid, output, ended, kill: (signal) => void child.kill(signal) };
}

function notStarted(error: unknown): ReadFailure {
  const failure = failureOf("journalctl", error);
  return failure.kind === "gone" ? { ...failure, why: "journalctl is not installed" } : failure;
}

function failed(why: string): ReadFailure {
  return { kind: "failed", what: "journalctl", why };
}
