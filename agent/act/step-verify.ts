import { find } from "./found.ts";
import type { Answer } from "../model/acting.ts";
import { awaitGuarded } from "./await-guarded.ts";
import { ownerChanged } from "./identity.ts";
import type { Walk } from "./walk.ts";

const TRIES = 3;
const PATIENCE_MS = 10_000;
const BETWEEN_MS = 500;
const noAnswer: Answer = { kind: "silent", why: "nothing came of asking" };

/** Looks whether all is as it should be now; whatever is not becomes a problem of the walk. */
export async function verifyStep(walk: Walk): Promise<void> {
  const { plan } = walk;
  const { eyes } = walk.parts;
  await walk.begin("verify", "nobody left, the same file at the path, its owner answers");
  const problems = new Set<string>();
  if (plan.master !== null && find(plan.master, eyes).kind === "same") {
    problems.add(`master ${plan.master.pid} is still there`);
  }
  const { alive, unseen } = walk.group.look();
  for (const { id } of alive) problems.add(`pid ${id.pid} is still there`);
  for (const why of unseen) problems.add(why);
  const owner = ownerChanged(plan, eyes);
  if (owner !== undefined) problems.add(owner);
  const answer = await answered(walk);
  // of an owner that is not there it says nothing new
  if (answer.problem !== undefined && owner === undefined) problems.add(answer.problem);
  // once more at the end: it took a while
  const path = walk.guard();
  if (path.kind !== "fine" && path.kind !== "restored") problems.add(path.why);

  const usedAfterBytes = eyes.usedMemory() ?? null;
  walk.amend({ memory: { ...walk.record().memory, usedAfterBytes } });
  for (const problem of problems) walk.problems.add(problem);
  const text = problems.size === 0 ? answer.text : [...problems].join("; ");
  walk.over(problems.size === 0 ? "done" : "failed", text);
}

async function answered(walk: Walk): Promise<Answered> {
  const { plan, parts, pause } = walk;
  if (plan.owner === null) return { text: "nobody is left; nobody is known to own the path" };
  const { pid } = plan.owner.master;
  for (let turn = 1; ; turn += 1) {
    const asked = parts.eyes.answer(plan.socket, PATIENCE_MS);
    const answer = (await awaitGuarded(walk, asked, 2 * PATIENCE_MS)) ?? noAnswer;
    if (answer.kind === "answered") {
      const tookMs = Math.round(answer.tookMs);
      return { text: `nobody is left, and pid ${pid} answered ${answer.status} in ${tookMs} ms` };
    }
    if (turn === TRIES) {
      const problem = `${plan.socket} does not answer, ${TRIES} times asked: ${answer.why}`;
      return { text: problem, problem };
    }
    await pause(BETWEEN_MS);
  }
}

interface Answered {
  readonly text: string;
  readonly problem?: string;
}
