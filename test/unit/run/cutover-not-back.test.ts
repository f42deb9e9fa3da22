import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import type { FileNow } from "../../../agent/model/acting.ts";
import type { CutoverRecord, CutoverStepRecord } from "../../../agent/model/cutover-record.ts";
import { hasToLose, whyNotBack } from "../../../agent/run/cutover-way-back.ts";
import { whereTo } from "../../../agent/run/cutover-which-way.ts";
import { group, path, report, socket, unclear } from "../cli/reports.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";
import { cutover } from "../history/cutovers.ts";
import { oldListens, scope } from "./cutover-installed.ts";
import { type FakeHost, fakeCutover } from "./fake-cutover.ts";

const fragmentPath = "/etc/systemd/system/platform.service";
const kept = "/var/www/sample-platform/.sampleplatform.sock.onemaster-1";

/** The native unit's master 70 serves; master 68 served before, and is gone. */
const serves: Omit<FakeHost, "record"> = {
  report: report([socket({ groups: [group("serving", 70)] })]),
  file: (at) => (at === path ? { kind: "socket", device: 26, inode: 9 } : { kind: "absent" }),
  answer: { kind: "answered", status: 200 },
  unit: () => ({ activeState: "active", subState: "running", fragmentPath, mainPid: 70 }),
  members: (unit) => (unit === scope ? [] : [70, 71, 72, 73, 74]),
  unitOf: (pid) => (pid >= 70 && pid < 80 ? "platform.service" : scope),
};
const beside = report([socket({ groups: [group("serving", 70), group("stale", 68)] })]);
const oldFile: FileNow = { kind: "socket", device: 26, inode: 4_711 };

/** No init script to be looked for on this very host. */
function record(change: Partial<CutoverRecord> = {}): CutoverRecord {
  const { target } = cutover();
  return cutover({
    served: { master: { pid: 68, startTicks: 6_800 }, listenerInode: 25_453 },
    keptName: kept,
    target: {
      ...target,
      socket: { ...target.socket, path },
      old: { ...target.old, kind: "no-unit" },
    },
    ...change,
  });
}

it.each<[string, Partial<FakeHost>, RegExp]>([
  ["all is as it should be", {}, /^it may$/],
  [
    "something is hidden",
    { report: report([socket()], { blind: [{ what: "fd-links", pid: 1, reason: "denied" }] }) },
    /denied/,
  ],
  ["not enough is seen", { report: report([unclear]) }, /not enough could be seen|denied/],
  ["the socket is not seen at all", { report: report([]) }, /not enough could be seen/],
  [
    "another master listens",
    { report: beside },
    /master 68 in onemaster-before-platform\.scope listens .* as well; .*remediate --yes/,
  ],
  [
    "a process of before is in the scope",
    { members: (unit) => (unit === scope ? [812] : [70]) },
    /process 812 of before is still in .*\.scope: .* may start the same again/,
  ],
  [
    "who is in the scope cannot be read",
    { members: (unit) => (unit === scope ? undefined : [70]) },
    /could not be read/,
  ],
  [
    "the old master listens, and nothing leads to it any more",
    { living: oldListens },
    /master 68 listens, but .*onemaster-1, by which .*, is gone/,
  ],
  [
    "the old master listens, and its second name is there",
    {
      living: oldListens,
      report: beside,
      file: (at) => (at === kept ? oldFile : { kind: "socket", device: 26, inode: 9 }),
    },
    /^it may$/,
  ],
  [
    "the old master listens, and answers nobody",
    {
      living: oldListens,
      report: beside,
      file: (at) => (at === kept ? oldFile : { kind: "socket", device: 26, inode: 9 }),
      answers: (place) =>
        "path" in place && place.path === kept
          ? { kind: "silent", why: "no answer in 10 s" }
          : { kind: "answered", status: 200 },
    },
    /master 68 listens, but asked by its second name: no answer in 10 s: .*remediate --yes/,
  ],
  [
    "the old master listens, and the path leads to it",
    { living: oldListens, file: (at) => (at === path ? oldFile : { kind: "absent" }) },
    /^it may$/,
  ],
])("whether a unit that serves may be stopped where %s", async (_, host, says) => {
  const { walk, calls } = fakeCutover({ record: record(), ...serves, ...host });
  expect(await hasToLose(walk)).toBe(true);
  const why = await whyNotBack(walk, true);
  expect(why ?? "it may").toMatch(says);
  expect(calls).toEqual([]);
});

it.each<[string, Partial<FakeHost>, boolean]>([
  ["it answers", {}, true],
  ["it answers nothing good", { answer: { kind: "answered", status: 500 } }, true],
  ["who is in it cannot be read", { members: () => undefined }, true],
  ["connections are refused", { answer: { kind: "silent", why: "ECONNREFUSED" } }, false],
  ["nothing stands at the path", { file: { kind: "absent" } }, false],
  ["nobody is in it", { members: () => [] }, false],
  ["systemd has the unit from the init script", { unit: () => ({ mainPid: 70 }) }, false],
])("whether a stop of the native unit costs anything where %s", async (_, host, expected) => {
  const { walk } = fakeCutover({ record: record(), ...serves, ...host });
  expect(await hasToLose(walk)).toBe(expected);
});

it("a start of nobody is in the way of nothing: the script is run with others in the scope", async () => {
  const members = (unit: string): readonly number[] => (unit === scope ? [812] : []);
  const { walk } = fakeCutover({ record: record(), ...serves, members });
  expect(await whyNotBack(walk, false)).toBeUndefined();
});

it.each<[string, Partial<FakeHost>, boolean, RegExp]>([
  [
    "what was being undone is undone where the old master can be led back to",
    {
      living: oldListens,
      file: (at) => ({ kind: "socket", device: 26, inode: at.endsWith("-1") ? 4_711 : 9 }),
    },
    false,
    /^$/,
  ],
  [
    "what was being undone is finished where the native unit is all that serves",
    {},
    true,
    /^; master 70 owns .*, has 4 workers and answers$/,
  ],
  [
    "what cannot be undone is finished where the native unit serves",
    { living: oldListens },
    true,
    /^; master 68 listens, but .* is gone: .*; master 70 owns .*, has 4 workers and answers$/,
  ],
  [
    "what cannot be undone is left where the native unit does not serve either",
    { living: oldListens, unit: () => ({ activeState: "failed", fragmentPath, mainPid: 0 }) },
    false,
    /^, since platform\.service failed: success; master 68 listens, but .* is gone: .*$/,
  ],
])("%s", async (_, host, forward, says) => {
  const file = join(temporaryFolder("not-back"), "app.sock");
  writeFileSync(file, "", { mode: 0o600 });
  const { target } = record();
  const at = { ...target.socket, path: file, mode: 0o600, uid: null, gid: null };
  const { walk } = fakeCutover({
    record: record({ undoing: "surprise", target: { ...target, socket: at } }),
    ...serves,
    report: report([socket({ path: file, groups: [group("serving", 70), group("stale", 68)] })]),
    unitOf: () => "platform.service",
    file: (one) => (one === file ? { kind: "socket", device: 26, inode: 9 } : { kind: "absent" }),
    ...host,
  });
  const way = await whereTo(walk);
  expect(way.text).toMatch(says);
  expect(way.forward).toBe(forward);
});

const gone = "/nonexistent/gone.service";
const stillRuns = /is gone, and process 70 of it still runs/;
const at = "2026-11-23T00:39:55.990Z";

/** A record of these steps, all of them done, by which the file of the native unit is gone. */
function withoutFile(steps: readonly CutoverStepRecord["step"][]): CutoverRecord {
  const { target } = record();
  const files = [{ path: gone, mode: 0o644, secret: false, sha256: "" }];
  return record({
    target: { ...target, files },
    steps: steps.map((step) => ({ step, at, result: "done", tookMs: 1, text: "" })),
  });
}

it.each([
  ["was removed by this cutover", ["install", "start", "stop-new", "remove-unit"], undefined],
  ["is gone by somebody else", ["install", "start"], stillRuns],
  [
    "is gone after it was put back",
    ["install", "start", "remove-unit", "start-old", "restore-new"],
    stillRuns,
  ],
  [
    "is gone after a command found it put back, and finished",
    ["install", "start", "remove-unit", "start-old", "recover", "install", "finish"],
    stillRuns,
  ],
] as const)("where its file %s", async (_, steps, says) => {
  const { walk } = fakeCutover({ ...serves, record: withoutFile(steps) });
  expect((await whyNotBack(walk, false)) ?? "").toMatch(says ?? /^$/);
});

it.each([
  ["skipped", undefined],
  ["begun", undefined],
  // it may have started it all the same
  ["failed", stillRuns],
] as const)(
  "whom somebody has started after a put back of it that was %s",
  async (result, says) => {
    const before = withoutFile(["install", "start", "remove-unit", "start-old"]);
    const restore = { step: "restore-new", at, result, tookMs: 1, text: "" } as const;
    const { walk } = fakeCutover({
      ...serves,
      record: { ...before, steps: [...before.steps, restore] },
    });
    expect((await whyNotBack(walk, false)) ?? "").toMatch(says ?? /^$/);
  },
);

it.each([
  [
    "a boot has started by the script may be stopped",
    "another",
    "/run/systemd/generator.late/x",
    true,
    /^$/,
  ],
  ["runs since before is left to a person", "this", "/run/x", true, stillRuns],
  ["a boot has started by that file is left to a person", "another", gone, true, stillRuns],
  ["no script can have started is left to a person", "another", "/run/x", false, stillRuns],
] as const)("where its file is gone, one that %s", async (_, boot, unitFile, script, says) => {
  const initScript = join(temporaryFolder("boot"), "platform");
  if (script) writeFileSync(initScript, "#!/bin/sh\n");
  const before = withoutFile(["install", "start"]);
  const { target } = before;
  const { walk } = fakeCutover({
    ...serves,
    unit: () => ({ fragmentPath: unitFile, mainPid: 70 }),
    record: {
      ...before,
      bootId: boot === "this" ? before.bootId : boot,
      target: { ...target, old: { ...target.old, initScript } },
    },
  });
  expect((await whyNotBack(walk, false)) ?? "").toMatch(says);
});
