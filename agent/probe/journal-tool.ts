import { execFile } from "node:child_process";
import type { Read } from "../model/read.ts";
import { failureOf, success } from "./failures.ts";
import { journalEnvironment } from "./journal-command.ts";

const PATIENCE_MS = 30_000;
const LARGEST_ANSWER_BYTES = 4 * 1024 * 1024;

/** What one of systemd's tools answers on stdout, or its last words on why not. Never rejects. */
export async function runTool(
  program: string,
  parameters: readonly string[],
): Promise<Read<string>> {
  const what = `${program} ${parameters.join(" ")}`;
  try {
    return await run(program, parameters, what);
  } catch (error) {
    // such as ENOMEM, which spawning throws
    return { ok: false, failure: failureOf(what, error) };
  }
}

function run(program: string, parameters: readonly string[], what: string): Promise<Read<string>> {
  const options = {
    timeout: PATIENCE_MS,
    killSignal: "SIGKILL",
    maxBuffer: LARGEST_ANSWER_BYTES,
    encoding: "utf8",
    env: journalEnvironment(),
  } as const;
  return new Promise((resolve) => {
    execFile(program, parameters, options, (error, output, remarks) => {
      if (error === null) return resolve(success(output));
      if (error.code === "ENOENT") return resolve({ ok: false, failure: failureOf(what, error) });
      const late = error.killed === true ? "it did not answer in time" : undefined;
      const why = late ?? (remarks.trim().split("\n").at(-1) || error.message);
      resolve({ ok: false, failure: { kind: "failed", what, why } });
    });
  });
}
