import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { find, isOver } from "../../../agent/act/found.ts";
import { createEyes } from "../../../agent/probe/eyes.ts";
import { createLookAtProcess } from "../../../agent/probe/eyes-process.ts";
import { createFailureLog } from "../../../agent/probe/failures.ts";
import { createFiles, type Files } from "../../../agent/probe/files.ts";
import { exitOf } from "../../support/program.ts";
import { living } from "../../support/process.ts";
import { waitFor } from "../../support/wait.ts";
import { realEyes, seenBy, startPython } from "./eyes-helpers.ts";
import { fakeProc } from "./fake-proc.ts";

const catchAll = (numbers: string) => `
import signal, time
for number in (${numbers}): signal.signal(number, lambda *_: None)
print("ready")
while True: time.sleep(100)`;
const likeMaster = catchAll("1, 3, 10, 12, 15, 17, 21, 22, 28");
const likeWorker = catchAll("3, 6, 10, 15, 21, 22, 28");

/** No process of this host can have it: it is beyond PID_MAX_LIMIT. */
const PID = 5_000_001;
const statusText = (pending: string) =>
  `Name:\tfake\nSigPnd:\t0000000000000000\nShdPnd:\t${pending}\nSigCgt:\t0000000008314a07\n`;
const idle = statusText("0000000000000000");
const terminated = statusText("0000000000004000");

/** Reads the state that /proc gives for a process, which is that of its main thread. */
function mainThreadOf(pid: number): string | undefined {
  return /\) ([A-Z]) /.exec(readFileSync(`/proc/${pid}/stat`, "latin1"))?.[1];
}

/** As /proc/PID/task/TID/stat has it. */
function threadStat(state: string): string {
  return `${PID} (fake) ${state}${" 0".repeat(49)}\n`;
}

describe("a process of this host", () => {
  it.each([
    ["a master", likeMaster, "master"],
    ["a worker", likeWorker, "worker"],
    ["anything else", catchAll("1, 15"), "other"],
  ])("that catches signals like %s is told so", async (_, script, signalRole) => {
    const { eyes, failures } = realEyes();
    const { pid } = await startPython(script);
    await waitFor("it to sleep", () => seenBy(eyes, pid).state === "S");
    expect(eyes.process(pid)).toEqual({
      id: { pid, startTicks: living(pid)?.startTicks },
      parentPid: process.pid,
      state: "S",
      signalRole,
      endingPending: false,
      comm: expect.stringMatching(/^python3/),
    });
    expect(failures).toEqual({ gone: 0, denied: 0, malformed: 0, failed: 0 });
  });

  it.each([
    ["SIGHUP", true],
    ["SIGINT", true],
    ["SIGQUIT", true],
    ["SIGTERM", true],
    ["SIGUSR2", false],
    ["SIGWINCH", false],
  ] as const)("that is stopped when %s comes has an ending pending: %s", async (name, pending) => {
    const { eyes } = realEyes();
    const { pid } = await startPython(likeMaster);
    process.kill(pid, "SIGSTOP");
    await waitFor("it to stop", () => seenBy(eyes, pid).state === "T");
    expect(seenBy(eyes, pid).endingPending).toBe(false);
    process.kill(pid, name);
    expect(seenBy(eyes, pid)).toMatchObject({ state: "T", endingPending: pending });
  });

  it("that is dead and not reaped is a zombie of no role", async () => {
    const { eyes } = realEyes();
    const { line } = await startPython(`
import os, signal, time
for number in (1, 3, 10, 12, 15, 17, 21, 22, 28): signal.signal(number, lambda *_: None)
child = os.fork()
if child == 0: os._exit(0)
print(child)
while True: time.sleep(100)`);
    const zombie = Number(line);
    await waitFor("it to die", () => seenBy(eyes, zombie).state === "Z");
    expect(eyes.process(zombie)).toMatchObject({ signalRole: "other", endingPending: false });
    expect(eyes.sockets(zombie)).toEqual([]);
    expect(await eyes.reclaimable([zombie])).toBe(0);
  });

  it("whose main thread alone has ended lives: it can be stopped, and ended", async () => {
    const { eyes, failures } = realEyes();
    const { pid, child } = await startPython(`
import ctypes, threading, time
threading.Thread(target=time.sleep, args=(60,)).start()
print("ready")
ctypes.CDLL(None).pthread_exit(None)`);
    await waitFor("its main thread to end", () => mainThreadOf(pid) === "Z");
    const { id } = seenBy(eyes, pid);
    await waitFor("its other thread to sleep", () => seenBy(eyes, pid).state === "S");
    expect(find(id, eyes)).toMatchObject({ kind: "same", now: { state: "S" } });
    expect(await eyes.reclaimable([pid])).toBeUndefined();
    process.kill(pid, "SIGSTOP");
    await waitFor("it to stop", () => seenBy(eyes, pid).state === "T");
    expect(mainThreadOf(pid)).toBe("Z");
    child.kill("SIGKILL");
    await waitFor("it to go", () => isOver(find(id, eyes)));
    expect(failures).toMatchObject({ denied: 0, malformed: 0, failed: 0 });
  });

  it("that has left is gone", async () => {
    const { eyes } = realEyes();
    const { child, pid } = await startPython(likeWorker);
    child.kill("SIGKILL");
    await exitOf(child);
    expect(eyes.process(pid)).toBe("gone");
    expect(eyes.sockets(pid)).toEqual([]);
    expect(eyes.below([pid])).toEqual([]);
    expect(await eyes.reclaimable([pid])).toBe(0);
  });

  it.each([0, -1, 1.5, Number.NaN])("is not asked for by %s", (pid) => {
    expect(realEyes().eyes.process(pid)).toBe("unreadable");
  });
});

describe("a process that cannot be seen", () => {
  it("is not gone where /proc hides it", () => {
    const log = createFailureLog();
    const eyes = createEyes({ procRoot: fakeProc().root, log });
    // this very process lives, whatever an empty /proc says
    expect(eyes.process(process.pid)).toBe("unreadable");
    expect(eyes.sockets(process.pid)).toBeUndefined();
    expect(eyes.below([process.pid])).toBeUndefined();
  });

  it.each([
    ["in the state of a thread that goes on", threadStat("R"), "R"],
    ["dead where the others are", threadStat("X"), "Z"],
    ["dead where the others have just left", undefined, "Z"],
    ["unreadable where one of the others is", "no stat", "unreadable"],
  ])("whose main thread has ended is %s", (_, thread, seen) => {
    const proc = fakeProc();
    proc.put(PID, { state: "Z", threads: { [PID]: [], 7: [] } });
    proc.write(`${PID}/status`, idle);
    proc.write(`${PID}/task/${PID}/stat`, threadStat("Z"));
    if (thread !== undefined) proc.write(`${PID}/task/7/stat`, thread);
    const now = createEyes({ procRoot: proc.root, log: createFailureLog() }).process(PID);
    expect(typeof now === "string" ? now : now.state).toBe(seen);
  });

  it.each([
    ["its stat is odd", "stat", "no stat"],
    ["its status is odd", "status", "Name:\tfake\n"],
  ])("is unreadable when %s", (_, name, content) => {
    const proc = fakeProc();
    const log = createFailureLog();
    proc.put(PID);
    proc.write(`${PID}/status`, idle);
    proc.write(`${PID}/${name}`, content);
    expect(createEyes({ procRoot: proc.root, log }).process(PID)).toBe("unreadable");
    expect(log.totals.malformed).toBe(1);
  });
});

/** A fake host in which something happens just before the status of the process is read. */
function meanwhile(happens: (proc: ReturnType<typeof fakeProc>, turn: number) => void) {
  const proc = fakeProc();
  proc.put(PID, { startTicks: 100, role: "master" });
  proc.write(`${PID}/status`, idle);
  const log = createFailureLog();
  const files = createFiles(log);
  let turn = 0;
  const changing: Files = {
    ...files,
    parsed(path, parse) {
      if (path.endsWith("/status")) happens(proc, (turn += 1));
      return files.parsed(path, parse);
    },
  };
  return createLookAtProcess(proc.paths, changing, log);
}

describe("a pid that is given to another process during the look", () => {
  it("is looked at again, so that nothing is mixed", () => {
    const look = meanwhile((proc, turn) => {
      if (turn > 1) return;
      proc.put(PID, { startTicks: 900, role: "worker" });
      proc.write(`${PID}/status`, terminated);
    });
    expect(look(PID)).toMatchObject({
      id: { pid: PID, startTicks: 900 },
      signalRole: "worker",
      endingPending: true,
    });
  });

  it("is unreadable when that does not end", () => {
    const look = meanwhile((proc, turn) => {
      proc.put(PID, { startTicks: 100 + turn });
      proc.write(`${PID}/status`, idle);
    });
    expect(look(PID)).toBe("unreadable");
  });

  it("is gone when its process leaves between two reads", () => {
    expect(meanwhile((proc) => proc.remove(PID))(PID)).toBe("gone");
  });

  it("is what it is at the end of the look when only its role changes", () => {
    const look = meanwhile((proc) => {
      proc.put(PID, { startTicks: 100, role: "worker" });
      proc.write(`${PID}/status`, idle);
    });
    expect(look(PID)).toMatchObject({ signalRole: "worker" });
  });
});
