import type { ProcessId } from "../model/process.ts";
import { find, isOver } from "./found.ts";
import type { Walk } from "./walk.ts";

const POLL_MS = 50;
/** How long a process may take to go after SIGKILL. */
export const KILLED_WITHIN_MS = 5_000;

/** Waits until a process is gone or a zombie, for 5 s at most. */
export async function waitUntilGone(walk: Walk, id: ProcessId): Promise<void> {
  const { eyes, clock } = walk.parts;
  const end = clock.monotonicMs() + KILLED_WITHIN_MS;
  while (!isOver(find(id, eyes))) {
    if (clock.monotonicMs() >= end) return;
    await walk.pause(POLL_MS);
  }
}
