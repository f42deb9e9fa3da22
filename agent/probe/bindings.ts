import { execFile } from "node:child_process";
import type { Binding } from "../model/listener.ts";
import { parseSsBindings } from "../parse/ss.ts";
import { type FailureLog, failureOf } from "./failures.ts";

/** Which file each listener of a network namespace is bound to, or why that cannot be told. */
export type BindingTable =
  | { readonly kind: "known"; readonly of: ReadonlyMap<number, Binding> }
  | { readonly kind: "unknown"; readonly why: string };

const PATIENCE_MS = 5_000;
const LARGEST_ANSWER_BYTES = 32 * 1024 * 1024;

/**
 * Asks `ss -xlHe` (iproute2 4.19 and newer), which is the only way to unix_diag without native
 * code. It sees its own network namespace; for another one it is started through nsenter(1),
 * which needs CAP_SYS_ADMIN. `netnsPath` undefined: the agent's own.
 */
export async function askBindings(
  netnsPath: string | undefined,
  log: FailureLog,
): Promise<BindingTable> {
  const ss = ["ss", "-xlHe"];
  const command = netnsPath === undefined ? ss : ["nsenter", `--net=${netnsPath}`, "--", ...ss];
  const answer = await run(command);
  if (answer.kind === "failed") {
    log.count(failureOf(command.join(" "), answer.error));
    return { kind: "unknown", why: whyNot(command[0] ?? "", answer.error) };
  }
  const { bindings, malformed } = parseSsBindings(answer.output);
  for (let row = 0; row < malformed; row += 1) {
    log.count({ kind: "malformed", what: command.join(" "), why: "a row that is no listener" });
  }
  return { kind: "known", of: bindings };
}

type Answer =
  | { readonly kind: "done"; readonly output: Buffer }
  | { readonly kind: "failed"; readonly error: Error };

function run([file = "", ...args]: readonly string[]): Promise<Answer> {
  return new Promise((resolve) => {
    const options = {
      timeout: PATIENCE_MS,
      killSignal: "SIGKILL",
      maxBuffer: LARGEST_ANSWER_BYTES,
      encoding: "buffer",
      env: { PATH: process.env["PATH"], LC_ALL: "C" },
    } as const;
    try {
      execFile(file, args, options, (error, output) => {
        resolve(error === null ? { kind: "done", output } : { kind: "failed", error });
      });
    } catch (error) {
      // some failures of spawn, such as E2BIG and ENOMEM, come at once and not by the callback
      resolve({ kind: "failed", error: error instanceof Error ? error : new Error(String(error)) });
    }
  });
}

function whyNot(program: string, error: Error): string {
  if ("code" in error && error.code === "ENOENT") return `${program} is not installed`;
  if ("killed" in error && error.killed === true) return `${program} did not answer in time`;
  return `${program} failed: ${error.message.split("\n").at(-2) ?? error.message}`;
}
