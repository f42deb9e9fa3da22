import type { ProcessId } from "../model/process.ts";
import { find } from "./found.ts";
import { failureText, freeze, letGo } from "./freeze.ts";
import { holdMaster } from "./hold-master.ts";
import { KILLED_WITHIN_MS } from "./waiting.ts";
import type { Walk } from "./walk.ts";

const STOP_PATIENCE_MS = 200;
const POLL_MS = 50;

/**
 * Ends with SIGKILL whatever is left of the group, its master left out, and waits up to 5 s for
 * it to go. Gives the pids that had SIGKILL; what stays is a problem of the walk.
 */
export async function killStragglers(walk: Walk): Promise<readonly number[]> {
  const { clock } = walk.parts;
  const end = clock.monotonicMs() + KILLED_WITHIN_MS;
  const tried = new Set<string>();
  const killed: number[] = [];
  for (;;) {
    await holdMaster(walk);
    const { alive, unseen } = walk.group.look();
    if (alive.length === 0 && unseen.length === 0) return killed;
    if (clock.monotonicMs() >= end) {
      for (const { id, state } of alive) {
        walk.problems.add(`pid ${id.pid} is still there, in state ${state}`);
      }
      for (const why of unseen) walk.problems.add(why);
      return killed;
    }
    const fresh = alive.filter(({ id }) => !tried.has(nameOf(id)));
    if (fresh.length > 0) await keepMembers(walk);
    for (const { id } of fresh) {
      tried.add(nameOf(id));
      const came = await kill(walk, id);
      if (came === "killed") killed.push(id.pid);
      if (came === "unseen") tried.delete(nameOf(id));
    }
    await walk.pause(POLL_MS);
  }
}

function nameOf({ pid, startTicks }: ProcessId): string {
  return `${pid}/${startTicks}`;
}

/** Before one of them is stopped, so that none stays so if this agent dies. */
async function keepMembers(walk: Walk): Promise<void> {
  walk.amend({ members: walk.group.members() });
  const unkept = await walk.keep();
  if (unkept !== undefined) walk.notes.add(`who is left could not be written down: ${unkept}`);
}

/** `unseen`: it could not be looked at once it stood still, was let go, and is to be tried again. */
async function kill(walk: Walk, id: ProcessId): Promise<"killed" | "left" | "unseen"> {
  const { eyes, hands } = walk.parts;
  const frozen = await freeze(walk, id, STOP_PATIENCE_MS);
  if (frozen.kind === "gone") return "left";
  if (frozen.kind === "refused" || frozen.kind === "unknown") {
    walk.problems.add(frozen.why);
    if (frozen.kind === "unknown") letGo(walk, id);
    return "left";
  }
  const found = find(id, eyes);
  if (found.kind === "unreadable") {
    letGo(walk, id);
    return "unseen";
  }
  if (found.kind !== "same") return "left";
  if (found.now.signalRole === "master") {
    walk.problems.add(`pid ${id.pid} looks like a gunicorn master by now, and is left alone`);
    letGo(walk, id);
    return "left";
  }
  const done = hands.signal(id.pid, "SIGKILL");
  if (done.kind === "done") return "killed";
  if (done.kind !== "gone") {
    walk.problems.add(failureText("SIGKILL", id, done));
    letGo(walk, id);
  }
  return "left";
}
