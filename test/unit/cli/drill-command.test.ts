import { describe, expect, it } from "vitest";
import { verifyCommand } from "../../../agent/cli/cutover-verify-command.ts";
import { UsageError } from "../../../agent/cli/usage-error.ts";
import type { VerifyReport } from "../../../agent/model/sound.ts";
import type { SoundLook } from "../../../agent/run/sound-look.ts";
import { name, unitSocket, wrapped } from "../detect/audit-build.ts";
import { common, drilled, lookOf, named, sound } from "./drilled.ts";
import { quiet } from "./quiet.ts";
import { path, report } from "./reports.ts";

describe("onemaster drill", () => {
  it("tells every step, the totals and the verdict", async () => {
    const ran = await drilled(sound, { yes: true });
    expect(ran).toMatchObject({ exitCode: 0, stderr: "" });
    await expect(ran.stdout).toMatchFileSnapshot("./drill/sound.txt");
  });

  it("without --yes tells what it would do", async () => {
    const ran = await drilled(sound);
    expect(ran).toMatchObject({ exitCode: 0, stderr: "", calls: [] });
    await expect(ran.stdout).toMatchFileSnapshot("./drill/plan.txt");
  });

  it("tells why it ended where nothing serves after a restart", async () => {
    const failed = lookOf(0, { activeState: "failed" });
    const ran = await drilled([lookOf(68), failed], { yes: true });
    expect(ran).toMatchObject({ exitCode: 1, calls: ["reset-failed", "restart"] });
    await expect(ran.stdout).toMatchFileSnapshot("./drill/failed.txt");
  });

  it("does not begin on a unit that is not sound, unless told", async () => {
    const looks = [lookOf(68, wrapped), lookOf(68, wrapped)];
    const refused = await drilled(looks, { yes: true });
    expect(refused).toMatchObject({ exitCode: 1, calls: [] });
    expect(refused.stderr).toBe(
      `onemaster: ${name} is not sound before the first restart; nothing was done ` +
        "(--even-if-unsound begins all the same)\n",
    );
    const told = await drilled(looks, { yes: true, evenIfUnsound: true });
    expect(told).toMatchObject({ exitCode: 1, calls: ["reset-failed", "restart"] });
  });

  it("prints one document for programs", async () => {
    const ran = await drilled(sound, { yes: true, json: true });
    expect(JSON.parse(ran.stdout)).toMatchObject({
      schema: 1,
      unit: name,
      cycles: 2,
      soundness: "sound",
      rows: [{ step: 1 }, { step: 2 }, { step: "stop", metered: null }, { step: "start" }],
    });
  });

  it.each([
    ["without --yes", false, 0],
    ["on a unit that is not sound", true, 1],
  ])("prints for programs how the unit is %s", async (_, yes, exitCode) => {
    const ran = await drilled([lookOf(68, yes ? wrapped : {})], { json: true, yes });
    expect(ran).toMatchObject({ exitCode, calls: [] });
    expect(JSON.parse(ran.stdout)).toMatchObject({
      schema: 1,
      unit: name,
      sockets: [path],
      cycles: 2,
      soundness: yes ? "not-sound" : "sound",
    });
  });

  it("does not begin where another unit would stay stopped", async () => {
    const bound = lookOf(68, { shown: { BoundBy: "queue.service" } });
    expect(await drilled([bound], { yes: true, evenIfUnsound: true })).toMatchObject({
      exitCode: 3,
      calls: [],
      stderr: expect.stringContaining(`queue.service would be stopped with ${name}, for good`),
    });
  });

  it("has to be told which of several units", async () => {
    const other = unitSocket({ path: "/run/b.sock", unit: { ...named, name: "b.service" } });
    const [first] = sound;
    if (first === undefined) throw new Error("a look");
    const two = { ...first, report: report([...first.report.sockets, other]) };
    await expect(drilled([two])).rejects.toThrow(UsageError);
    await expect(drilled(sound, { unit: "a b" })).rejects.toThrow(UsageError);
  });

  it("could not tell where no unit serves", async () => {
    const nobody: SoundLook = {
      report: report([]),
      seen: { units: [], heads: [], pidfiles: [] },
      answers: new Map(),
    };
    expect(await drilled([nobody], { yes: true })).toMatchObject({
      exitCode: 3,
      stderr: "onemaster: no unit serves a unix socket here: there is nothing to drill\n",
    });
    expect(await drilled([nobody], { yes: true, unit: name })).toMatchObject({ exitCode: 3 });
  });
});

describe("onemaster cutover verify", () => {
  async function verified(look: SoundLook, json = false) {
    const { surroundings, written } = quiet();
    const exitCode = await verifyCommand(
      common,
      { json, unit: undefined },
      surroundings,
      async () => look,
    );
    return { exitCode, ...written };
  }

  it.each([
    ["sound", lookOf(68), 0],
    ["wrapped", lookOf(68, wrapped), 1],
  ] as const)("shows %s", async (title, look, exitCode) => {
    const ran = await verified(look);
    expect(ran).toMatchObject({ exitCode, stderr: "" });
    await expect(ran.stdout).toMatchFileSnapshot(`./drill/verify-${title}.txt`);
  });

  it("prints one document for programs", async () => {
    const { exitCode, stdout } = await verified(lookOf(68), true);
    const said = JSON.parse(stdout) as VerifyReport;
    expect({ exitCode, schema: said.schema, soundness: said.soundness }).toEqual({
      exitCode: 0,
      schema: 1,
      soundness: "sound",
    });
    // the command says -w 4
    expect(said.units[0]?.checks).toContainEqual({
      check: "workers",
      state: "ok",
      evidence: "master 68 has 4 of 4 expected workers",
      fix: null,
    });
  });

  it("could not tell where nothing runs", async () => {
    const nobody: SoundLook = {
      report: report([]),
      seen: { units: [], heads: [], pidfiles: [] },
      answers: new Map(),
    };
    expect(await verified(nobody)).toEqual({
      exitCode: 3,
      stdout: "",
      stderr: "onemaster: no gunicorn was found on a unix socket: there is nothing to verify\n",
    });
  });
});
