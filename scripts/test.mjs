import { lanes, readyLane, runLane } from "./lanes.mjs";
import { passSignalsOn, seconds, stoppedBy } from "./process.mjs";
import { setup } from "./setup.mjs";
import { requireReal } from "./tests.mjs";

const named = process.argv.slice(2);
const unknown = named.filter((name) => !lanes.some((lane) => lane.name === name));
if (unknown.length > 0) {
  const known = lanes.map(({ name }) => name).join(", ");
  process.stderr.write(`No such lane: ${unknown.join(", ")}. There are ${known}.\n`);
  process.exit(64);
}

passSignalsOn();
await setup();

const startedMs = performance.now();
const results = [];
for (const lane of lanes.filter(({ name }) => named.length === 0 || named.includes(name))) {
  results.push(stoppedBy() === undefined ? await ran(lane) : notReached(lane));
}
report(results);

async function ran(lane) {
  console.log(`\n━━ ${lane.name}: ${lane.what}`);
  const fromMs = performance.now();
  const result = (await readyLane(lane)) ?? (await runLane(lane));
  const took = seconds(performance.now() - fromMs);
  const reason = result.reason === undefined ? "" : ` (${result.reason})`;
  console.log(`━━ ${lane.name}: ${result.state}${reason} after ${took}`);
  return { lane, took, ...result };
}

function notReached(lane) {
  const tests = { passed: 0, failed: 0, skipped: 0 };
  return { lane, took: "–", state: "failed", reason: `stopped by ${stoppedBy()}`, tests };
}

function report(all) {
  const rows = all.map(({ lane, state, took, tests, reason = "" }) => [
    lane.name,
    state,
    took,
    lane.project === undefined
      ? ""
      : `${tests.passed} passed, ${tests.failed} failed, ${tests.skipped} skipped`,
    reason,
  ]);
  const widths = [0, 1, 2, 3].map((column) => Math.max(...rows.map((row) => row[column].length)));
  console.log("");
  for (const row of rows) {
    console.log(
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join("  ")
        .trimEnd(),
    );
  }
  if (!requireReal && all.some(({ state }) => state === "skipped")) {
    console.log("\nWith REQUIRE_REAL=1 a lane that cannot run has failed.");
  }
  process.exitCode = all.some(({ state }) => state === "failed") ? 1 : 0;
  const total = (kind) => all.reduce((sum, { tests }) => sum + tests[kind], 0);
  const counts = `${total("passed")} passed, ${total("failed")} failed, ${total("skipped")} skipped`;
  console.log(`\n${counts} in ${seconds(performance.now() - startedMs)}`);
}
