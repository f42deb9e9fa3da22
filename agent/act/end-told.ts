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
  await walk.begin("end-workers", `SIGTERM to the workers of master ${master.pid}: ${why}`);
  const { asked, refused } = await askToEnd(walk);
  if (refused !== undefined) walk.problems.add(refused);
  walk.over(refused === undefined ? "done" : "failed", `${asked} workers had SIGTERM`);
  await endMasterStep(walk, master);
}
