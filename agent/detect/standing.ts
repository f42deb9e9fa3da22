import type { EndingPlan } from "../model/remediation.ts";
import type { Report } from "../model/report.ts";
import { couldNotSee } from "./reducer.ts";
import { msOf } from "./time.ts";

/** Monotonic time, in milliseconds, of the first sight of each group that should not be there. */
export type Standing = ReadonlyMap<string, number>;

/** Enough of a group to know it again, by its master, else by its listener. */
type Named = Pick<EndingPlan, "socket" | "role" | "master" | "listenerInode">;

/**
 * Carries from scan to scan how long each stale and each orphaned group has been seen. One that is
 * not seen any more starts afresh when it comes back, unless the scan could not see: then it
 * stands as before. Start with an empty map. Pure: the clock is handed in.
 */
export function standingOf(before: Standing, report: Report, nowMs: number): Standing {
  const now = new Map<string, number>();
  for (const named of namesIn(report)) {
    const key = targetKey(named);
    now.set(key, before.get(key) ?? nowMs);
  }
  for (const [key, sinceMs] of before) {
    if (!now.has(key) && couldNotSee(subjectOf(key), report)) now.set(key, sinceMs);
  }
  return now;
}

/** How long the group of a plan has been seen, in milliseconds; undefined: not at all so far. */
export function standingMs(standing: Standing, plan: Named, nowMs: number): number | undefined {
  const sinceMs = standing.get(targetKey(plan));
  return sinceMs === undefined ? undefined : nowMs - sinceMs;
}

/**
 * How long the master of a plan and the owner of the path have both lived, in milliseconds, by
 * the kernel's start times: what a single look can tell of how long there have been two. Undefined
 * for orphaned workers, of which nobody knows since when, and where nobody owns the path.
 */
export function ageOfFinding(
  { socket: path, master, owner }: Pick<EndingPlan, "socket" | "master" | "owner">,
  report: Report,
): number | undefined {
  if (master === null || owner === null) return undefined;
  const pids = [master.pid, owner.master.pid];
  const groups = report.sockets.find((socket) => socket.path === path)?.groups ?? [];
  const started = groups.flatMap((group) =>
    group.master !== null && pids.includes(group.master.pid) ? [msOf(group.master.startedAt)] : [],
  );
  if (started.length < pids.length) return undefined;
  return Math.max(0, msOf(report.takenAt) - Math.max(...started));
}

function namesIn({ sockets }: Report): readonly Named[] {
  return sockets.flatMap(({ path: socket, groups }) =>
    groups.flatMap(({ role, master, listener }) =>
      role === "stale" || role === "orphaned"
        ? [{ socket, role, master, listenerInode: listener.inode }]
        : [],
    ),
  );
}

/**
 * What a group is known by from scan to scan. Workers come and go one by one: those without a
 * master are known by what they hold.
 */
export function targetKey({ socket, role, master, listenerInode }: Named): string {
  const who = master === null ? listenerInode : `${master.pid}:${master.startTicks}`;
  return `${role} ${who} ${socket}`;
}

/** What a scan would have to show. The path, which may hold blanks, is the end of the key. */
function subjectOf(key: string): Parameters<typeof couldNotSee>[0] {
  const kind = key.startsWith("stale ") ? "duplicate" : "orphaned-workers";
  return { kind, socket: key.slice(key.indexOf(" ", key.indexOf(" ") + 1) + 1) };
}
