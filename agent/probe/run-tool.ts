import { execFile } from "node:child_process";
import type { Read, ReadFailure } from "../model/read.ts";
import { servicePath } from "../model/service-path.ts";
import { escapeUnprintable } from "../parse/path-text.ts";
import { type FailureLog, failureOf, success } from "./failures.ts";

/** How to run a program that only tells something. */
export interface ToolOptions {
  /** It is killed after this time. */
  readonly patienceMs: number;
  readonly log: FailureLog;
  /** Absent: `/`. */
  readonly directory?: string;
  /** Beside PATH and LC_ALL. */
  readonly environment?: Readonly<Record<string, string>>;
}

const LARGEST_ANSWER_BYTES = 1024 * 1024;
/** What services get too, so that a bare name leads to the same program. */
const PATH = servicePath.join(":");

/**
 * What it wrote to stdout once it has exited 0, one character a byte; else why it did not. Never
 * rejects.
 */
export function runTool(
  [program = "", ...args]: readonly string[],
  { patienceMs, log, directory = "/", environment = {} }: ToolOptions,
): Promise<Read<string>> {
  return new Promise((resolve) => {
    const options = {
      timeout: patienceMs,
      killSignal: "SIGKILL",
      maxBuffer: LARGEST_ANSWER_BYTES,
      encoding: "latin1",
      cwd: directory,
      env: { PATH, LC_ALL: "C.UTF-8", ...environment },
    } as const;
    const failed = (error: Error, errors: string): void =>
      resolve({ ok: false, failure: log.count(whyNot([program, ...args], error, errors)) });
    try {
      execFile(program, args, options, (error, output, errors) => {
        if (error === null) resolve(success(output));
        else failed(error, errors);
      });
    } catch (error) {
      // thrown where there is no memory for another process
      failed(error instanceof Error ? error : new Error(String(error)), "");
    }
  });
}

function whyNot(words: readonly string[], error: Error, errors: string): ReadFailure {
  const what = words.join(" ");
  const failure = failureOf(what, error);
  if ("killed" in error && error.killed === true) {
    return { ...failure, why: "it did not come to an end in time" };
  }
  // the last line says most: Python puts it below its traceback
  const said = errors.split("\n").findLast((line) => line.trim() !== "");
  return { ...failure, why: said === undefined ? failure.why : escapeUnprintable(said.trim()) };
}
