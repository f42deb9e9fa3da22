import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { built } from "./build.mjs";
import { install, missingOf } from "./debian.mjs";
import { root, run } from "./process.mjs";
import { importTypeScript } from "./typescript.mjs";

const bin = (name) => `${root}node_modules/.bin/${name}`;
const checked = ["agent", "test", "scripts", "vitest.config.ts"];

/** With REQUIRE_REAL=1 what cannot run has failed. */
export const requireReal = process.env.REQUIRE_REAL === "1";

/**
 * What `npm test` runs, quick ones first. `packages` are Debian packages a lane needs, `root`
 * says that it needs to be root, `wishes` are packages without which single tests are skipped,
 * `project` names its vitest project, `prepare` makes what its tests only take, so that no test
 * has to wait for it.
 */
export const lanes = [
  {
    name: "lint",
    what: "oxlint and oxfmt",
    commands: [
      [bin("oxlint"), "--type-aware", "--deny-warnings", ...checked],
      [bin("oxfmt"), "--check", ...checked],
    ],
  },
  { name: "types", what: "tsc", commands: [[bin("tsc"), "-p", "tsconfig.json"]] },
  {
    name: "unit",
    what: "what decides, with its coverage gate",
    project: "unit",
    options: ["--coverage"],
    wishes: ["prometheus", "fish", "zsh", "groff-base"],
  },
  { name: "knip", what: "dead code", commands: [[bin("knip"), "--no-config-hints"]] },
  {
    name: "build",
    what: "dist/main.js",
    commands: [[process.execPath, "scripts/build.mjs"]],
  },
  {
    name: "host",
    what: "the built command line on this host",
    project: "host",
    needsBuild: true,
    packages: ["iproute2", "prometheus", "prometheus-node-exporter", "curl", "openssl"],
  },
  {
    name: "gunicorn",
    what: "real gunicorns",
    project: "gunicorn",
    needsBuild: true,
    root: true,
    packages: [
      "gunicorn",
      "python3-setproctitle",
      "python3-gevent",
      "python3-tornado",
      "python3-eventlet",
      "iproute2",
      "util-linux",
    ],
  },
  {
    name: "systemd",
    what: "hosts with systemd as pid 1",
    prepare: makeTreesAndPackages,
    project: "systemd",
    needsBuild: true,
    root: true,
    packages: ["debootstrap", "systemd-container", "iproute2", "util-linux", "binutils"],
    wishes: ["lintian"],
  },
  {
    name: "pipeline",
    what: "real Prometheus and Alertmanager",
    prepare: makeTreesAndPackages,
    project: "pipeline",
    needsBuild: true,
    root: true,
    packages: [
      "prometheus",
      "prometheus-alertmanager",
      "openssl",
      "gunicorn",
      "python3-setproctitle",
      "debootstrap",
      "systemd-container",
      "iproute2",
      "util-linux",
      "binutils",
    ],
  },
  {
    name: "vm",
    what: "a whole machine of 2 GB",
    prepare: makeDisk,
    project: "vm",
    needsBuild: true,
    root: true,
    packages: ["debootstrap", "qemu-system-x86", "e2fsprogs", "util-linux"],
  },
];

const noTests = { passed: 0, failed: 0, skipped: 0 };

/**
 * Runs one lane. Promises `state` (`passed`, `failed` or `skipped`), `reason` where there is
 * one to tell, and how many `tests` passed, failed and were skipped.
 */
export async function runLane(lane) {
  const obstacle = await obstacleTo(lane);
  if (obstacle !== undefined && requireReal) {
    return { state: "failed", reason: obstacle, tests: { ...noTests, failed: 1 } };
  }
  if (obstacle !== undefined) {
    return { state: "skipped", reason: obstacle, tests: await countSkipped(lane) };
  }
  await grant(lane.wishes ?? []);
  if (lane.needsBuild && !built()) {
    const { code } = await run(process.execPath, ["scripts/build.mjs"]);
    if (code !== 0) {
      return { state: "failed", reason: "no build to test", tests: { ...noTests, failed: 1 } };
    }
  }
  try {
    await lane.prepare?.();
  } catch (error) {
    return { state: "failed", reason: error.message, tests: { ...noTests, failed: 1 } };
  }
  return lane.project === undefined ? await runCommands(lane) : await runTests(lane);
}

async function makeTreesAndPackages() {
  const { ensureTree } = await importTypeScript("test/testbed/tree.ts");
  for (const release of ["bookworm", "trixie"]) await ensureTree(release);
  const { ensurePackages } = await importTypeScript("test/testbed/package.ts");
  await ensurePackages();
}

async function makeDisk() {
  const { ensureDisk } = await importTypeScript("test/testbed/disk.ts");
  await ensureDisk();
}

async function obstacleTo({ root: needsRoot = false, packages = [] }) {
  if (needsRoot && process.getuid() !== 0) return "needs root";
  const missing = missingOf(packages);
  if (missing.length === 0) return undefined;
  const why = await install(missing);
  return why === undefined ? undefined : `needs ${missing.join(" ")}: ${why}`;
}

/** What cannot be had is told by the tests that are skipped for want of it. */
async function grant(wishes) {
  const missing = missingOf(wishes);
  if (missing.length === 0) return;
  const why = await install(missing);
  if (why !== undefined) process.stderr.write(`Without ${missing.join(" ")}: ${why}.\n`);
}

async function runCommands({ commands }) {
  const failed = [];
  for (const [command, ...args] of commands) {
    const { code } = await run(command, args);
    if (code !== 0) failed.push(command.split("/").at(-1));
  }
  if (failed.length === 0) return { state: "passed", tests: noTests };
  const reason = commands.length > 1 ? failed.join(" and ") : undefined;
  return { state: "failed", reason, tests: noTests };
}

async function runTests({ project, options = [] }) {
  return await withReport(async (report) => {
    const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${report}`];
    const args = ["run", "--project", project, ...options, ...reporters];
    const { code } = await run(bin("vitest"), args);
    const found = readReport(report);
    if (found === undefined) {
      return {
        state: "failed",
        reason: "vitest wrote no report",
        tests: { ...noTests, failed: 1 },
      };
    }
    // a file that could not be loaded holds no test that failed, yet nothing in it passed
    const unloaded = found.testResults.filter(
      ({ status, assertionResults }) =>
        status === "failed" && assertionResults.every((test) => test.status !== "failed"),
    ).length;
    const tests = {
      passed: found.numPassedTests,
      failed: found.numFailedTests + unloaded,
      skipped: found.numPendingTests + found.numTodoTests,
    };
    return { ...judge(code, tests), tests };
  });
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
async function countSkipped({ project }) {
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
