import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import type { CutoverRecord } from "../../../agent/model/cutover-record.ts";
import { hashOfText } from "../../../agent/act/put-files.ts";
import { keptAt } from "../../../agent/run/cutover-install.ts";
import { startNative } from "../../../agent/run/cutover-start.ts";
import { undoCutover } from "../../../agent/run/cutover-undo.ts";
import { group, path, report, socket } from "../cli/reports.ts";
import { cutover } from "../history/cutovers.ts";
import { type FakeHost, fakeCutover } from "./fake-cutover.ts";

const script = "#!/bin/sh\n";
const unitText = "[Install]\nWantedBy=multi-user.target\n";
const nobody = report([socket({ verdict: "no-master", masters: 0, groups: [] })]);
const oldListens = new Map([[68, [25_453]]]);
const scope = "onemaster-before-platform.scope";

interface Case {
  readonly initScript: string;
  readonly kept: string;
  readonly unitFile: string;
  readonly record: CutoverRecord;
  /** The old socket file, by what it is, and its second name, which is gone. */
  readonly file: { readonly device: number; readonly inode: number };
  readonly keptName: string;
}

/** A cutover whose native unit is in place, in a folder of its own; the script is in the backup. */
async function installed(change: Partial<CutoverRecord> = {}): Promise<Case> {
  const root = mkdtempSync(join(tmpdir(), "onemaster-undo-"));
  onTestFinished(() => rmSync(root, { recursive: true }));
  const initScript = join(root, "init.d/platform");
  const unitFile = join(root, "system/platform.service");
  const backup = join(root, "backup");
  const kept = keptAt(backup, initScript);
  for (const [file, text] of [
    [kept, script],
    [unitFile, unitText],
  ] as const) {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
  const socketFile = join(root, "app.sock");
  const keptName = join(root, ".app.sock.onemaster-1");
  writeFileSync(socketFile, "");
  const { dev, ino } = statSync(socketFile);
  const file = { device: dev, inode: ino };
  const { target } = cutover();
  const step = { at: "2026-11-23T00:39:55.990Z", tookMs: 1, text: "", result: "done" } as const;
  const record = cutover({
    scriptSha256: await hashOfText(script),
    served: { master: { pid: 68, startTicks: 6_800 }, listenerInode: 25_453 },
    steps: [
      { ...step, step: "set-aside" },
      { ...step, step: "install" },
      { ...step, step: "start" },
    ],
    aside: [],
    keptName,
    ...change,
    target: {
      ...target,
      backup,
      socket: { ...target.socket, path, file },
      old: { ...target.old, initScript, links: [], pidfile: null },
      files: [{ path: unitFile, mode: 0o644, secret: false, sha256: await hashOfText(unitText) }],
    },
  });
  return { initScript, kept, unitFile, record, file, keptName };
}

/** The native unit as it runs until it is stopped. */
function runningUntilStopped({ unitFile, record }: Case): Omit<FakeHost, "report"> & Runs {
  const state = { runs: true };
  return {
    record,
    state,
    unit: () =>
      state.runs
        ? { activeState: "active", subState: "running", fragmentPath: unitFile, mainPid: 70 }
        : { activeState: "inactive", fragmentPath: unitFile },
    members: (unit) => (unit !== scope && state.runs ? [70] : []),
    unitOf: () => "platform.service",
    refuses(call) {
      if (call.startsWith("stop ")) state.runs = false;
      return undefined;
    },
  };
}

interface Runs {
  readonly state: { runs: boolean };
}

const stepsOf = ({ steps }: CutoverRecord): readonly string[] =>
  steps.slice(3).map(({ step, result }) => `${step} ${result}`);

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
  let began = 0;
  const signals: string[] = [];
  const living = new Map([[812, []]]);
  const { walk, calls } = fakeCutover({
    ...host,
    report: nobody,
    living,
    file: () => (host.state.runs ? { kind: "socket", device: 26, inode: 9 } : { kind: "absent" }),
    answer: { kind: "answered", status: 200 },
    members: (unit) => (unit === scope ? [] : inUnit),
    signal(pid, signal) {
      signals.push(`${signal} ${pid}`);
      if (signal === "SIGKILL") {
        living.delete(pid);
        inUnit = [];
      }
      return { kind: "done" };
    },
    refuses(call) {
      if (call.startsWith("move 812 ")) inUnit = [];
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

it("once the path is lost no further unit is started", async () => {
  const one = await installed({ socketActivation: true });
  const { target } = one.record;
  const start = ["platform.socket", "platform.service"];
  let release: (() => void) | undefined;
  const { walk, calls } = fakeCutover({
    record: {
      ...one.record,
      target: { ...target, start, socket: { ...target.socket, gid: null } },
    },
    report: nobody,
    living: oldListens,
    file: () =>
      calls.includes("start platform.socket")
        ? { kind: "absent" }
        : { kind: "socket", ...one.file },
    unit: () => ({ fragmentPath: one.unitFile, mainPid: 0 }),
    refuses(call) {
      if (call !== "start platform.socket") return undefined;
      return new Promise((resolve) => {
        release = () => resolve(undefined);
      });
    },
  });
  const end = await startNative(walk);
  expect(end.text).toMatch(/nothing stands at .* any more/);
  release?.();
  await new Promise((resolve) => setImmediate(resolve));
  expect(calls).toEqual(["stop platform.service", "start platform.socket"]);
});
