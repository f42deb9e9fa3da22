import { built } from "./build.mjs";
import { install, missingOf } from "./debian.mjs";
import { bin, run } from "./process.mjs";
import { countSkipped, noTests, notBegun, requireReal, runTests } from "./tests.mjs";
import { importTypeScript } from "./typescript.mjs";

const checked = ["agent", "test", "scripts", "vitest.config.ts"];

/**
 * What `npm test` runs, quick ones first. `packages` are Debian packages a lane needs, `root`
 * says that it needs to be root, `wishes` are packages without which single tests are skipped,
 * `project` names its vitest project, `prepare` makes what its tests only take, so that no test
 * has to wait for it. `beside` names the lane before it that it runs at the same time as.
 * `apart` cuts its test files into so many parts, which run at the same time, each in namespaces
 * of its own: what runs on the host of one is not on that of another.
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
    apart: 4,
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
    // that one mostly waits, this one takes what it leaves of the processors, neither sees the other
    beside: "pipeline",
    prepare: makeDisk,
    project: "vm",
    needsBuild: true,
    root: true,
    packages: ["debootstrap", "qemu-system-x86", "e2fsprogs", "util-linux"],
  },
];

/**
 * Gets all that a lane needs. Promises undefined when it can run, else how it has ended without,
 * as `runLane` does.
 */
export async function readyLane(lane) {
  const obstacle = await obstacleTo(lane);
  if (obstacle !== undefined && requireReal) return notBegun(obstacle);
  if (obstacle !== undefined) {
    return { state: "skipped", reason: obstacle, tests: await countSkipped(lane) };
  }
  await grant(lane.wishes ?? []);
  if (lane.needsBuild && !built()) {
    const { code } = await run(process.execPath, ["scripts/build.mjs"]);
    if (code !== 0) return notBegun("no build to test");
  }
  try {
    await lane.prepare?.();
  } catch (error) {
    return notBegun(error.message);
  }
  return undefined;
}

/**
 * Runs a lane that is ready, with this label before all that it says, if any. Promises `state`
 * (`passed`, `failed` or `skipped`), `reason` where there is one to tell, and how many `tests`
 * passed, failed and were skipped.
 */
export async function runLane(lane, label) {
  return lane.project === undefined ? await runCommands(lane, label) : await runTests(lane, label);
}

async function makeTreesAndPackages() {
  const { ensureTree } = await importTypeScript("test/testbed/tree.ts");
  const { ensurePackages } = await importTypeScript("test/testbed/package.ts");
  await Promise.all([ensureTree("bookworm"), ensureTree("trixie"), ensurePackages()]);
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

async function runCommands({ commands }, label) {
  const failed = [];
  for (const [command, ...args] of commands) {
    const { code } = await run(command, args, { label });
    if (code !== 0) failed.push(command.split("/").at(-1));
  }
  if (failed.length === 0) return { state: "passed", tests: noTests };
  const reason = commands.length > 1 ? failed.join(" and ") : undefined;
  return { state: "failed", reason, tests: noTests };
}
