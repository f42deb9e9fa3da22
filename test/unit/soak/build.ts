import type { Claim, NamedMaster } from "../../soak/claim.ts";
import type { Rules } from "../../soak/judge.ts";
import type { Timeline } from "../../soak/timeline.ts";
import { timelineOf } from "../../soak/timeline.ts";
import type { Observation, PlaceState, TruthProcess } from "../../soak/truth.ts";

/** Where all is that these tests speak of. */
export const path = "/run/app.sock";

/** Limits that are easy to count with. */
export const rules: Rules = { scanMs: 100, confirmForMs: 1_000, reactionMs: 1_000 };

/** A master that listens on the listener `inode`, no child of another, with one worker. */
export function master(pid: number, inode: number | null, others: Partial<TruthProcess> = {}) {
  const holds = inode === null ? [] : [inode];
  return {
    pid,
    startTicks: pid * 10,
    parentPid: 0,
    kind: "master",
    holds,
    children: 1,
    ...others,
  } as const;
}

/** A worker that holds the listener `inode`. */
export function worker(pid: number, parentPid: number, inode: number): TruthProcess {
  return { pid, startTicks: pid * 10, parentPid, kind: "worker", holds: [inode], children: 0 };
}

/** What stands at the path: its owner, and who is there. */
export function state(owner: number | null, ...processes: readonly TruthProcess[]): PlaceState {
  const file = owner === null ? null : owner + 1;
  return { file, owner, pidfile: null, members: processes.length, processes };
}

/** What was at the path from a time on; the look before it was 10 ms earlier. */
export type Change = readonly [fromMs: number, now: PlaceState];

/** Observations of these changes. */
export function observations(changes: readonly Change[], place = path): readonly Observation[] {
  return changes.map(([fromMs, now], index) => ({
    place,
    fromMs,
    beforeMs: index === 0 ? null : fromMs - 10,
    state: now,
  }));
}

/** The timeline of these changes, looked at until a time. */
export function timeline(lookedMs: number, ...changes: readonly Change[]): Timeline {
  return timelineOf(observations(changes), lookedMs);
}

/** How the agent names a master that `master` makes. */
export function named(pid: number, inode: number): NamedMaster {
  return { pid, startTicks: pid * 10, inode };
}

/** What the agent said at a time. */
export function claim(atMs: number, verdict: Claim["verdict"], others: Partial<Claim> = {}): Claim {
  const rest = {
    scannedMs: undefined,
    socket: path,
    confirmed: false,
    stale: [],
    message: "said",
    ...others,
  };
  return { atMs, verdict, ...rest };
}
