import { describe, expect, it } from "vitest";
import { verifyCommand } from "../../../agent/cli/cutover-verify-command.ts";
import {
  drillCommand,
  type DrillHost,
  type DrillOptions,
} from "../../../agent/cli/drill-command.ts";
import { UsageError } from "../../../agent/cli/usage-error.ts";
import type { VerifyReport } from "../../../agent/model/sound.ts";
import type { SoundLook } from "../../../agent/run/sound-look.ts";
import { head, name, unit, unitSocket, wrapped } from "../detect/audit-build.ts";
import { quiet } from "./quiet.ts";
import { finding, group, path, report } from "./reports.ts";

const common = { config: undefined, socket: [], color: false };
const options: DrillOptions = {
  json: false,
  unit: undefined,
  cycles: 2,
  yes: false,
  evenIfUnsound: false,
};

const named = { name, mainPid: null, killMode: null, generated: null, activeState: null };

function lookOf(pid: number, change: Parameters<typeof unit>[0] = {}): SoundLook {
  const groups = pid === 0 ? [] : [group("serving", pid)];
  const verdict = pid === 0 ? "no-master" : "one-master";
  const socket = unitSocket({
    groups,
    verdict,
    masters: groups.length,
    unit: named,
    findings: pid === 0 ? [finding("no-master", "nothing listens")] : [],
  });
  const pids = pid === 0 ? [] : [0, 1, 2, 3, 4].map((next) => pid + next);
  const state = pid === 0 ? { activeState: "inactive" } : {};
  return {
    report: report([socket]),
    seen: {
      units: [
        unit({ mainPid: pid, ...state, ...change }, { processes: { ok: true, value: pids } }),
      ],
      heads: pid === 0 ? [] : [head(pid)],
      pidfiles: [],
    },
    answers: new Map(pid === 0 ? [] : [[path, { kind: "answered", status: 200, tookMs: 3 }]]),
  };
}

/** How others stand in the way, and when a signal asks to stop. */
interface Way {
  readonly held?: string;
  readonly folderHeld?: string;
  readonly toldAfter?: number;
}

async function drilled(
  looks: readonly SoundLook[],
  change: Partial<DrillOptions> = {},
  { held, folderHeld, toldAfter = Infinity }: Way = {},
) {
  const { surroundings, written } = quiet();
  const calls: string[] = [];
  const rights: string[] = [];
  let looked = 0;
  let nowMs = 0;
  const host: DrillHost = {
    begin: async (stateDir) => {
      rights.push(`begun in ${stateDir}`);
      return (
        held ?? {
          lockFoldersOf: async (sockets) => {
            rights.push(`folders of ${sockets.join(", ")}`);
            return folderHeld;
          },
          isTold: () => calls.length >= toldAfter,
          release: async () => void rights.push(`released after ${calls.at(-1) ?? "nothing"}`),
        }
      );
    },
    look: async () => {
      const found = looks[Math.min(looked, looks.length - 1)];
      looked += 1;
      if (found === undefined) throw new RangeError("no look");
      return found;
    },
    control: async (verb) => {
      calls.push(verb);
      return { kind: "done" };
    },
    meter: () => ({
      stop: async () => ({ asked: 200, failed: 40, downtimeMs: 420.4, slowestMs: 9 }),
    }),
    nowMs: () => (nowMs += 500),
    story: async () => "● platform.service\n   Active: failed",
  };
  const exitCode = await drillCommand(common, { ...options, ...change }, surroundings, host);
  return { exitCode, calls, rights, ...written };
}

const sound = [lookOf(68), lookOf(100), lookOf(200), lookOf(200), lookOf(0), lookOf(300)];

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

  it("has the right to act from before its look until after its last step", async () => {
    const ran = await drilled(sound, { yes: true });
    const begun = "begun in /var/lib/onemaster";
    expect(ran.rights).toEqual([begun, `folders of ${path}`, "released after start"]);
    expect((await drilled(sound)).rights).toEqual([]);
    const unsound = await drilled([lookOf(68, wrapped)], { yes: true });
    expect(unsound.rights).toEqual([begun, "released after nothing"]);
  });

  it.each<[string, Way, readonly string[]]>([
    ["the host", { held: "another onemaster is at it" }, []],
    ["the socket", { folderHeld: "another onemaster is at it" }, ["released after nothing"]],
  ])("does nothing while somebody else acts on %s", async (_, way, released) => {
    const ran = await drilled(sound, { yes: true }, way);
    expect(ran).toMatchObject({ exitCode: 3, calls: [], stdout: "" });
    expect(ran.stderr).toBe("onemaster: nothing was done: another onemaster is at it\n");
    expect(ran.rights.filter((one) => one.startsWith("released"))).toEqual(released);
  });

  it.each([
    ["in a restart", 2, ["reset-failed", "restart"]],
    [
      "while the unit is stopped",
      5,
      [...["reset-failed", "restart"], ...["reset-failed", "restart"], "stop", "reset-failed"],
    ],
  ])("leaves the unit started where a signal comes %s", async (_, toldAfter, first) => {
    const ran = await drilled(sound, { yes: true }, { toldAfter });
    const last = first.includes("stop") ? ["start"] : [];
    expect(ran.calls).toEqual([...first, ...last]);
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
