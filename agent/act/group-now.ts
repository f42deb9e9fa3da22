import type { Eyes, ProcessNow } from "../model/acting.ts";
import { type ProcessId, sameProcess } from "../model/process.ts";
import type { EndingPlan } from "../model/remediation.ts";
import { find, isDead, isOver } from "./found.ts";

/** Who of a group is there at one look, its master left out. Zombies are gone. */
export interface GroupNow {
  readonly alive: readonly ProcessNow[];
  /**
   * The master's own children that look like masters: workers that were just forked, or the other
   * side of an upgrade. No member before it looks like a worker.
   */
  readonly young: readonly ProcessNow[];
  /** Masters further down, and the serving one: of another group, with all below them. */
  readonly foreign: readonly ProcessNow[];
  /** What could not be seen, one sentence each. Not empty: there may be more than `alive`. */
  readonly unseen: readonly string[];
}

/** Follows the members of a group while their parents die. */
export interface Group {
  look(): GroupNow;
  /** Everybody of it who was there at the last look. */
  members(): readonly ProcessId[];
}

/** Looks below a process whose children change are given up after so many. */
const TRIES = 3;

/**
 * Follows a group by what is below its master and below whoever was seen there before, so that a
 * member whose parent has died is still known. One that is born and loses its parent between two
 * looks is never seen.
 */
export function createGroup(plan: EndingPlan, known: readonly ProcessId[], eyes: Eyes): Group {
  let members: readonly ProcessId[] = [...plan.workers, ...known].filter(
    (id, at, all) => all.findIndex((other) => sameProcess(id, other)) === at,
  );

  return {
    look() {
      const unseen: string[] = [];
      members = members.filter((id) => !isOver(find(id, eyes)));
      const roots = [...(plan.master === null ? [] : [plan.master]), ...members];
      const below = listBelow(roots, eyes);
      if (below === undefined) unseen.push("the processes below the group could not be listed");
      const seen = new Map((below ?? []).map((now) => [now.id.pid, now]));
      for (const id of members) {
        const found = find(id, eyes);
        if (found.kind === "unreadable") unseen.push(`pid ${id.pid} could not be looked at`);
        if (found.kind === "same") seen.set(id.pid, found.now);
      }
      const living = [...seen.values()].filter((now) => !isDead(now));
      const sorted = sortOut(living, plan);
      const hidden = members.filter((id) => !seen.has(id.pid));
      members = [...hidden, ...[...sorted.alive, ...sorted.young].map(({ id }) => id)];
      return { ...sorted, unseen };
    },
    members: () => members,
  };
}

/** A root that is the same before and after the list was the same while it was made. */
function listBelow(known: readonly ProcessId[], eyes: Eyes): readonly ProcessNow[] | undefined {
  let roots = known.filter((id) => find(id, eyes).kind === "same");
  for (let turn = 0; turn < TRIES; turn += 1) {
    const below = eyes.below(roots.map(({ pid }) => pid));
    const still = roots.filter((id) => find(id, eyes).kind === "same");
    if (below === undefined || still.length === roots.length) return below;
    roots = still;
  }
  return undefined;
}

function sortOut(
  living: readonly ProcessNow[],
  { master, owner }: EndingPlan,
): Omit<GroupNow, "unseen"> {
  const byPid = new Map(living.map((now) => [now.id.pid, now]));

  function isForeign({ id, signalRole, parentPid }: ProcessNow): boolean {
    if (owner !== null && sameProcess(id, owner.master)) return true;
    return signalRole === "master" && parentPid !== master?.pid;
  }

  /** Itself or someone above it is; a loop of parents cannot be, but must not hang either. */
  function belongsToForeign(now: ProcessNow): boolean {
    const path = new Set<ProcessNow>();
    let next: ProcessNow | undefined = now;
    while (next !== undefined && !path.has(next)) {
      if (isForeign(next)) return true;
      path.add(next);
      next = byPid.get(next.parentPid);
    }
    return false;
  }

  const own = living
    .filter((now) => !belongsToForeign(now) && now.id.pid !== master?.pid)
    .toSorted((one, other) => one.id.pid - other.id.pid);
  return {
    alive: own.filter(({ signalRole }) => signalRole !== "master"),
    young: own.filter(({ signalRole }) => signalRole === "master"),
    foreign: living.filter((now) => isForeign(now)),
  };
}
