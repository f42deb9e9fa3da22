import { temporaryFolder } from "../../support/temporary-folder.ts";
import { expect, it } from "vitest";
import { letStoppedGo } from "../../../agent/run/cutover-let-go.ts";
import { moveBack } from "../../../agent/run/cutover-move-back.ts";
import { undoCutover } from "../../../agent/run/cutover-undo.ts";
import { group, report, socket } from "../cli/reports.ts";
import { fakeCutover, taken } from "./fake-cutover.ts";

const upgrade = socket({ evidence: "start-time", groups: [group("serving", 68)] });
const nobody = socket({ verdict: "no-master", masters: 0, groups: [] });
const bound = { kind: "socket", device: 26, inode: 4_711 } as const;

it("leaves a service alone of which nothing was touched", async () => {
  const record = taken("record", "keep-name");
  const { walk, calls } = fakeCutover({ record, report: report([upgrade]), file: bound });
  const { outcome, ending } = await undoCutover(walk, "set-aside: two masters", "surprise");
  expect(calls).toEqual([]);
  expect(outcome).toBe("undone");
  expect(ending).toBe("set-aside: two masters; platform.service was not touched");
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

it.each([
  ["nobody of them serves", "gone", "platform.service", "skipped"],
  ["one that came later serves from there", "gone", "scope", "done"],
  ["the master of before lives", "lives", "scope", "done"],
] as const)(
  "who is in the scope goes back into the unit where %s",
  async (why, old, unit, result) => {
    const dropIns = temporaryFolder("drop-ins");
    const scope = "onemaster-before-platform.scope";
    let inScope = [78, 79];
    const { walk } = fakeCutover({
      record: {
        ...taken("set-aside"),
        served: { master: { pid: 68, startTicks: 6_800 }, listenerInode: 25_453 },
      },
      report: report([socket({ groups: [group("serving", 78)] })]),
      living: new Map(old === "lives" ? [[68, [25_453]]] : []),
      dropIns,
      members: () => inScope,
      unitOf: () => (unit === "scope" ? scope : unit),
      refuses(call) {
        if (call.startsWith("attach")) inScope = [];
        return undefined;
      },
    });
    expect((await moveBack(walk)).result, `where ${why}`).toBe(result);
    expect(inScope).toEqual(result === "done" ? [] : [78, 79]);
  },
);
