import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { requireReal } from "../support/require-real.ts";
import { ensurePackages, type PackageKind } from "../testbed/package.ts";

const script = new URL("../../scripts/package.mjs", import.meta.url).pathname;
const kinds: readonly PackageKind[] = ["all", "executable"];

test.for(kinds)("lintian has nothing to say of the package %s", async (kind, context) => {
  requireReal(context, "lintian");
  const { debs } = await ensurePackages();
  const ran = run("lintian", ["--allow-root", "--fail-on", "error,warning", debs[kind]]);
  expect(ran).toEqual({ exitCode: 0, stdout: "", stderr: "" });
});

test("they are the same bytes from another folder, umask and time zone", async () => {
  const { module, debs } = await ensurePackages();
  const folder = ownFolder();
  const shell = 'umask 077; cd /; exec "$0" "$@"';
  const build = [process.execPath, script, "--output", folder, "--compress", "1"];
  const built = run("sh", ["-c", shell, ...build], { TZ: "Asia/Tokyo" });
  expect(built).toMatchObject({ exitCode: 0, stdout: "" });
  const different = [module, debs.all, debs.executable].filter(
    (path) => !readFileSync(join(folder, basename(path))).equals(readFileSync(path)),
  );
  expect(different).toEqual([]);
});

test.each([
  ["module", { PATH: "/nowhere" }, /^package: no time for the files: set SOURCE_DATE_EPOCH, or /],
  [
    "executable",
    { PATH: "/nowhere", SOURCE_DATE_EPOCH: "1" },
    /^package: strip is missing: install the Debian package binutils\n$/,
  ],
  [
    "all",
    { PATH: "/nowhere", SOURCE_DATE_EPOCH: "1" },
    /^package: dpkg-deb is missing: install the Debian package dpkg\n$/,
  ],
])("without what it needs %s is not made, and the reason is told", (kind, env, reason) => {
  const folder = ownFolder();
  const ran = run(process.execPath, [script, "--output", folder, "--only", kind], env);
  expect(ran).toEqual({ exitCode: 1, stdout: "", stderr: expect.stringMatching(reason) });
});

test("the one file runs by itself and has all licences in it", async (context) => {
  requireReal(context, "ss");
  const { module, version } = await ensurePackages();
  expect(run(process.execPath, [module, "--version"]).stdout).toBe(`onemaster ${version}\n`);
  const text = readFileSync(module, "utf8");
  for (const name of ["onemaster", "yaml", "pino", "prom-client", "valibot", "chokidar"]) {
    expect(text).toMatch(new RegExp(`\\n${name} \\d+\\.\\d+\\.\\d+\\n|^${name}\\n`, "m"));
  }
});

function run(
  command: string,
  parameters: readonly string[],
  env: Readonly<Record<string, string>> = {},
) {
  const ran = spawnSync(command, parameters, { encoding: "utf8", env: { ...process.env, ...env } });
  return { exitCode: ran.status, stdout: ran.stdout, stderr: ran.stderr };
}

function ownFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "onemaster-packages-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return folder;
}
