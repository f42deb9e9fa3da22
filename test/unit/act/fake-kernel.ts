import type { ProcessNow } from "../../../agent/model/acting.ts";
import {
  type FakeBirth,
  type FakeProcess,
  type FakeSignal,
  roleOf,
  stateOf,
} from "./fake-process.ts";

/** A file of the fake host. */
export type FakeFile = { readonly device: number; readonly inode: number } & (
  | { readonly kind: "socket" }
  | { readonly kind: "other" }
  | { readonly kind: "link" }
);

/** A kernel with gunicorn's masters and workers on it, and a clock that moves only when told. */
export interface FakeKernel {
  readonly processes: Map<number, FakeProcess>;
  readonly files: Map<string, FakeFile>;
  nowMs(): number;
  birth(born: FakeBirth): FakeProcess;
  /** False: no process has that pid. */
  signal(pid: number, signal: FakeSignal): boolean;
  /** Lets time pass; what it brings about happens in between, every 10 ms. */
  pass(ms: number): void;
  /** Calls once when the clock comes there. */
  at(ms: number, call: () => void): void;
  look(pid: number): ProcessNow | "gone";
}

const STEP_MS = 10;
const RESPAWN_MS = 500;
const GROWING_UP_MS = 60;

/** An empty host. `each` is called every 10 ms that pass. */
export function createFakeKernel(each: () => void): FakeKernel {
  const processes = new Map<number, FakeProcess>();
  const files = new Map<string, FakeFile>();
  let calls: { readonly ms: number; readonly call: () => void }[] = [];
  let now = 0;
  let ticks = 1_000;
  let nextPid = 500;

  function birth(born: FakeBirth): FakeProcess {
    ticks += 10;
    const process: FakeProcess = {
      startTicks: ticks,
      parentPid: 1,
      grownAtMs: 0,
      stopped: false,
      uninterruptible: false,
      zombie: false,
      traced: false,
      pending: new Set(),
      busyUntilMs: 0,
      deafToTerm: false,
      ending: false,
      endsAtMs: Number.POSITIVE_INFINITY,
      noticesAfterMs: 15_000,
      orphanedAtMs: undefined,
      wantedWorkers: 0,
      respawnAtMs: undefined,
      sockets: new Set(),
      boundPath: undefined,
      memoryBytes: 20_000_000,
      ...born,
    };
    processes.set(process.pid, process);
    return process;
  }

  function childrenOf(pid: number): FakeProcess[] {
    return [...processes.values()].filter(({ parentPid }) => parentPid === pid);
  }

  function die(process: FakeProcess): void {
    process.zombie = true;
    process.stopped = false;
    process.sockets.clear();
    for (const child of childrenOf(process.pid)) {
      child.parentPid = 1;
      child.orphanedAtMs = now;
    }
    reap();
  }

  /** Pid 1 and whoever runs reaps at once; a stopped parent does not. */
  function reap(): void {
    for (const process of processes.values()) {
      if (!process.zombie) continue;
      const parent = processes.get(process.parentPid);
      if (parent === undefined || !parent.stopped) processes.delete(process.pid);
    }
  }

  function deliver(process: FakeProcess, signal: FakeSignal): void {
    if (signal === "SIGKILL") die(process);
    else if (process.program === "master") {
      // Arbiter.stop: the listener is closed and the path removed by name, then workers are asked
      process.ending = true;
      process.sockets.clear();
      if (process.boundPath !== undefined) files.delete(process.boundPath);
      for (const child of childrenOf(process.pid)) send(child, "SIGTERM");
    } else if (process.program === "worker") {
      // between fork and its own handlers the master's queue in it swallows what comes
      if (!process.deafToTerm && now >= process.grownAtMs) process.ending = true;
    } else die(process);
  }

  function send(process: FakeProcess, signal: FakeSignal): void {
    if (process.zombie) return;
    if (signal === "SIGCONT") {
      process.pending.delete("SIGSTOP");
      process.stopped = false;
    } else if (process.uninterruptible) {
      process.pending.add(signal);
      return;
    } else if (signal === "SIGSTOP") {
      process.stopped = true;
      return;
    } else if (signal === "SIGKILL" || !process.stopped) {
      deliver(process, signal);
      return;
    } else process.pending.add(signal);
    settle(process);
  }

  function settle(process: FakeProcess): void {
    if (process.uninterruptible) return;
    if (process.pending.delete("SIGKILL")) {
      deliver(process, "SIGKILL");
      return;
    }
    if (process.pending.delete("SIGSTOP")) process.stopped = true;
    if (process.stopped) return;
    for (const signal of process.pending) {
      process.pending.delete(signal);
      deliver(process, signal);
    }
  }

  function live(process: FakeProcess): void {
    if (process.zombie || process.uninterruptible) return;
    settle(process);
    if (process.stopped || process.zombie) return;
    if (process.program === "master") manage(process);
    else if (now >= process.endsAtMs || (finished(process) && now >= process.busyUntilMs)) {
      die(process);
    }
  }

  function finished({ program, ending, orphanedAtMs, noticesAfterMs }: FakeProcess): boolean {
    if (program !== "worker") return false;
    if (ending) return true;
    if (orphanedAtMs === undefined || noticesAfterMs === undefined) return false;
    return now >= orphanedAtMs + noticesAfterMs;
  }

  /** What a running master does: it replaces workers, or ends once they are gone. */
  function manage(master: FakeProcess): void {
    reap();
    const workers = childrenOf(master.pid).filter(({ program }) => program === "worker");
    if (master.ending) {
      if (workers.length === 0) die(master);
      return;
    }
    if (workers.length >= master.wantedWorkers) {
      master.respawnAtMs = undefined;
      return;
    }
    master.respawnAtMs ??= now + RESPAWN_MS;
    if (now < master.respawnAtMs) return;
    master.respawnAtMs = undefined;
    nextPid += 1;
    birth({
      pid: nextPid,
      program: "worker",
      parentPid: master.pid,
      grownAtMs: now + GROWING_UP_MS,
      sockets: new Set(master.sockets),
    });
  }

  return {
    processes,
    files,
    nowMs: () => now,
    birth,
    signal(pid, signal) {
      const process = processes.get(pid);
      if (process === undefined) return false;
      send(process, signal);
      return true;
    },
    pass(ms) {
      const end = now + ms;
      while (now < end) {
        now = Math.min(end, now + STEP_MS);
        for (const { call } of calls.filter((one) => one.ms <= now)) call();
        calls = calls.filter((one) => one.ms > now);
        for (const process of processes.values()) live(process);
        each();
      }
    },
    at(ms, call) {
      calls.push({ ms, call });
    },
    look(pid) {
      const process = processes.get(pid);
      if (process === undefined) return "gone";
      return {
        id: { pid, startTicks: process.startTicks },
        parentPid: process.parentPid,
        state: stateOf(process),
        signalRole: roleOf(process, now),
        endingPending: ["SIGTERM", "SIGINT", "SIGQUIT", "SIGHUP"].some((signal) =>
          process.pending.has(signal as FakeSignal),
        ),
        comm: process.program === "other" ? "git" : "gunicorn",
      };
    },
  };
}
