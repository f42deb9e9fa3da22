import {
  chmodSync,
  chownSync,
  existsSync,
  lchownSync,
  mkdirSync,
  readFileSync,
  renameSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import {
  cutoverFolder,
  readCutover,
  readCutovers,
  writeCutover,
} from "../../../agent/history/cutover-files.ts";
import { isCutoverRecord, isCutoverUnit } from "../../../agent/history/cutover-record.ts";
import type { CutoverRecord } from "../../../agent/model/cutover-record.ts";
import { requireReal } from "../../support/require-real.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";
import { cutover, doneCutover } from "./cutovers.ts";

type Json = Record<string, unknown>;

/** A state directory of its own, in a folder that goes with all that is made beside it. */
function ownStateDir(): string {
  return join(temporaryFolder("cutover"), "state");
}

/** The record as it is where the state directory is this one. */
function beside(stateDir: string, record: CutoverRecord): CutoverRecord {
  const backup = join(cutoverFolder(stateDir), `${record.target.old.unit}.backup`);
  return { ...record, target: { ...record.target, backup } };
}

/** The record with what stands at a path such as `target.files.0.path` replaced. */
function changed(path: string, value: unknown, whole: CutoverRecord = doneCutover): Json {
  const record = JSON.parse(JSON.stringify(whole)) as Json;
  const keys = path.split(".");
  const last = keys.pop() ?? "";
  const parent = keys.reduce<Json>((at, key) => at[key] as Json, record);
  parent[last] = value;
  return record;
}

describe("the record of a cutover", () => {
  it("is read as it was written, by nobody but root's group", async () => {
    const stateDir = ownStateDir();
    expect(await readCutover(stateDir, "platform.service")).toEqual({ ok: true, value: undefined });
    expect(await readCutovers(stateDir)).toEqual({ ok: true, value: [] });
    for (const one of [cutover(), doneCutover, cutover({ scriptRanIn: cutover().bootId })]) {
      const record = beside(stateDir, one);
      await writeCutover(stateDir, record);
      expect(await readCutover(stateDir, record.unit)).toEqual({ ok: true, value: record });
      expect(await readCutovers(stateDir)).toEqual({ ok: true, value: [record] });
    }
    const path = join(cutoverFolder(stateDir), "platform.service.json");
    expect(statSync(path).mode & 0o7).toBe(0);
    // the state directory is the agent's, and root puts back what stands here
    expect(cutoverFolder(`${stateDir}/`)).toBe(`${stateDir}-cutover`);
    expect(statSync(cutoverFolder(stateDir)).mode & 0o777).toBe(0o700);
    // texts of files are kept as their hashes alone
    expect(readFileSync(path, "utf8")).not.toContain("[Unit]");
  });

  it.each([
    ["another schema", "schema", 2],
    ["a unit that leads elsewhere", "unit", "../../etc/passwd.service"],
    ["a file that is not absolute", "target.files.0.path", "platform.service"],
    ["a file without its hash", "target.files.0.sha256", "abc"],
    ["a link without its target", "target.old.links.0.target", null],
    ["an init script that is no path", "target.old.initScript", "platform"],
    ["a backup that is no path", "target.backup", ""],
    ["a scope that is no unit", "target.scope", "x; reboot"],
    ["a second name that is no path", "keptName", "app.sock"],
    ["pid 1 among the processes", "aside.0.pid", 1],
    ["a step that there is none of", "steps.0.step", "format-disk"],
    ["an outcome without an end", "endedAt", null],
    ["a boot that is no text", "scriptRanIn", 7],
  ])("is none with %s", (_, path, value) => {
    expect(isCutoverRecord(changed(path, value))).toBe(false);
    expect(isCutoverRecord(changed("schema", 1))).toBe(true);
  });

  it("is one also where it does not say in which boot the script was run, as none did before", () => {
    expect(doneCutover).not.toHaveProperty("scriptRanIn");
    expect(isCutoverRecord(doneCutover)).toBe(true);
    expect(isCutoverRecord(changed("scriptRanIn", null))).toBe(true);
  });

  it("that could not be read again is not written", async () => {
    const stateDir = ownStateDir();
    const odd = beside(stateDir, cutover({ keptName: "app.sock" }));
    await expect(writeCutover(stateDir, odd)).rejects.toThrow(/no record of schema 1/);
    expect(await readCutover(stateDir, odd.unit)).toEqual({ ok: true, value: undefined });
  });

  it.each([
    ["no JSON", "{", /JSON/],
    ["about another unit", JSON.stringify({ ...doneCutover, unit: "other.service" }), /about/],
    ["of another schema", JSON.stringify({ ...doneCutover, schema: 7 }), /schema 1/],
  ])("that is %s is a failure, never none", async (_, text, why) => {
    const stateDir = ownStateDir();
    mkdirSync(cutoverFolder(stateDir), { mode: 0o700 });
    writeFileSync(join(cutoverFolder(stateDir), "platform.service.json"), text);
    for (const read of [
      await readCutover(stateDir, "platform.service"),
      await readCutovers(stateDir),
    ]) {
      expect(read).toMatchObject({ ok: false, failure: { why: expect.stringMatching(why) } });
    }
  });

  it.for<[string, (folder: string) => void]>([
    ["is another's", (folder) => chownSync(folder, 65_534, 65_534)],
    ["is open to all", (folder) => chmodSync(folder, 0o777)],
    ["is open to a group", (folder) => (chownSync(folder, 0, 1), chmodSync(folder, 0o770))],
    ["stands in a folder of another's", (folder) => chownSync(dirname(folder), 65_534, 0)],
    [
      "is reached by a link of another's",
      (folder) => {
        renameSync(folder, `${folder}-there`);
        symlinkSync(`${folder}-there`, folder);
        lchownSync(folder, 65_534, 65_534);
      },
    ],
  ])("is not read, and none is written, where its folder %s", async ([, spoil], context) => {
    requireReal(context, "root");
    const stateDir = ownStateDir();
    const record = beside(stateDir, cutover());
    await writeCutover(stateDir, record);
    spoil(cutoverFolder(stateDir));
    const failure = { ok: false, failure: { kind: "malformed" } };
    expect(await readCutover(stateDir, record.unit)).toMatchObject(failure);
    expect(await readCutovers(stateDir)).toMatchObject(failure);
    await expect(writeCutover(stateDir, record)).rejects.toThrow(/could put|may write/);
  });

  it.each([
    ["a file that it has not written", "target.files.0.path", "/etc/victim"],
    ["a file below its folder", "target.files.0.path", "/etc/systemd/system/../../victim.service"],
    ["a link that is none of rc?.d", "target.old.links.0.path", "/etc/ld.so.preload"],
    ["a script elsewhere", "target.old.initScript", "/etc/init.d/../../bin/sh"],
    ["another backup", "target.backup", "/tmp/platform.service.backup"],
    ["a second name that is none", "keptName", "/etc/shadow"],
  ])("that names %s is neither read nor written", async (_, path, value) => {
    const stateDir = ownStateDir();
    const whole = beside(stateDir, doneCutover);
    await writeCutover(stateDir, whole);
    const forged = changed(path, value, whole);
    expect(isCutoverRecord(forged)).toBe(true);
    writeFileSync(join(cutoverFolder(stateDir), "platform.service.json"), JSON.stringify(forged));
    const why = expect.stringContaining(`it names ${value}`);
    expect(await readCutover(stateDir, whole.unit)).toMatchObject({ failure: { why } });
    expect(await readCutovers(stateDir)).toMatchObject({ failure: { why } });
    await expect(writeCutover(stateDir, forged as unknown as CutoverRecord)).rejects.toThrow(
      `names ${value}`,
    );
  });

  it("is never written through a link that stands at its unfinished name", async () => {
    const stateDir = ownStateDir();
    const record = beside(stateDir, cutover());
    const folder = cutoverFolder(stateDir);
    mkdirSync(folder, { mode: 0o700 });
    const victim = join(dirname(folder), "victim");
    symlinkSync(victim, join(folder, `.platform.service.${process.pid}`));
    await writeCutover(stateDir, record);
    expect(existsSync(victim)).toBe(false);
    expect(await readCutover(stateDir, record.unit)).toEqual({ ok: true, value: record });
  });

  it("is asked for by the name of a unit alone", async () => {
    expect(await readCutover(ownStateDir(), "../x")).toMatchObject({ ok: false });
    expect(isCutoverUnit("dev-sda\\x2d1.service")).toBe(true);
    expect(isCutoverUnit("-x.service")).toBe(false);
  });
});
