import { type Change, changeOf } from "./identity.ts";
import type { Walk } from "./walk.ts";

const POLL_MS = 50;
/** A worker has its own signal handlers some milliseconds after its fork. */
const GROWING_UP_MS = 1_000;

/**
 * What differs from the plan once a master's child that looks like a master has had a second to
 * become a worker. One that does not is the other side of an upgrade.
 */
export async function settledChange(walk: Walk): Promise<string | undefined> {
  const { eyes, clock } = walk.parts;
  const end = clock.monotonicMs() + GROWING_UP_MS;
  for (;;) {
    const change: Change | undefined = changeOf(walk.plan, eyes);
    if (change?.kind !== "young-master") return change?.why;
    if (clock.monotonicMs() >= end) return `${change.why}: an upgrade is under way`;
    await walk.pause(POLL_MS);
  }
}
