import type { ProcessId } from "../model/process.ts";
import { find, isOver } from "./found.ts";
import { letGo } from "./freeze.ts";
import type { Walk } from "./walk.ts";

const WATCH_MS = 2_000;
const POLL_MS = 50;

/** What came of letting the stale master go on. */
export type Released =
  | "going-on" // it has SIGCONT, or was never stopped by us
  | "left-stopped" // as it was found
  | "over" // it has ended
  | "ending-pending"; // it must not go on: it would end, and remove the live path by name

/** Lets the stale master go on, unless it was found stopped or somebody told it to end meanwhile. */
export function releaseMaster(walk: Walk, master: ProcessId): Released {
  const found = find(master, walk.parts.eyes);
  if (isOver(found)) return "over";
  if (walk.record().foundStopped) return "left-stopped";
  if (found.kind === "same" && found.now.endingPending) return "ending-pending";
  letGo(walk, master);
  return "going-on";
}

/** Looks after the path while a master that goes on acts on what it was sent while it stood. */
export async function watchAfterRelease(walk: Walk): Promise<void> {
  const end = walk.parts.clock.monotonicMs() + WATCH_MS;
  while (walk.parts.clock.monotonicMs() < end) await walk.pause(POLL_MS);
}
