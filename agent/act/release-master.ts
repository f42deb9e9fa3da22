import type { ProcessId } from "../model/process.ts";
import { find, type Found, isOver } from "./found.ts";
import { letGo } from "./freeze.ts";
import type { Walk } from "./walk.ts";

const WATCH_MS = 2_000;
const POLL_MS = 50;
/** Descriptors may be short for a moment. */
const LOOK_MS = 1_000;

/** What came of letting the stale master go on. */
export type Released =
  | "going-on" // it has SIGCONT, or was never stopped by us
  | "left-stopped" // as it was found, or because nobody can see what it would do
  | "over" // it has ended
  | "ending-pending"; // it must not go on: it would end, and remove the live path by name

/**
 * Lets the stale master go on, unless it was found stopped or somebody told it to end meanwhile.
 * Whether that is so must be seen: one that cannot be looked at for a second is left stopped,
 * which costs memory, where going on might cost the live path.
 */
export async function releaseMaster(walk: Walk, master: ProcessId): Promise<Released> {
  const found = await findInTime(walk, master);
  if (isOver(found)) return "over";
  if (walk.record().foundStopped) return "left-stopped";
  if (found.kind === "unreadable") {
    walk.problems.add(
      `master ${master.pid} is left stopped: it could not be looked at, and going on it might ` +
        `remove ${walk.plan.socket}; kill -KILL ${master.pid} ends it safely`,
    );
    return "left-stopped";
  }
  if (found.kind === "same" && found.now.endingPending) return "ending-pending";
  letGo(walk, master);
  return "going-on";
}

async function findInTime(walk: Walk, master: ProcessId): Promise<Found> {
  const { eyes, clock } = walk.parts;
  const end = clock.monotonicMs() + LOOK_MS;
  for (;;) {
    const found = find(master, eyes);
    if (found.kind !== "unreadable" || clock.monotonicMs() >= end) return found;
    await walk.pause(POLL_MS);
  }
}

/** Looks after the path while a master that goes on acts on what it was sent while it stood. */
export async function watchAfterRelease(walk: Walk): Promise<void> {
  const end = walk.parts.clock.monotonicMs() + WATCH_MS;
  while (walk.parts.clock.monotonicMs() < end) await walk.pause(POLL_MS);
}
