import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { bin, run } from "./process.mjs";

/** With REQUIRE_REAL=1 what cannot run has failed. */
export const requireReal = process.env.REQUIRE_REAL === "1";

/** The counts of a lane that has no tests, or ran none. */
export const noTests = { passed: 0, failed: 0, skipped: 0 };

/** How a lane has ended that could not begin. */
export function notBegun(reason) {
  return { state: "failed", reason, tests: { ...noTests, failed: 1 } };
}

/** Runs the vitest project of a lane, in parts where it is to be, and promises as `runLane` does. */
export async function runTests(lane, label) {
  const { apart: parts = 1 } = lane;
  const ran = await Promise.all(
    Array.from({ length: parts }, async (_, index) =>
      parts === 1 ? await runVitest(lane, label) : await runApart(lane, index + 1, parts),
    ),
  );
  if (ran.some(({ found }) => found === undefined)) return notBegun("vitest wrote no report");
  const tests = ran.map(({ found }) => countsOf(found)).reduce(sum);
  return { ...judge(Math.max(...ran.map(({ code }) => code ?? 1)), tests), tests };
}

/** A part sees only processes, sockets and interfaces of its own; files are those of the machine. */
async function runApart(lane, part, parts) {
  const namespaces = ["--pid", "--mount-proc", "--net", "--fork", "--kill-child"];
  // as its pid 1 the shell also collects the daemons that the tests have ended
  const shell = ["sh", "-c", 'ip link set lo up; "$@"; exit "$?"', "sh"];
  return await runVitest(lane, `${lane.name} ${part}`, {
    before: ["unshare", ...namespaces, ...shell],
    options: [`--shard=${part}/${parts}`],
    // unshare waits with every other signal until its child has ended
    endedBy: "SIGKILL",
  });
}

async function runVitest(lane, label, { before = [], options = [], endedBy } = {}) {
  return await withReport(async (report) => {
    const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${report}`];
    const vitest = [bin("vitest"), "run", "--project", lane.project, ...reporters];
    const [command, ...args] = [...before, ...vitest, ...(lane.options ?? []), ...options];
    const { code } = await run(command, args, { label, endedBy });
    return { code, found: readReport(report) };
  });
}

function countsOf(found) {
  // a file that could not be loaded holds no test that failed, yet nothing in it passed
  const unloaded = found.testResults.filter(
    ({ status, assertionResults }) =>
      status === "failed" && assertionResults.every((test) => test.status !== "failed"),
  ).length;
  return {
    passed: found.numPassedTests,
    failed: found.numFailedTests + unloaded,
    skipped: found.numPendingTests + found.numTodoTests,
  };
}

function sum(one, other) {
  return {
    passed: one.passed + other.passed,
    failed: one.failed + other.failed,
    skipped: one.skipped + other.skipped,
  };
}

function judge(code, tests) {
  if (tests.failed > 0) return { state: "failed", reason: `${tests.failed} failed` };
  if (code !== 0) return { state: "failed", reason: "no test failed, but vitest did: see above" };
  if (requireReal && tests.skipped > 0) {
    return { state: "failed", reason: `${tests.skipped} skipped although REQUIRE_REAL=1` };
  }
  return { state: "passed" };
}

/** How many tests a lane that cannot run would have had. */
export async function countSkipped({ project }) {
  return await withReport(async (report) => {
    await run(bin("vitest"), ["list", "--project", project, `--json=${report}`]);
    return { ...noTests, skipped: readReport(report)?.length ?? 0 };
  });
}

async function withReport(work) {
  const folder = mkdtempSync(join(tmpdir(), "onemaster-test-"));
  try {
    return await work(join(folder, "report.json"));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function readReport(path) {
  try {
    return JSON.parse(readFileSync(path, "utf8"));
  } catch (error) {
    if (error.code !== "ENOENT") throw error;
    return undefined;
  }
}
