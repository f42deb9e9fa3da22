import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import {
  cutoverFolder,
  readCutover,
  readCutovers,
  writeCutover,
} from "../../../agent/history/cutover-files.ts";
import { isCutoverRecord, isCutoverUnit } from "../../../agent/history/cutover-record.ts";
import { cutover, doneCutover } from "./cutovers.ts";

type Json = Record<string, unknown>;

function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "om-cutover-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** The record with what stands at a path such as `target.files.0.path` replaced. */
function changed(path: string, value: unknown): Json {
  const record = JSON.parse(JSON.stringify(doneCutover)) as Json;
  const keys = path.split(".");
  const last = keys.pop() ?? "";
  const parent = keys.reduce<Json>((at, key) => at[key] as Json, record);
  parent[last] = value;
  return record;
}

describe("the record of a cutover", () => {
  it("is read as it was written, by nobody but root's group", async () => {
    const stateDir = temporaryFolder();
    expect(await readCutover(stateDir, "platform.service")).toEqual({ ok: true, value: undefined });
    expect(await readCutovers(stateDir)).toEqual({ ok: true, value: [] });
    for (const record of [cutover(), doneCutover]) {
      await writeCutover(stateDir, record);
      expect(await readCutover(stateDir, record.unit)).toEqual({ ok: true, value: record });
      expect(await readCutovers(stateDir)).toEqual({ ok: true, value: [record] });
    }
    const path = join(cutoverFolder(stateDir), "platform.service.json");
    expect(statSync(path).mode & 0o7).toBe(0);
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
  ])("is none with %s", (_, path, value) => {
    expect(isCutoverRecord(changed(path, value))).toBe(false);
    expect(isCutoverRecord(changed("schema", 1))).toBe(true);
  });

  it("that could not be read again is not written", async () => {
    const stateDir = temporaryFolder();
    const odd = cutover({ keptName: "app.sock" });
    await expect(writeCutover(stateDir, odd)).rejects.toThrow(/no record of schema 1/);
    expect(await readCutover(stateDir, odd.unit)).toEqual({ ok: true, value: undefined });
  });

  it.each([
    ["no JSON", "{", /JSON/],
    ["about another unit", JSON.stringify({ ...doneCutover, unit: "other.service" }), /about/],
    ["of another schema", JSON.stringify({ ...doneCutover, schema: 7 }), /schema 1/],
  ])("that is %s is a failure, never none", async (_, text, why) => {
    const stateDir = temporaryFolder();
    mkdirSync(cutoverFolder(stateDir));
    writeFileSync(join(cutoverFolder(stateDir), "platform.service.json"), text);
    for (const read of [
      await readCutover(stateDir, "platform.service"),
      await readCutovers(stateDir),
    ]) {
      expect(read).toMatchObject({ ok: false, failure: { why: expect.stringMatching(why) } });
    }
  });

  it("is asked for by the name of a unit alone", async () => {
    expect(await readCutover(temporaryFolder(), "../x")).toMatchObject({ ok: false });
    expect(isCutoverUnit("dev-sda\\x2d1.service")).toBe(true);
    expect(isCutoverUnit("-x.service")).toBe(false);
  });
});
