import { expect, it } from "vitest";
import type { CutoverRecord, CutoverStepRecord } from "../../../agent/model/cutover-record.ts";
import { letStoppedGo } from "../../../agent/run/cutover-let-go.ts";
import { startOld } from "../../../agent/run/cutover-old.ts";
import { undoCutover } from "../../../agent/run/cutover-undo.ts";
import { duplicate, group, path, report, socket, unclear } from "../cli/reports.ts";
import { cutover } from "../history/cutovers.ts";
import { type FakeHost, fakeCutover } from "./fake-cutover.ts";

const upgrade = socket({ evidence: "start-time", groups: [group("serving", 68)] });
const nobody = socket({ verdict: "no-master", masters: 0, groups: [] });
const bound = { kind: "socket", device: 26, inode: 4_711 } as const;
const refused = { kind: "silent", why: "ECONNREFUSED" } as const;

/** A cutover of the socket of the reports that has taken these steps. */
function taken(...steps: readonly CutoverStepRecord["step"][]): CutoverRecord {
  const { target } = cutover();
  return cutover({
    target: {
      ...target,
      socket: { ...target.socket, path },
      old: { ...target.old, pidfile: null },
      files: [],
    },
    keptName: null,
    aside: [],
    steps: steps.map((step) => ({
      step,
      at: "2026-11-23T00:39:55.990Z",
      result: "done",
      tookMs: 1,
      text: "done",
    })),
  });
}

it("leaves a service alone of which nothing was touched", async () => {
  const record = taken("record", "keep-name");
  const { walk, calls } = fakeCutover({ record, report: report([upgrade]), file: bound });
  const { outcome, ending } = await undoCutover(walk, "set-aside: two masters", "surprise");
  expect(calls).toEqual([]);
  expect(outcome).toBe("undone");
  expect(ending).toBe("set-aside: two masters; platform.service was not touched");
});

it.each<[string, Omit<FakeHost, "record">, RegExp]>([
  [
    "an owner is known by its start time alone",
    { report: report([upgrade]), file: bound },
    /master 68 lives/,
  ],
  ["two masters live", { report: report([duplicate]), file: { kind: "absent" } }, /serves/],
  ["not enough is seen", { report: report([unclear]) }, /not enough|: /],
  [
    "something is hidden",
    { report: report([nobody], { blind: [{ what: "fd-links", pid: 1, reason: "denied" }] }) },
    /denied/,
  ],
  [
    "somebody answers whom no look finds",
    { report: report([]), file: bound, answer: { kind: "answered", status: 200 } },
    /was not refused \(status 200\)/,
  ],
  [
    "a queue is full",
    { report: report([]), file: bound, answer: { kind: "silent", why: "EAGAIN" } },
    /was not refused \(EAGAIN\)/,
  ],
  [
    "an old process lives, and the script's stop would end it",
    { report: report([nobody]), living: new Map([[68, []]]) },
    /the script's stop is not run while process 68 lives/,
  ],
])("starts and stops nothing where %s", async (_, host, says) => {
  const record = { ...taken("set-aside", "start"), aside: [{ pid: 68, startTicks: 6_800 }] };
  const { walk, calls } = fakeCutover({ record, ...host });
  const end = await startOld(walk);
  expect(end.text).toMatch(says);
  expect(end.result).not.toBe("done");
  expect(calls).toEqual([]);
});

it.each<[string, Omit<FakeHost, "record">]>([
  ["nothing stands at the path", { report: report([nobody]) }],
  [
    "what stands there refuses connections",
    { report: report([nobody]), file: bound, answer: refused },
  ],
])("starts the service where %s", async (_, host) => {
  const { walk, calls } = fakeCutover({ record: taken("set-aside", "start"), ...host });
  expect((await startOld(walk)).text).toBe("platform.service is started by its init script");
  expect(calls).toEqual(["stop platform.service", "start platform.service"]);
});

it("lets masters go on that --clean had stopped, and ends those that were told to end", async () => {
  const state = new Map([
    [68, "T"],
    [78, "T"],
    [88, "S"],
  ]);
  const sent: string[] = [];
  const record = {
    ...taken("stop-all"),
    aside: [68, 78, 88, 98].map((pid) => ({ pid, startTicks: pid * 100 })),
  };
  const { walk } = fakeCutover({
    record,
    report: report([nobody]),
    living: new Map([68, 78, 88].map((pid) => [pid, []])),
    stateOf: (pid) => state.get(pid) ?? "S",
    toldToEnd: [78],
    signal(pid, signal) {
      sent.push(`${signal} ${pid}`);
      state.set(pid, signal === "SIGKILL" ? "Z" : "S");
      return { kind: "done" };
    },
  });
  const end = await letStoppedGo(walk);
  expect(sent).toEqual(["SIGCONT 68", "SIGKILL 78"]);
  expect(end).toEqual({
    result: "done",
    text: "process 68 goes on; 78 had been told to end, and is ended",
  });
});

it("tells who stays stopped, and lets nobody of another boot go on", async () => {
  const record = { ...taken("stop-all"), aside: [{ pid: 68, startTicks: 6_800 }] };
  const host = {
    report: report([nobody]),
    living: new Map([[68, []]]),
    stateOf: () => "T",
    signal: () => ({ kind: "denied", why: "EPERM" }) as const,
  };
  const { walk } = fakeCutover({ record, ...host });
  expect(await letStoppedGo(walk)).toEqual({
    result: "failed",
    text: "process 68 is still stopped",
  });
  expect(walk.notes()).toEqual(["SIGCONT to process 68 was not possible: EPERM"]);
  const later = fakeCutover({ record: { ...record, bootId: "another" }, ...host });
  expect((await letStoppedGo(later.walk)).result).toBe("skipped");
});
