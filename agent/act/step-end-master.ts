import type { ProcessId } from "../model/process.ts";
import { find, isOver } from "./found.ts";
import { failureText, freeze } from "./freeze.ts";
import { releaseMaster, watchAfterRelease } from "./release-master.ts";
import { waitUntilGone } from "./waiting.ts";
import type { Walk } from "./walk.ts";

const STOP_PATIENCE_MS = 2_000;

/** Ends the stopped master with SIGKILL, the only signal on which it removes no file. */
export async function endMasterStep(walk: Walk, master: ProcessId): Promise<void> {
  await walk.begin("end-master", `SIGKILL to master ${master.pid}`);
  const frozen = await freeze(walk, master, STOP_PATIENCE_MS);
  switch (frozen.kind) {
    case "gone":
      walk.over("done", `master ${master.pid} had ended already`);
      return;
    case "refused":
    case "unknown":
      await giveUp(walk, master, frozen.why);
      return;
    case "unstopped":
    case "stopped":
  }
  const done = walk.parts.hands.signal(master.pid, "SIGKILL");
  if (done.kind === "denied" || done.kind === "failed") {
    await giveUp(walk, master, failureText("SIGKILL", master, done));
    return;
  }
  await waitUntilGone(walk, master);
  const found = find(master, walk.parts.eyes);
  if (isOver(found)) {
    walk.over("done", `master ${master.pid} had SIGKILL and is gone`);
    return;
  }
  const state = found.kind === "same" ? `in state ${found.now.state}` : "unreadable";
  const why = `master ${master.pid} is still there 5 s after SIGKILL, ${state}`;
  walk.problems.add(why);
  walk.over("failed", why);
}

/** One that cannot be ended must not stay stopped either. */
async function giveUp(walk: Walk, master: ProcessId, why: string): Promise<void> {
  walk.problems.add(why);
  walk.over("failed", why);
  const released = await releaseMaster(walk, master);
  if (released === "going-on") await watchAfterRelease(walk);
  if (released === "ending-pending") {
    walk.problems.add(
      `master ${master.pid} is left stopped: it was told to end, and would remove ` +
        `${walk.plan.socket} once it goes on`,
    );
  }
}
