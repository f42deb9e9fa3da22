import { askToEnd } from "./ask-to-end.ts";
import { workersText } from "./ending-text.ts";
import { settledChange } from "./settled.ts";
import { killStragglers } from "./stragglers.ts";
import type { Walk } from "./walk.ts";

/**
 * Ends all that is below the master: workers are asked and may finish what they are at, whoever is
 * left after the plan's grace is killed. Resolves with why everything is to be put back, which is
 * only ever so before anybody was asked, or undefined.
 */
export async function endWorkersStep(walk: Walk): Promise<string | undefined> {
  const before = walk.group.look();
  walk.amend({ members: walk.group.members() });
  const pids = before.alive.map(({ id }) => id.pid);
  const toEnd = pids.length === 0 ? "nobody is left below" : `to end: ${pids.join(", ")}`;
  const unkept = await walk.begin("end-workers", toEnd);
  if (!walk.resumed) {
    const unwritten = `it could not be written down: ${unkept}`;
    const why = unkept === undefined ? await settledChange(walk) : unwritten;
    if (why !== undefined) return failed(walk, why);
  }

  const { asked, refused } = await askToEnd(walk, { wayBack: !walk.resumed });
  if (refused !== undefined) return failed(walk, refused);
  walk.asking();
  const killed = await killStragglers(walk);
  const { alive, young, foreign } = walk.group.look();
  for (const { id } of [...young, ...foreign]) {
    const why = `pid ${id.pid}, below the group, looks like a gunicorn master: it is left alone`;
    walk.problems.add(why);
  }
  const text = workersText(asked, killed, alive.length);
  walk.over(alive.length === 0 ? "done" : "failed", text);
  return undefined;
}

function failed(walk: Walk, why: string): string {
  walk.over("failed", why);
  return why;
}
