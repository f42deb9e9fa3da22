import { spawnSync } from "node:child_process";
import type { TestContext } from "vitest";

/** What a run of promtool gave. */
export interface PromtoolRun {
  readonly status: number | null;
  /** Both streams, in no particular order between them. */
  readonly output: string;
}

/**
 * Runs promtool with `input` on its stdin. Where it is not installed the test is skipped with
 * the reason, and fails with REQUIRE_REAL=1: a check that cannot run is never silent in CI.
 */
export function promtool(
  context: TestContext,
  parameters: readonly string[],
  input = "",
): PromtoolRun {
  const run = spawnSync("promtool", parameters, { input, encoding: "utf8" });
  if (run.error === undefined) return { status: run.status, output: run.stdout + run.stderr };
  const reason = `promtool cannot be run (${run.error.message}); Debian has it in prometheus`;
  if (process.env["REQUIRE_REAL"] === "1") throw new Error(`REQUIRE_REAL=1, but ${reason}`);
  process.stderr.write(`skipped: ${context.task.name}: ${reason}\n`);
  return context.skip(reason);
}
