import type { ProcessNow } from "../model/acting.ts";
import { signalRoleOf } from "../model/signals.ts";
import { endingIsPending, parsePendingSignals } from "../parse/pending-signals.ts";
import { parseProcStat, type ProcStat } from "../parse/proc-stat.ts";
import type { FailureLog } from "./failures.ts";
import type { Files } from "./files.ts";
import type { ProcPaths } from "./paths.ts";

/** A fresh look at one process: all of it of the same one. */
export type LookAtProcess = (pid: number) => ProcessNow | "gone" | "unreadable";

/** A pid that names another process in each of so many looks is not worth one more. */
const TRIES = 3;

/** Looks at processes below `proc`; reads that fail are counted by `files`. */
export function createLookAtProcess(proc: ProcPaths, files: Files, log: FailureLog): LookAtProcess {
  function readStat(pid: number): ProcStat | "gone" | "again" | "unreadable" {
    const read = files.parsed(proc.of(pid, "stat"), parseProcStat);
    if (read.ok) return isDead(read.value) ? ofAnotherThread(read.value) : read.value;
    if (read.failure.kind !== "gone") return "unreadable";
    return isGone(pid, log) ? "gone" : "again";
  }

  /**
   * A main thread that ends before the others stays, a zombie, until they have ended (exit_notify
   * in kernel/exit.c); its process goes on and keeps what it holds. It is in the state of one that
   * goes on; dead once none does.
   */
  function ofAnotherThread(main: ProcStat): ProcStat | "again" | "unreadable" {
    if (main.threads < 2) return main;
    const listed = files.names(proc.of(main.pid, "task"));
    if (!listed.ok) return listed.failure.kind === "gone" ? "again" : "unreadable";
    for (const thread of listed.value) {
      const read = files.parsed(proc.of(main.pid, `task/${thread}/stat`), parseProcStat);
      if (read.ok && !isDead(read.value)) return { ...main, state: read.value.state };
      if (!read.ok && read.failure.kind !== "gone") return "unreadable";
    }
    return main;
  }

  return (pid) => {
    if (!Number.isSafeInteger(pid) || pid < 1) return "unreadable";
    for (let turn = 0; turn < TRIES; turn += 1) {
      const before = readStat(pid);
      if (before === "again") continue;
      if (typeof before === "string") return before;
      // it acts on no signal any more, and its caught signals are what they were
      if (isDead(before)) return nowOf(before, false);
      const pending = files.parsed(proc.of(pid, "status"), parsePendingSignals);
      if (!pending.ok && pending.failure.kind !== "gone") return "unreadable";
      const stat = readStat(pid);
      if (stat === "again") continue;
      if (typeof stat === "string") return stat;
      if (!pending.ok || stat.startTicks !== before.startTicks) continue;
      return nowOf(stat, endingIsPending(pending.value));
    }
    return "unreadable";
  };
}

/** True for a process, or a thread, that is only left to be reaped. */
export function isDead({ state }: { readonly state: string }): boolean {
  return state === "Z" || state === "X";
}

/**
 * True when no process has that pid. A /proc that hides others' processes (hidepid=2) says ENOENT
 * for them as well; kill(2) with signal 0 does not.
 */
export function isGone(pid: number, log: FailureLog): boolean {
  try {
    process.kill(pid, 0);
    return false;
  } catch (error) {
    const why = error instanceof Error && "code" in error ? String(error.code) : String(error);
    if (why === "ESRCH") return true;
    log.count({ kind: why === "EPERM" ? "denied" : "failed", what: `kill ${pid} 0`, why });
    return false;
  }
}

function nowOf(stat: ProcStat, endingPending: boolean): ProcessNow {
  return {
    id: { pid: stat.pid, startTicks: stat.startTicks },
    parentPid: stat.parentPid,
    state: stat.state,
    signalRole: isDead(stat) ? "other" : signalRoleOf(stat.caughtSignals),
    endingPending,
    comm: stat.comm,
  };
}
