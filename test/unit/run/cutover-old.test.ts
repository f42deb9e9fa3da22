import { temporaryFolder } from "../../support/temporary-folder.ts";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import type { CutoverRecord } from "../../../agent/model/cutover-record.ts";
import { checkOld } from "../../../agent/run/cutover-check-old.ts";
import { createOldStart } from "../../../agent/run/cutover-old.ts";
import { duplicate, group, report, socket, unclear } from "../cli/reports.ts";
import { cutover } from "../history/cutovers.ts";
import { type FakeHost, fakeCutover, taken } from "./fake-cutover.ts";

const upgrade = socket({ evidence: "start-time", groups: [group("serving", 68)] });
const nobody = socket({ verdict: "no-master", masters: 0, groups: [] });
const bound = { kind: "socket", device: 26, inode: 4_711 } as const;
const refused = { kind: "silent", why: "ECONNREFUSED" } as const;

const answers = { file: bound, answer: { kind: "answered", status: 200 } } as const;
const hidden = { blind: [{ what: "fd-links", pid: 1, reason: "denied" }] };
const staleAlone = socket({ verdict: "unreachable", groups: [group("stale", 68)] });

it.each<[string, Omit<FakeHost, "record">, RegExp]>([
  [
    "an owner is known by its start time alone, and answers",
    { report: report([upgrade]), ...answers },
    /was not refused \(status 200\)/,
  ],
  ["two masters live", { report: report([duplicate]), file: { kind: "absent" } }, /serves/],
  ["not enough is seen", { report: report([unclear]), ...answers }, /not refused/],
  ["something is hidden", { report: report([nobody], hidden), ...answers }, /not refused/],
  ["somebody answers whom no look finds", { report: report([]), ...answers }, /not refused/],
  [
    "a queue is full",
    { report: report([]), file: bound, answer: { kind: "silent", why: "EAGAIN" } },
    /was not refused \(EAGAIN\)/,
  ],
  [
    "somebody starts or stops the unit",
    { report: report([nobody]), unit: () => ({ job: 7 }) },
    /platform\.service has job 7/,
  ],
  [
    "a process is in the unit",
    { report: report([nobody]), members: () => [812] },
    /process 812 is in platform\.service/,
  ],
])("starts and stops nothing where %s", async (_, host, says) => {
  const { walk, calls } = fakeCutover({ record: taken("set-aside", "start"), ...host });
  const start = createOldStart(walk);
  const end = await start.run();
  expect(end.text).toMatch(says);
  expect(end.result).not.toBe("done");
  expect(calls).toEqual([]);
  expect(start.began()).toBe(false);
});

it.each<[string, Omit<FakeHost, "record">]>([
  ["nothing stands at the path", { report: report([nobody]) }],
  [
    "what stands there refuses connections",
    { report: report([nobody]), file: bound, answer: refused },
  ],
  [
    "a stale master lives, whom nobody reaches",
    { report: report([staleAlone]), living: new Map([[68, []]]) },
  ],
  ["something is hidden, and nobody is reached", { report: report([nobody], hidden) }],
  ["not enough is seen, and nobody is reached", { report: report([unclear]) }],
])("starts the service where %s, and its script stops nobody", async (_, host) => {
  const dropIns = temporaryFolder("drop-ins");
  const dropIn = join(dropIns, "platform.service.d/90-onemaster-no-stop.conf");
  let atStop = "";
  const { walk, calls } = fakeCutover({
    record: taken("set-aside", "start"),
    ...host,
    dropIns,
    refuses(call) {
      if (call.startsWith("stop")) atStop = readFileSync(dropIn, "utf8");
      return undefined;
    },
  });
  const start = createOldStart(walk);
  expect((await start.run()).text).toBe("platform.service is started by its init script");
  expect(calls).toEqual(["reload", "stop platform.service", "reload", "start platform.service"]);
  expect(atStop).toBe("[Service]\nExecStop=\n");
  expect(existsSync(dropIn)).toBe(false);
  expect([start.began(), start.waits()]).toEqual([true, false]);
});

it("a stopped master that owns the path serves nobody", async () => {
  const { walk } = fakeCutover({
    record: taken("set-aside", "start"),
    report: report([socket({ groups: [group("serving", 68)] })]),
    living: new Map([[68, []]]),
    stateOf: () => "T",
    file: bound,
    answer: { kind: "silent", why: "no answer in 10 s" },
  });
  const start = createOldStart(walk);
  expect((await start.run()).text).toMatch(/nothing is started: .*no answer in 10 s/);
  expect(start.waits()).toBe(true);
});

it("what is there answers at its socket, and nginx does not: that is told, and no failure", async () => {
  const { walk } = fakeCutover({
    record: taken("set-aside", "start"),
    report: report([socket({ groups: [group("serving", 68)] })]),
    ...answers,
    answers: ({ through }) =>
      through === "nginx" ? { kind: "silent", why: "ECONNREFUSED" } : answers.answer,
  });
  const end = await checkOld(walk, undefined);
  expect(end).toMatchObject({ result: "done", text: expect.stringMatching(/^master 68 in /) });
  expect(walk.notes()).toEqual(["asked through nginx: ECONNREFUSED"]);
});

it("tries again once nobody is reached any more", async () => {
  let asked = 0;
  let tried = 0;
  const { walk } = fakeCutover({
    record: taken("set-aside", "start"),
    report: report([nobody]),
    file: bound,
    answers: () => {
      asked += 1;
      return asked < 6 ? { kind: "silent", why: "no answer in 10 s" } : refused;
    },
  });
  const end = await checkOld(walk, () => {
    tried += 1;
    return Promise.resolve(false);
  });
  expect(tried).toBe(1);
  expect(end.result).toBe("failed");
});

it("a flapping path is not waited for without end", async () => {
  let refusals = 0;
  const { walk } = fakeCutover({
    record: taken("set-aside", "start"),
    report: report([nobody]),
    file: bound,
    answers: () => refused,
  });
  const end = await checkOld(walk, () => {
    refusals += 1;
    return Promise.resolve(true);
  });
  expect(end.result).toBe("failed");
  expect(refusals).toBeGreaterThan(100);
  expect(walk.parts.clock.monotonicMs()).toBeLessThan(90_000);
});

it("a script that hangs is given up after a minute, and its start is called off", async () => {
  const { walk, calls } = fakeCutover({
    record: taken("set-aside", "start"),
    report: report([nobody]),
    unit: () => ({ activeState: "inactive" }),
    refuses: (call) => (call.startsWith("start") ? new Promise(() => undefined) : undefined),
  });
  const end = await createOldStart(walk).run();
  expect(end.text).toContain("its init script has not ended after 60 s, and nobody is reached");
  expect(calls).toEqual(["start platform.service", "stop platform.service"]);
});

it.each([
  ["a script of a command that died", cutover().bootId, true],
  ["a boot, or a person,", "another", false],
])("whom %s has started is waited for, not started again", async (_, scriptRanIn, began) => {
  const { walk, calls } = fakeCutover({
    record: { ...taken("set-aside", "start"), scriptRanIn },
    report: report([nobody]),
    members: () => [812],
    living: new Map([[812, []]]),
  });
  const start = createOldStart(walk);
  expect(await start.run()).toEqual({
    result: "done",
    text: "process 812 is in platform.service: it is waited for",
  });
  expect([start.began(), calls]).toEqual([began, []]);
  expect([start.isLate(), await start.whoIsLate()]).toEqual([
    true,
    "process 812 is in platform.service: if it is not to come to serve, kill -KILL 812 ends it",
  ]);
});

it("who will never be a master is not waited for", async () => {
  const { walk } = fakeCutover({
    record: taken("set-aside", "start"),
    report: report([nobody]),
    members: () => [812],
    living: new Map([[812, []]]),
    roleOf: () => "worker",
  });
  const start = createOldStart(walk);
  expect((await start.run()).text).toContain("process 812 is in platform.service, and nobody is");
  expect([start.isLate(), await start.whoIsLate()]).toEqual([false, undefined]);
});

it("the boot in which the script is run is written down before it is", async () => {
  let written: CutoverRecord["scriptRanIn"];
  let atStart: CutoverRecord["scriptRanIn"];
  const { walk } = fakeCutover({
    record: taken("set-aside", "start"),
    report: report([nobody]),
    unit: () => ({ activeState: "inactive" }),
    written: ({ scriptRanIn }) => (written = scriptRanIn),
    refuses(call) {
      if (call.startsWith("start")) atStart = written;
      return undefined;
    },
  });
  expect((await createOldStart(walk).run()).result).toBe("done");
  expect(atStart).toBe(cutover().bootId);
});

it("the script is run also where that cannot be written down, and it is told", async () => {
  const { walk, calls } = fakeCutover({
    record: taken("set-aside", "start"),
    report: report([nobody]),
    unit: () => ({ activeState: "inactive" }),
    written() {
      throw new Error("ENOSPC");
    },
  });
  expect((await createOldStart(walk).run()).result).toBe("done");
  expect(calls).toEqual(["start platform.service"]);
  expect(walk.notes()).toEqual(["that the script is run is not written down: ENOSPC"]);
});
