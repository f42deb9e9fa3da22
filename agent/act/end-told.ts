import type { ProcessId } from "../model/process.ts";
import { askToEnd } from "./ask-to-end.ts";
import { endMasterStep } from "./step-end-master.ts";
import type { Walk } from "./walk.ts";

/**
 * Ends a stopped stale master that somebody told to end meanwhile: going on it would remove the
 * live path by name. Its workers may finish first, as that somebody's signal would have let them.
 */
export async function endTold(walk: Walk, master: ProcessId): Promise<void> {
  const why =
    `somebody told master ${master.pid} to end while it was stopped; it was ended with SIGKILL, ` +
    `as going on it would have removed ${walk.plan.socket}`;
  walk.problems.add(why);
  // it cannot be put back any more
  walk.amend({ puttingBack: false });
  await walk.begin("end-workers", `SIGTERM to the workers of master ${master.pid}: ${why}`);
  const before = walk.problems.size;
  const { asked } = await askToEnd(walk, { wayBack: false });
  const result = walk.problems.size === before ? "done" : "failed";
  walk.over(result, `workers that had SIGTERM: ${asked}`);
  await endMasterStep(walk, master);
}
