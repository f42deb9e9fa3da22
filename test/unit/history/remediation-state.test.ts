import { execFileSync } from "node:child_process";
import {
  chmodSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import {
  isPaused,
  readRemediationState,
  writeRemediationState,
} from "../../../agent/history/remediation-state.ts";
import { pauseFile } from "../../../agent/history/remediation-places.ts";
import { noAttempts, type RemediationState } from "../../../agent/model/remediation.ts";
import { requireReal } from "../../support/require-real.ts";
import { asNobody, smallStateDir, stateDir } from "./remediations.ts";

const open: RemediationState = {
  schema: 1,
  failuresInARow: 2,
  breakerOpenedAt: "2026-11-22T17:50:02.123Z",
  attempts: ["2026-11-22T17:20:02.123Z", "2026-11-22T17:50:02.123Z"],
};

describe("the state between attempts", () => {
  it.each([
    ["there is no file", "."],
    ["there is no folder", "not/there"],
  ])("is empty where %s", async (_, folder) => {
    const read = await readRemediationState(join(stateDir(), folder));
    expect(read).toEqual({ ok: true, value: noAttempts });
    expect(noAttempts).toMatchObject({ failuresInARow: 0, breakerOpenedAt: null });
  });

  it("is what was written last, for its owner's group to read", async () => {
    const state = join(stateDir(), "new");
    await writeRemediationState(state, open);
    await writeRemediationState(state, { ...open, failuresInARow: 3 });
    const read = await readRemediationState(state);
    expect(read).toEqual({ ok: true, value: { ...open, failuresInARow: 3 } });
    expect(readdirSync(state)).toEqual(["remediation.json"]);
    expect(statSync(join(state, "remediation.json")).mode & 0o777).toBe(0o640);
  });

  const text = `${JSON.stringify(open)}\n`;
  it.each([
    ["is empty", "", /JSON/],
    ["is torn", text.slice(0, 60), /JSON/],
    ["is null", "null", /schema 1/],
    ["is a list", "[]", /schema 1/],
    ["is of another schema", text.replace('"schema":1', '"schema":2'), /schema 1/],
    ["counts nothing", text.replace('"failuresInARow":2', '"failuresInARow":null'), /schema 1/],
    ["counts down", text.replace('"failuresInARow":2', '"failuresInARow":-1'), /schema 1/],
    ["says nothing of the breaker", text.replace("breakerOpenedAt", "breaker"), /schema 1/],
    [
      "opened the breaker at no time",
      text.replace("2026-11-22T17:50:02.123Z", "today"),
      /schema 1/,
    ],
    ["has an attempt at no time", text.replace("2026-11-22T17:20", "2026-11-32T17:20"), /schema 1/],
    ["has attempts that are no list", text.replace(/\[.*\]/, '{"0":1}'), /schema 1/],
    ["is too long", `${text}${" ".repeat(65_536)}`, /longer than/],
  ])("is unknown, not empty, when the file %s", async (_, content, why) => {
    const state = stateDir();
    writeFileSync(join(state, "remediation.json"), content);
    expect(await readRemediationState(state)).toEqual({
      ok: false,
      failure: {
        kind: "malformed",
        what: join(state, "remediation.json"),
        why: expect.stringMatching(why),
      },
    });
  });

  it.each([
    ["a folder", (path: string) => mkdirSync(path)],
    ["a pipe", (path: string) => void execFileSync("mkfifo", [path])],
    ["a symbolic link to nowhere", (path: string) => symlinkSync("nowhere", path)],
  ])("is unknown, not empty, where %s stands", async (_, make) => {
    const state = stateDir();
    make(join(state, "remediation.json"));
    expect(await readRemediationState(state)).toMatchObject({ ok: false });
  });

  it("is unknown, not empty, where it must not be read", async (context) => {
    requireReal(context, "root");
    const state = stateDir();
    await writeRemediationState(state, open);
    const read = await asNobody(() => readRemediationState(state));
    expect(read).toMatchObject({ ok: false, failure: { kind: "denied", why: "EACCES" } });
  });

  it("stays what it was when the disk is full", async (context) => {
    requireReal(context, "root");
    const state = smallStateDir(8);
    await writeRemediationState(state, open);
    expect(() => writeFileSync(join(state, "full"), Buffer.alloc(65_536))).toThrow(/ENOSPC/);
    const before = readFileSync(join(state, "remediation.json"), "utf8");
    const next = { ...open, failuresInARow: 9 };
    await expect(writeRemediationState(state, next)).rejects.toThrow(/ENOSPC/);
    expect(readFileSync(join(state, "remediation.json"), "utf8")).toBe(before);
    expect(readdirSync(state).toSorted()).toEqual(["full", "remediation.json"]);
  });

  it("is not written longer than it can be read", async () => {
    const attempts = Array.from({ length: 3_000 }, () => "2026-11-22T17:20:02.123Z");
    const write = writeRemediationState(stateDir(), { ...open, attempts });
    await expect(write).rejects.toThrow(/more than 65536 bytes/);
  });
});

describe("acting is paused", () => {
  it.each([
    ["a file", (path: string) => writeFileSync(path, "")],
    ["a folder", (path: string) => mkdirSync(path)],
    ["a symbolic link to nowhere", (path: string) => symlinkSync("nowhere", path)],
  ])("while %s stands there", async (_, make) => {
    const state = stateDir();
    expect(await isPaused(state)).toEqual({ ok: true, value: false });
    make(pauseFile(state));
    expect(await isPaused(state)).toEqual({ ok: true, value: true });
  });

  it("by nobody where there is no state yet", async () => {
    expect(await isPaused(join(stateDir(), "none"))).toEqual({ ok: true, value: false });
  });

  it("or not, nobody can tell, where the folder cannot be looked into", async (context) => {
    requireReal(context, "root");
    const state = stateDir();
    chmodSync(state, 0o700);
    const paused = await asNobody(() => isPaused(state));
    expect(paused).toMatchObject({ ok: false, failure: { kind: "denied", why: "EACCES" } });
  });

  it("or not, nobody can tell, where a file stands in the folder's place", async () => {
    const state = join(stateDir(), "file");
    writeFileSync(state, "");
    const failure = { kind: "failed", why: "ENOTDIR" };
    expect(await isPaused(state)).toMatchObject({ ok: false, failure });
  });
});
