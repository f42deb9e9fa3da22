import { spawnSync } from "node:child_process";
import type { TestContext } from "vitest";

/** What a run of promtool gave. */
export interface PromtoolRun {
  readonly status: number | null;
  /** Both streams, in no particular order between them. */
  readonly output: string;
}

/** The longest stories cost it two seconds of a processor, and a busy machine gives it a part of one. */
const PATIENCE_MS = 60_000;

/** For tests that run it, which wait for it and nothing else: it is killed before they are. */
export const promtoolLimit = { timeout: PATIENCE_MS + 10_000 };

/**
 * Runs promtool with `input` on its stdin. Where it is not installed the test is skipped with
 * the reason, and fails with REQUIRE_REAL=1: a check that cannot run is never silent in CI. Throws
 * where it hangs.
 */
export function promtool(
  context: TestContext,
  parameters: readonly string[],
  input = "",
): PromtoolRun {
  const options = { input, encoding: "utf8", timeout: PATIENCE_MS, killSignal: "SIGKILL" } as const;
  const run = spawnSync("promtool", parameters, options);
  if (run.error === undefined) return { status: run.status, output: run.stdout + run.stderr };
  if (run.signal !== null) throw new Error("promtool did not end by itself", { cause: run.error });
  const reason = `promtool cannot be run (${run.error.message}); Debian has it in prometheus`;
  if (process.env["REQUIRE_REAL"] === "1") throw new Error(`REQUIRE_REAL=1, but ${reason}`);
  process.stderr.write(`skipped: ${context.task.name}: ${reason}\n`);
  return context.skip(reason);
}
