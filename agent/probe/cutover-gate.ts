import type { FailureLog } from "./failures.ts";
import { runTool } from "./run-tool.ts";

const PATIENCE_MS = 10_000;

/**
 * Absolute path of the first of some programs that has the gate, which the native unit is to run
 * before each start; undefined: none has it. A path that cannot be run by itself is none: systemd
 * would not run it either.
 */
export async function gateAmong(
  programs: readonly (string | undefined)[],
  log: FailureLog,
): Promise<string | undefined> {
  for (const program of programs) {
    if (program?.startsWith("/") !== true) continue;
    const said = await runTool([program, "gate", "--help"], { patienceMs: PATIENCE_MS, log });
    // without that command the help of all is printed
    if (said.ok && /^Usage: onemaster gate\b/m.test(said.value)) return program;
  }
  return undefined;
}
