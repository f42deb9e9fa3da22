import { mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { root, seconds } from "../process.mjs";
import { bundleForExecutable, bundleModule } from "./bundle.mjs";
import { debianChangelog } from "./changelog.mjs";
import { copyrightFile, licenceComment, nodeLicences } from "./copyright.mjs";
import { makeDeb } from "./deb.mjs";
import { makeExecutable } from "./executable.mjs";
import { fail, PackageError } from "./fail.mjs";
import { packageFiles, read, zipped } from "./files.mjs";
import { libraryPackages } from "./libraries.mjs";
import { nodeLicence, packagesOf } from "./licences.mjs";
import { tool } from "./tool.mjs";

/** Debian's names of the architectures that an executable is made for. */
const architectures = new Map([
  ["x64", "amd64"],
  ["arm64", "arm64"],
]);

/**
 * Makes what `only` names in the folder `output`, the packages compressed as `xz -LEVEL` does, and
 * says so on stderr. Promises false when something that it needs is not there; the reason is then
 * on stderr.
 */
export async function makeAll({ output, version, only, compress }) {
  try {
    mkdirSync(output, { recursive: true });
    const build = { version, epochSeconds: sourceDate(), output, compress };
    if (only.includes("module")) await makeModule(build);
    if (only.includes("all")) await makeForNode(build);
    if (only.includes("executable")) await makeForAnyHost(build);
    return true;
  } catch (error) {
    if (!(error instanceof PackageError)) throw error;
    process.stderr.write(`package: ${error.message}\n`);
    return false;
  }
}

async function makeModule({ version, output }) {
  const startedMs = performance.now();
  const { text, inputs } = await bundleModule(version);
  const path = join(output, "onemaster.mjs");
  const whole = `${text}${licenceComment(packagesOf(inputs))}`;
  const unfinished = `${path}.${process.pid}`;
  writeFileSync(unfinished, whole, { mode: 0o755 });
  renameSync(unfinished, path);
  tell(path, startedMs);
}

async function makeForNode(build) {
  const { text, inputs } = await bundleModule(build.version, "/usr/bin/node");
  makePackage(build, {
    architecture: "all",
    program: [["usr/lib/onemaster/onemaster.mjs", { content: Buffer.from(text), mode: 0o755 }]],
    command: "../lib/onemaster/onemaster.mjs",
    depends: ["nodejs (>= 20.19)"],
    copyright: copyrightFile(packagesOf(inputs), { withNode: false }),
  });
}

async function makeForAnyHost(build) {
  const architecture = architectures.get(process.arch);
  if (architecture === undefined) fail(`no executable is made for ${process.arch}`);
  const { text, inputs } = await bundleForExecutable(build.version);
  const { content, depends } = executableOf(text);
  makePackage(build, {
    architecture,
    program: [
      ["usr/lib/onemaster/onemaster", { content, mode: 0o755 }],
      [nodeLicences, zipped(Buffer.from(nodeLicence()))],
      [
        "usr/share/lintian/overrides/onemaster",
        { content: read("deploy/debian/lintian-overrides") },
      ],
    ],
    command: "../lib/onemaster/onemaster",
    depends,
    copyright: copyrightFile(packagesOf(inputs), { withNode: true }),
  });
}

function executableOf(program) {
  const folder = mkdtempSync(join(tmpdir(), "onemaster-package-"));
  try {
    const path = join(folder, "onemaster");
    makeExecutable(program, path);
    return { content: readFileSync(path), depends: libraryPackages(path) };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function makePackage({ version, epochSeconds, output, compress }, of) {
  const startedMs = performance.now();
  const { architecture, program, command, depends, copyright } = of;
  // before all others: what is tried out before 1.2.3 must be older than it for dpkg
  const ownVersion = version.replace("-", "~");
  const files = new Map([
    ...packageFiles({
      copyright,
      changelog: debianChangelog(version, ownVersion, epochSeconds),
    }),
    ...program,
    ["usr/bin/onemaster", { link: command }],
  ]);
  const common = JSON.parse(read("deploy/debian/control.json").toString());
  const fields = {
    ...common,
    version: ownVersion,
    architecture,
    depends: [...depends, ...common.depends],
    description: common.description.join("\n "),
  };
  const path = join(output, `onemaster_${ownVersion}_${architecture}.deb`);
  makeDeb({ path, files, fields, epochSeconds, compress });
  tell(path, startedMs);
}

function tell(path, startedMs) {
  const kilobytes = Math.round(readFileSync(path).length / 1_000);
  process.stderr.write(`${path}: ${kilobytes} kB in ${seconds(performance.now() - startedMs)}\n`);
}

/** Seconds since 1970 that every file in a package gets. */
function sourceDate() {
  const given = process.env.SOURCE_DATE_EPOCH ?? "";
  if (/^\d+$/.test(given)) return Number(given);
  try {
    return Number(tool("git", ["log", "-1", "--format=%ct"], { cwd: root }));
  } catch (error) {
    if (!(error instanceof PackageError)) throw error;
    return fail(
      `no time for the files: set SOURCE_DATE_EPOCH, or build in a clone (${error.message})`,
    );
  }
}
