import { describe, expect, it } from "vitest";
import type { Controlled, DrillRow, Metered } from "../../../agent/model/drill.ts";
import type { SocketReport } from "../../../agent/model/report.ts";
import type { UnitProperties } from "../../../agent/model/unit.ts";
import { drill, type DrillParts } from "../../../agent/run/drill.ts";
import { asBefore, standingOf } from "../../../agent/run/drill-standing.ts";
import type { SoundLook } from "../../../agent/run/sound-look.ts";
import { head, name, settings, unit, unitSocket } from "../detect/audit-build.ts";
import { finding, group, path, report } from "../cli/reports.ts";

/** A look at the unit with these groups, the first of them being its main process. */
function look(
  groups: SocketReport["groups"],
  {
    verdict = "one-master",
    processes = groups.length * 5,
    ...properties
  }: Partial<UnitProperties> & {
    readonly verdict?: SocketReport["verdict"];
    readonly processes?: number;
  } = {},
): SoundLook {
  const pids = groups.flatMap(({ master }) => master?.pid ?? []);
  const findings =
    verdict === "one-master" || verdict === "unknown" ? [] : [finding(verdict, `it is ${verdict}`)];
  const masters = pids.length;
  const inside = Array.from({ length: processes }, (_, index) => (pids[0] ?? 900) + index);
  const named = { name, mainPid: null, killMode: null, generated: null, activeState: null };
  const facts = unit(
    { mainPid: pids[0] ?? 0, ...properties },
    { processes: { ok: true, value: inside } },
  );
  return {
    report: report([unitSocket({ verdict, findings, groups, masters, unit: named })]),
    seen: { units: [facts], heads: pids.map((pid) => head(pid)), pidfiles: [] },
    answers:
      masters === 0
        ? new Map()
        : new Map([[path, { kind: "answered", status: 200, tookMs: 1 } as const]]),
  };
}

const sound = (pid: number): SoundLook => look([group("serving", pid)]);
const stopped = look([], {
  verdict: "no-master",
  processes: 0,
  activeState: "inactive",
  mainPid: 0,
});
const before = sound(68);
const met: Metered = { asked: 100, failed: 3, downtimeMs: 20, slowestMs: 4 };

interface Story {
  /** What each look finds, or fails with, in turn; the last one goes on for ever. */
  readonly looks: readonly (SoundLook | Error)[];
  readonly cycles?: number;
  /** Told to stop once so many steps have begun. */
  readonly stopAfter?: number;
  readonly control?: (verb: string) => Controlled;
  /** Take down whatever is done, and who asks the site. */
  readonly calls?: string[];
  readonly asking?: Set<object>;
}

async function drilled(story: Story) {
  const { looks, cycles = 1, stopAfter = Infinity, control } = story;
  const { calls = [], asking = new Set() } = story;
  const told: (DrillRow | DrillRow["step"])[] = [];
  let nowMs = 0;
  let looked = 0;
  const standing = standingOf(before, name);
  if (standing === undefined) throw new Error("the unit has a socket");
  const expectations = asBefore(before, standing, name, [
    { ...settings(), unit: undefined, pidfile: undefined, errorLog: undefined },
  ]);
  const parts: DrillParts = {
    control: async (verb, of) => {
      calls.push(`${verb} ${of}`);
      return control?.(verb) ?? { kind: "done" };
    },
    look: async () => {
      const found = looks[Math.min(looked, looks.length - 1)];
      looked += 1;
      nowMs += 50;
      if (found === undefined) throw new RangeError("no look");
      if (found instanceof Error) throw found;
      return found;
    },
    meter: () => {
      const one = {};
      asking.add(one);
      return { stop: () => Promise.resolve(asking.delete(one)).then(() => met) };
    },
    nowMs: () => nowMs,
    pause: async (ms) => {
      nowMs += ms;
    },
    stopped: () => told.filter((one) => typeof one !== "object").length >= stopAfter,
    told: (step) => void told.push(step),
  };
  const said = await drill({ unit: name, cycles, expectations, before: standing }, parts);
  const rows = said.rows.map((row) => `${row.step}: ${row.soundness}, ${row.masters} masters`);
  return { said, rows, calls, told, nowMs };
}

const each = [`reset-failed ${name}`, `restart ${name}`];
const ending = [`stop ${name}`, `reset-failed ${name}`, `start ${name}`];

describe("a drill", () => {
  it("restarts, stops and starts, and tells each step", async () => {
    const looks = [sound(100), sound(200), sound(200), stopped, sound(300)];
    const { said, rows, calls, told } = await drilled({ looks, cycles: 2 });
    expect(rows).toEqual([
      "1: sound, 1 masters",
      "2: sound, 1 masters",
      "stop: sound, 0 masters",
      "start: sound, 1 masters",
    ]);
    expect(said).toMatchObject({ soundness: "sound", endedEarly: null, unit: name, cycles: 2 });
    expect(calls).toEqual([...each, ...each, ...ending]);
    const steps = told.map((one) => (typeof one === "object" ? "row" : one));
    expect(steps.join(" ")).toBe("1 row 2 row stop row start row");
    expect(said.rows[0]).toMatchObject({ mainPid: 100, workers: 4, processes: 5, metered: met });
  });

  it("waits until workers and answers are there", async () => {
    const young = look([group("serving", 100, { workers: [] })], { processes: 1 });
    const silent = { kind: "silent", why: "ECONNREFUSED" } as const;
    const deaf = { ...sound(100), answers: new Map([[path, silent]]) };
    const looks = [young, young, deaf, sound(100), sound(100), stopped, sound(300)];
    const { said } = await drilled({ looks });
    expect(said.soundness).toBe("sound");
  });

  it("ends at the first step that adds a master, some seconds after it answers again", async () => {
    const two = look([group("serving", 100), group("stale", 68)], { verdict: "duplicate" });
    const { said, rows, calls, nowMs } = await drilled({ looks: [two], cycles: 5 });
    expect(rows).toEqual(["1: not-sound, 2 masters"]);
    expect(said).toMatchObject({
      soundness: "not-sound",
      endedEarly: "cycle 1 did not leave it sound",
    });
    expect(calls).toEqual(each);
    expect(nowMs).toBeGreaterThan(15_000);
    expect(nowMs).toBeLessThan(17_000);
  });

  it("finds one process more than before", async () => {
    const more = look([group("serving", 100)], { processes: 6 });
    const { said } = await drilled({ looks: [more] });
    expect(said.soundness).toBe("not-sound");
    const check = said.rows[0]?.checks.find((one) => one.check === "processes");
    expect(check?.evidence).toBe("6 in its cgroup, 5 before");
  });

  it("waits a minute for an application that is slow to answer, not for a failed unit", async () => {
    const starting = look([], { verdict: "no-master", processes: 0, activeState: "active" });
    expect((await drilled({ looks: [starting] })).nowMs).toBeGreaterThan(60_000);
    const failed = look([], { verdict: "no-master", processes: 0, activeState: "failed" });
    expect((await drilled({ looks: [failed] })).nowMs).toBeLessThan(3_000);
  });

  it("tells why systemd did not do it", async () => {
    const control = (): Controlled => ({ kind: "failed", why: "Access denied" });
    const { said } = await drilled({ looks: [sound(68)], control });
    expect(said.rows.map(({ refused, soundness }) => [refused, soundness])).toEqual([
      ["Access denied", "not-sound"],
    ]);
  });

  it("told to stop, ends after the step under way and proves nothing", async () => {
    const { said, calls } = await drilled({ looks: [sound(100)], cycles: 3, stopAfter: 1 });
    expect(said).toMatchObject({ soundness: "unknown", endedEarly: "it was told to stop" });
    expect(calls).toEqual(each);
    const none = await drilled({ looks: [sound(100)], stopAfter: 0 });
    expect(none.said).toMatchObject({ soundness: "unknown", rows: [] });
    expect(none.calls).toEqual([]);
  });

  it("starts what it has stopped though it was told to stop meanwhile", async () => {
    const looks = [sound(100), sound(100), stopped, sound(200)];
    const { said, calls } = await drilled({ looks, stopAfter: 2 });
    expect(calls).toEqual([...each, ...ending]);
    expect(said).toMatchObject({ soundness: "sound", endedEarly: null });
  });

  it.each([
    ["the stop", [sound(100), sound(100), new Error("EMFILE")], [...each, ...ending]],
    ["a restart", [new Error("EMFILE")], each],
  ])(
    "leaves nobody stopped, and nobody asking, where no look can be taken after %s",
    async (_, looks, done) => {
      const calls: string[] = [];
      const asking = new Set<object>();
      await expect(drilled({ looks, calls, asking })).rejects.toThrow("EMFILE");
      expect(calls).toEqual(done);
      expect(asking).toEqual(new Set());
    },
  );

  it.each<[what: string, after: SoundLook, evidence: string, isSound: boolean]>([
    [
      "a process is left by the stop",
      look([], { verdict: "no-master", processes: 2, activeState: "inactive", mainPid: 0 }),
      "still there after the stop: 900 901",
      false,
    ],
    [
      "a master of another unit listens",
      look([group("serving", 500, { master: elsewhere() })], {
        processes: 0,
        activeState: "inactive",
        mainPid: 0,
      }),
      "none is left",
      false,
    ],
    [
      "a request has started it again, and nothing old is left",
      look([group("serving", 400)], { triggeredBy: ["platform.socket"] }),
      "all of it has ended; a request has started it again",
      true,
    ],
    [
      "a request has started it again, and old processes are left",
      look([group("serving", 100)], { triggeredBy: ["platform.socket"] }),
      "still there after the stop: 100 101 102 103 104",
      false,
    ],
  ])("judges the stop: %s", async (_, after, evidence, isSound) => {
    const activated = after.seen.units.some(
      ({ properties }) => properties.ok && properties.value.triggeredBy.length > 0,
    );
    const running = look([group("serving", 100)], activated ? { triggeredBy: ["x.socket"] } : {});
    const { said } = await drilled({ looks: [running, running, after, sound(300)] });
    const row = said.rows.find(({ step }) => step === "stop");
    expect(row?.checks[0]?.evidence).toBe(evidence);
    expect(row?.soundness).toBe(isSound ? "sound" : "not-sound");
    // and it was started again in each case
    expect(said.rows.at(-1)?.step).toBe("start");
  });
});

function elsewhere() {
  const { master } = group("serving", 500);
  return master === null ? null : { ...master, unit: "session-3.scope" };
}
