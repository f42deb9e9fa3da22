// Runs before node_modules exists: Node's own modules only.
import { lstatSync, readFileSync, statSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { exitCodeOf, root, run, seconds } from "./process.mjs";

/** The sentence to show when `version` is older than what package.json asks for, else undefined. */
function nodeTooOld(version, engines) {
  const wanted = /(\d+)\.(\d+)/.exec(engines);
  if (wanted === null) throw new Error(`package.json: engines.node "${engines}" names no version`);
  const [major, minor] = version.split(".").map(Number);
  const [leastMajor, leastMinor] = wanted.slice(1).map(Number);
  if (major > leastMajor || (major === leastMajor && minor >= leastMinor)) return undefined;
  return `onemaster needs Node ${leastMajor}.${leastMinor} or newer; this is Node ${version}.`;
}

/**
 * True once node_modules holds what package-lock.json says: npm writes its own copy of the lock
 * last, so a copy that is absent or older than ours means an install is due.
 */
function installed() {
  const had = statSync(`${root}node_modules/.package-lock.json`, { throwIfNoEntry: false });
  const wanted = statSync(`${root}package-lock.json`);
  return had !== undefined && had.mtimeMs >= wanted.mtimeMs;
}

/** Makes the checkout ready to build and test. Ends the program with a reason where it cannot. */
export async function setup() {
  const { engines } = JSON.parse(readFileSync(`${root}package.json`, "utf8"));
  const tooOld = nodeTooOld(process.versions.node, engines.node);
  if (tooOld !== undefined) {
    process.stderr.write(`${tooOld}\n`);
    process.exit(1);
  }
  if (installed()) return;
  if (lstatSync(`${root}node_modules`, { throwIfNoEntry: false })?.isSymbolicLink() === true) {
    // npm ci would empty the folder at the other end, which is another checkout's
    process.stderr.write(
      "node_modules is a symbolic link, and what it leads to is older than package-lock.json;\n" +
        "run npm ci there, or remove the link to have packages of this checkout's own.\n",
    );
    process.exit(1);
  }
  process.stderr.write("Getting the packages that package-lock.json names (npm ci)…\n");
  const result = await run("npm", ["ci", "--include=dev", "--no-audit", "--no-fund"]);
  if (result.code !== 0) {
    process.stderr.write("npm ci failed, so nothing was built or tested.\n");
    process.exit(exitCodeOf(result));
  }
  process.stderr.write(`Packages are in place after ${seconds(result.ms)}.\n`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await setup();
