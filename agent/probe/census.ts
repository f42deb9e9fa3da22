import type { ProcStat } from "../parse/proc-stat.ts";
import { parseProcStat } from "../parse/proc-stat.ts";
import { signalRoleOf } from "../model/signals.ts";
import type { Read } from "../model/read.ts";
import { reasonOf } from "./failures.ts";
import type { Files } from "./files.ts";
import type { ProcPaths } from "./paths.ts";
import type { Slices } from "./slices.ts";

/**
 * Finds the gunicorn processes of the host by the signals they catch. Looking at every process
 * costs what the host costs, so a pid that was no gunicorn is passed over from then on, unless
 * it may yet become one.
 */
export interface Census {
  /**
   * `all` looks at every process, `new` only at those that have come since, are young, or run
   * an interpreter. Fails when the list of processes cannot be read.
   */
  take(which: "all" | "new", uptimeSeconds: number, slices: Slices): Promise<Read<Found>>;
}

/** What a census found. */
export interface Found {
  readonly gunicorns: readonly ProcStat[];
  /** All pids that the agent may see. */
  readonly pids: readonly number[];
  /** Why some of them could not be looked at, other than that they had left; undefined: all could. */
  readonly unread: string | undefined;
}

/**
 * Names of programs that turn into a gunicorn without a new pid: an interpreter that is still
 * importing, a shell that will exec. Only a hint where to look first.
 */
const MAY_BECOME_GUNICORN = /gunicorn|python|pypy|sh$/;
const YOUNG_SECONDS = 60;
const TICKS_PER_SECOND = 100;

/** A census of the processes below `proc`. */
export function createCensus(proc: ProcPaths, files: Files): Census {
  /** Pids that are no gunicorn and will not become one. */
  let settled = new Set<number>();

  function look(stat: ProcStat, uptimeSeconds: number): readonly ProcStat[] {
    if (signalRoleOf(stat.caughtSignals) !== "other") return [stat];
    const young = uptimeSeconds - stat.startTicks / TICKS_PER_SECOND < YOUNG_SECONDS;
    if (!young && !MAY_BECOME_GUNICORN.test(stat.comm)) settled.add(stat.pid);
    return [];
  }

  return {
    async take(which, uptimeSeconds, slices) {
      const listed = files.names(proc.root);
      if (!listed.ok) return listed;
      const pids = listed.value.filter(isPid).map(Number);
      const present = new Set(pids);
      settled = new Set(which === "all" ? [] : [...settled].filter((pid) => present.has(pid)));
      const gunicorns: ProcStat[] = [];
      let unread: string | undefined;
      for (const pid of pids) {
        if (settled.has(pid)) continue;
        const read = files.parsed(proc.of(pid, "stat"), parseProcStat);
        if (read.ok) gunicorns.push(...look(read.value, uptimeSeconds));
        else if (read.failure.kind !== "gone") unread = reasonOf(read.failure);
        if (slices.spent()) await slices.breathe();
      }
      return { ok: true, value: { gunicorns, pids, unread } };
    },
  };
}

function isPid(name: string): boolean {
  const first = name.charCodeAt(0);
  return first >= 0x30 && first <= 0x39;
}
