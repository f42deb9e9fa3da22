import {
  installed,
  nobody,
  oldListens,
  runningUntilStopped,
  scope,
  stepsOf,
} from "./cutover-installed.ts";
import { existsSync, mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, it } from "vitest";
import { undoCutover } from "../../../agent/run/cutover-undo.ts";
import { group, path, report, socket } from "../cli/reports.ts";
import { type FakeHost, fakeCutover } from "./fake-cutover.ts";

it("an old master that lives is led back to also where no script is left to be put back", async () => {
  const one = await installed();
  rmSync(one.kept);
  const { walk, calls } = fakeCutover({
    ...runningUntilStopped(one),
    report: report([socket({ groups: [group("serving", 68)] })]),
    living: oldListens,
    file: { kind: "socket", ...one.file },
    answer: { kind: "answered", status: 200 },
  });
  const over = await undoCutover(walk, "answer: silent", "surprise");
  expect(calls).toEqual(["stop platform.service"]);
  expect(existsSync(one.keptName)).toBe(true);
  expect(stepsOf(over)).toEqual(["path-back done", "stop-new done", "check-old done"]);
  expect(over.ending).toMatch(/the native unit is stopped, and left in place: .* is missing/);
  expect([over.outcome, existsSync(one.unitFile)]).toEqual(["failed", true]);
});

it("whose files could not be removed is not started by its script: it serves again", async () => {
  const one = await installed();
  const host = runningUntilStopped(one);
  const moved = `${one.unitFile}.elsewhere`;
  const { walk, calls } = fakeCutover({
    ...host,
    report: nobody,
    // a native unit that is reached until it is stopped
    file: () => (host.state.runs ? { kind: "socket", device: 26, inode: 9 } : { kind: "absent" }),
    answer: { kind: "answered", status: 200 },
    refuses(call) {
      if (call === "stop platform.service") {
        host.state.runs = false;
        if (!existsSync(moved)) renameSync(one.unitFile, moved);
        if (!existsSync(one.unitFile)) symlinkSync(moved, one.unitFile);
      }
      return undefined;
    },
  });
  const over = await undoCutover(walk, "asked for", "rollback");
  expect(stepsOf(over).slice(0, 3)).toEqual([
    "path-back skipped",
    "bring-back done",
    "stop-new done",
  ]);
  expect(stepsOf(over)).toContain("remove-unit failed");
  expect(stepsOf(over)).toContain("restore-new failed");
  expect(stepsOf(over).some((step) => /move-back|start-old/.test(step))).toBe(false);
  expect(calls).toContain("start platform.service");
});

it.each([
  ["who comes into the unit in between is set aside", 0],
  ["what the script has started and came to nothing is ended", 1],
])("%s before the native unit serves again", async (_, starts) => {
  const one = await installed();
  const host = runningUntilStopped(one);
  let inUnit = [70];
  let inScope: number[] = [];
  let began = 0;
  const signals: string[] = [];
  const living = new Map([[812, []]]);
  const { walk, calls } = fakeCutover({
    ...host,
    report: nobody,
    living,
    file: () => (host.state.runs ? { kind: "socket", device: 26, inode: 9 } : { kind: "absent" }),
    answer: { kind: "answered", status: 200 },
    members: (unit) => (unit === scope ? inScope : inUnit),
    signal(pid, signal) {
      signals.push(`${signal} ${pid}`);
      if (signal === "SIGKILL") {
        living.delete(pid);
        inUnit = [];
      }
      return { kind: "done" };
    },
    refuses(call) {
      if (call.startsWith("move 812 ")) [inUnit, inScope] = [[], [812]];
      if (call === "stop platform.service") {
        host.state.runs = false;
        inUnit = [];
      }
      if (call === "reload" && starts === 0 && !calls.includes(`move 812 into ${scope}`)) {
        inUnit = [812];
      }
      if (call !== "start platform.service" || existsSync(one.unitFile)) return undefined;
      began += 1;
      // a daemon of the same script, or a gunicorn that will be late
      inUnit = [812];
      return "the script failed";
    },
  });
  const over = await undoCutover(walk, "answer: status 500", "surprise");
  expect(began).toBe(starts);
  expect(calls.includes(`move 812 into ${scope}`)).toBe(starts === 0);
  expect(signals.includes("SIGKILL 812")).toBe(starts === 1);
  expect(calls.at(-1)).toBe("start platform.service");
  expect(stepsOf(over)).toContain("restore-new failed");
  expect(over.ending?.includes(`process 812 goes on in ${scope}, and may come`)).toBe(starts === 0);
  expect([existsSync(one.unitFile), existsSync(one.initScript)]).toEqual([true, false]);
});

it("nothing is started or stopped where the path could not be led back from a unit that serves", async () => {
  const one = await installed();
  rmSync(join(dirname(one.keptName), "app.sock"));
  const { walk, calls } = fakeCutover({
    ...runningUntilStopped(one),
    report: report([socket({ groups: [group("serving", 70), group("stale", 68)] })]),
    living: oldListens,
    // the second name is there for the look, and gone as it is used
    file: (at) =>
      at === path ? { kind: "socket", device: 26, inode: 9 } : { kind: "socket", ...one.file },
    answer: { kind: "answered", status: 200 },
  });
  const over = await undoCutover(walk, "answer: silent", "surprise");
  expect(calls).toEqual([]);
  expect(over.ending).toContain("nothing is stopped or removed: the path could not be led back");
  expect(stepsOf(over)).toEqual(["path-back failed", "check-old done"]);
  expect([over.outcome, over.undoing]).toEqual(["failed", "surprise"]);
});

it("what keeps a script from being run for a stop does not outlast the way back", async () => {
  const one = await installed();
  const dropIns = join(dirname(one.keptName), "drop-ins");
  const dropIn = join(dropIns, "platform.service.d/90-onemaster-no-stop.conf");
  mkdirSync(dirname(dropIn), { recursive: true });
  writeFileSync(dropIn, "");
  const { walk } = fakeCutover({
    ...runningUntilStopped(one),
    dropIns,
    report: report([socket({ groups: [group("serving", 68)] })]),
    living: oldListens,
    file: { kind: "socket", ...one.file },
    answer: { kind: "answered", status: 200 },
  });
  const over = await undoCutover(walk, "answer: silent", "surprise");
  expect([over.outcome, existsSync(dropIn)]).toEqual(["undone", false]);
});

const boundBySystemd = { kind: "socket", device: 26, inode: 9 } as const;

it.each<[string, string, Partial<FakeHost>, boolean]>([
  ["that did not stop and holds the path is left in place", "active", {}, true],
  [
    "that did not stop is removed where the path leads to the old master",
    "active",
    { living: oldListens, report: report([socket({ groups: [group("serving", 68)] })]) },
    false,
  ],
  ["that has not ended its stop, and holds nothing, is removed", "deactivating", {}, false],
])("a socket unit %s", async (_, activeState, change, keeps) => {
  const one = await installed();
  const socketFile = join(dirname(one.unitFile), "platform.socket");
  writeFileSync(socketFile, "[Socket]\n");
  const { target } = one.record;
  const files = [...target.files, { ...target.files[0]!, path: socketFile }];
  const start = ["platform.socket", "platform.service"];
  const { walk, calls } = fakeCutover({
    ...runningUntilStopped(one),
    record: { ...one.record, target: { ...target, files, start } },
    report: nobody,
    file: "living" in change ? { kind: "socket", ...one.file } : boundBySystemd,
    answer: { kind: "silent", why: "no answer in 10 s" },
    unit: (name) =>
      name === "platform.socket"
        ? { activeState, fragmentPath: socketFile }
        : { activeState: "inactive", fragmentPath: one.unitFile },
    members: () => [],
    refuses: (call) => (call === "stop platform.socket" ? "it did not stop" : undefined),
    ...change,
  });
  const over = await undoCutover(walk, "asked for", "rollback");
  expect(over.ending).toContain(`stop-new: it did not stop; platform.socket is ${activeState}`);
  expect([existsSync(socketFile), existsSync(one.unitFile)]).toEqual([keeps, keeps]);
  expect(stepsOf(over).some((step) => step.startsWith("remove-unit"))).toBe(!keeps);
  expect(calls.some((call) => call.startsWith("start "))).toBe(false);
});

it("a socket unit that a restart of its crashed service has started again is stopped again", async () => {
  const one = await installed();
  const host = runningUntilStopped(one);
  const { target } = one.record;
  const start = ["platform.socket", "platform.service"];
  let listens = true;
  let restarts = 1;
  const { walk, calls } = fakeCutover({
    ...host,
    record: { ...one.record, target: { ...target, start } },
    unit: (name) =>
      name === "platform.socket"
        ? { activeState: listens ? "active" : "inactive" }
        : { ...host.unit?.(name) },
    report: report([socket({ groups: [group("serving", 68)] })]),
    living: oldListens,
    file: { kind: "socket", ...one.file },
    answer: { kind: "answered", status: 200 },
    refuses(call) {
      if (call === "stop platform.socket") listens = false;
      if (call !== "stop platform.service") return undefined;
      host.state.runs = false;
      listens = restarts > 0;
      restarts -= 1;
      return undefined;
    },
  });
  const over = await undoCutover(walk, "answer: silent", "surprise");
  expect(stepsOf(over)).toContain("stop-new done");
  expect(calls.filter((call) => call.startsWith("stop "))).toEqual([
    ...start.map((unit) => `stop ${unit}`),
    "stop platform.socket",
  ]);
  expect(over.outcome).toBe("undone");
});

it("who is bound to the native unit, and is stopped with it, is told of", async () => {
  const one = await installed();
  const host = runningUntilStopped(one);
  const { walk } = fakeCutover({
    ...host,
    unit: () => ({ ...host.unit?.(""), shown: { BoundBy: "queue.service" } }),
    report: report([socket({ groups: [group("serving", 68)] })]),
    living: oldListens,
    file: { kind: "socket", ...one.file },
    answer: { kind: "answered", status: 200 },
  });
  const over = await undoCutover(walk, "answer: silent", "surprise");
  expect(over.outcome).toBe("undone");
  expect(over.ending).toContain("queue.service is stopped with it (BindsTo=): systemctl start");
});
