import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { readMetrics } from "../support/metrics.ts";
import { waitFor } from "../support/wait.ts";
import { cached, touchCached } from "./cache.ts";
import { startKept } from "./kept.ts";
import { showProgress } from "./progress.ts";
import type { TestHost } from "./test-host.ts";

const root = new URL("../../", import.meta.url).pathname;

/** All that the packages are made of. */
const sources = ["agent", "deploy", "rules", "scripts/package"];
const files = [
  "CHANGELOG.md",
  "LICENSE",
  "README.md",
  "package-lock.json",
  "package.json",
  "scripts/build.mjs",
  "scripts/package.mjs",
];

/** The program for hosts with Debian's own Node, or with a Node in it, for any host. */
export type PackageKind = "all" | "executable";

/** The packages of one version, as `npm run package` makes them. */
export interface Packages {
  readonly version: string;
  /** The one file that Node runs. */
  readonly module: string;
  /** The .deb of each kind. */
  readonly debs: Readonly<Record<PackageKind, string>>;
}

/** The version that package.json names. */
export const ownVersion: string = versionIn(readFileSync(join(root, "package.json"), "utf8"));

/**
 * Makes the packages of this checkout, under another `version` where one is given, unless they
 * were made of just these files at this commit's time before; some ten seconds, most of them for
 * the executable. Throws with what the build said when they cannot be made.
 */
export async function ensurePackages(version: string = ownVersion): Promise<Packages> {
  const content = contentOfSources();
  const recipe = { version, node: process.version, content, time: sourceDate() };
  const folder = cached("packages", recipe);
  // as dpkg knows what comes before a release
  const debian = version.replace("-", "~");
  const made: Packages = {
    version,
    module: join(folder, "onemaster.mjs"),
    debs: {
      all: join(folder, `onemaster_${debian}_all.deb`),
      executable: join(folder, `onemaster_${debian}_${architecture()}.deb`),
    },
  };
  // it is made last
  if (!existsSync(made.debs.executable)) {
    mkdirSync(dirname(folder), { recursive: true });
    const unlessMade = 'test -e "$0" || exec "$@"';
    const build = [process.execPath, `${root}scripts/package.mjs`, "--output", folder];
    // the same files, packed eight times as fast
    const options = ["--version", version, "--compress", "1"];
    const shell = ["sh", "-c", unlessMade, made.debs.executable];
    const alone = ["flock", `${folder}.lock`, ...shell];
    const work = startKept({ command: () => [...alone, ...build, ...options] });
    await showProgress(`making the packages of ${version} (once for these sources)`, work);
  }
  touchCached("packages", folder);
  return made;
}

/**
 * Installs a package on a host as a user would, with all that apt says in the answer, and waits
 * until its service is up and answers. The host has what the package depends on, as apt has no way
 * to a mirror there.
 */
export async function installPackage(
  host: TestHost,
  kind: PackageKind,
  packages?: Packages,
): Promise<string> {
  const { debs } = packages ?? (await ensurePackages());
  const path = `/root/${kind}.deb`;
  await host.write(path, readFileSync(debs[kind]));
  const said = await host.run(aptInstall(path), { timeoutMs: 120_000 });
  await waitFor(
    "the installed agent to answer",
    async () => {
      const answer = await host.attempt(["curl", "-sf", "http://127.0.0.1:10709/metrics"]);
      return answer.exitCode === 0 && readMetrics(answer.stdout);
    },
    60_000,
  );
  return said;
}

/** The command by which a user installs, or changes to, the package in a file. */
export function aptInstall(path: string): readonly string[] {
  const quiet = ["env", "DEBIAN_FRONTEND=noninteractive"];
  return [...quiet, "apt-get", "install", "--yes", path];
}

function architecture(): string {
  return process.arch === "x64" ? "amd64" : process.arch;
}

/** What every file in the packages has for its time. */
function sourceDate(): string {
  const given = process.env["SOURCE_DATE_EPOCH"];
  const lastCommit = ["log", "-1", "--format=%ct"];
  return given ?? execFileSync("git", lastCommit, { cwd: root, encoding: "utf8" }).trim();
}

function contentOfSources(): string {
  const inFolders = sources.flatMap((folder) =>
    readdirSync(root + folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name)),
  );
  const hash = createHash("sha256");
  for (const path of [...inFolders.toSorted(), ...files.map((name) => root + name)]) {
    hash
      .update(`${path.slice(root.length)}\0`)
      .update(readFileSync(path))
      .update("\0");
  }
  return hash.digest("hex");
}

function versionIn(text: string): string {
  const { version } = JSON.parse(text) as { readonly version: string };
  return version;
}
