import type { ProcessNow } from "../model/acting.ts";
import { type ProcessId, sameProcess } from "../model/process.ts";
import { find } from "./found.ts";
import { failureText } from "./freeze.ts";
import type { GroupNow } from "./group-now.ts";
import { holdMaster, type MasterNow } from "./hold-master.ts";
import { ownerChanged } from "./identity.ts";
import type { Walk } from "./walk.ts";

const POLL_MS = 50;
const LATER_POLL_MS = 100;
/** Idle workers are gone by then. */
const LATER_MS = 2_000;
/** So long a child of the master may look like a master before it counts as an upgrade. */
const GROWING_UP_MS = 1_000;

/** What came of asking. */
export interface Asking {
  /** How many workers had SIGTERM. */
  readonly asked: number;
  /** Why nobody was asked, so that all can be put back; undefined without a way back. */
  readonly refused: string | undefined;
}

/**
 * Asks the group's workers to end, those too that come later, until all are gone or grace is over.
 * With a `wayBack` nobody is asked once it is called off, or when the first cannot be asked.
 */
export async function askToEnd(
  walk: Walk,
  { wayBack }: { readonly wayBack: boolean },
): Promise<Asking> {
  const { clock, eyes } = walk.parts;
  const known = [...walk.plan.workers, ...(walk.plan.master ? walk.group.members() : [])];
  const start = clock.monotonicMs();
  const tried = new Set<number>();
  let asked = 0;
  let youngSince: number | undefined;

  /** Sends SIGTERM to the workers that have not had it. A refusal of the first is a way back. */
  function ask({ alive }: GroupNow, master: MasterNow): string | undefined {
    for (const { id } of alive) {
      if (tried.has(id.pid)) continue;
      const fresh = find(id, eyes);
      if (fresh.kind !== "same" || !mayAsk(walk, fresh.now, master, known)) continue;
      walk.asking();
      const done = walk.parts.hands.signal(id.pid, "SIGTERM");
      if (done.kind === "denied" || done.kind === "failed") {
        const why = failureText("SIGTERM", id, done);
        if (asked === 0 && wayBack) return why;
        walk.problems.add(why);
      } else asked += 1;
      tried.add(id.pid);
    }
    return undefined;
  }

  for (;;) {
    const master = await holdMaster(walk);
    const now = walk.group.look();
    const off = asked === 0 && wayBack ? walk.parts.calledOff() : undefined;
    const refused = off ?? ask(now, master);
    if (refused !== undefined) return { asked, refused };
    const owner = ownerChanged(walk.plan, eyes);
    if (owner !== undefined) walk.notes.add(owner);

    const spentMs = clock.monotonicMs() - start;
    youngSince = now.young.length === 0 ? undefined : (youngSince ?? spentMs);
    const growing = youngSince !== undefined && spentMs - youngSince < GROWING_UP_MS;
    const left = now.alive.length > 0 || now.unseen.length > 0 || growing;
    if (!left || spentMs >= walk.plan.graceMs) return { asked, refused: undefined };
    await walk.pause(spentMs < LATER_MS ? POLL_MS : LATER_POLL_MS);
  }
}

/** A worker of a running master would only be replaced. */
function mayAsk(
  { plan }: Walk,
  now: ProcessNow,
  master: MasterNow,
  known: readonly ProcessId[],
): boolean {
  if (now.signalRole !== "worker") return false;
  switch (master) {
    case "stopped":
      return now.parentPid === plan.master?.pid;
    case "over":
      // a worker's own child looks like a worker until it runs its program
      return known.some((id) => sameProcess(id, now.id));
    case "unsure":
      return false;
  }
}
