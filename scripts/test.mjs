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
for (const group of groups(
  lanes.filter(({ name }) => named.length === 0 || named.includes(name)),
)) {
  results.push(...(await together(group)));
}
report(results);

/** Lanes in their order, those that run at the same time in one group. */
function groups(chosen) {
  const made = [];
  for (const lane of chosen) {
    const last = made.at(-1);
    if (last?.some(({ name }) => name === lane.beside)) last.push(lane);
    else made.push([lane]);
  }
  return made;
}

/** Makes all of them ready, one after the other, and then runs them at the same time. */
async function together(group) {
  const begun = [];
  for (const lane of group) {
    if (stoppedBy() === undefined) begun.push(await ready(lane));
  }
  if (stoppedBy() !== undefined) return group.map(notReached);
  const several = begun.filter(({ result }) => result === undefined).length > 1;
  return await Promise.all(begun.map((one) => ended(one, several)));
}

async function ready(lane) {
  console.log(`\n━━ ${lane.name}: ${lane.what}`);
  const fromMs = performance.now();
  const result = await readyLane(lane);
  return { lane, result, readyMs: performance.now() - fromMs };
}

async function ended({ lane, result: early, readyMs }, labelled) {
  const fromMs = performance.now();
  const result = early ?? (await runLane(lane, labelled ? lane.name : undefined));
  const took = seconds(readyMs + performance.now() - fromMs);
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
