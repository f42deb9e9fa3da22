import type { RemediationRecord } from "../model/remediation.ts";
import { endingText } from "./ending-text.ts";
import { removeLink } from "./remove-link.ts";
import { endMasterStep } from "./step-end-master.ts";
import { verifyStep } from "./step-verify.ts";
import type { Walk } from "./walk.ts";

/** The steps after the workers have ended, to the end of the walk. Nothing is put back any more. */
export async function finishEnding(walk: Walk, ended: string): Promise<RemediationRecord> {
  const { master } = walk.plan;
  if (master !== null) await endMasterStep(walk, master);
  await verifyStep(walk);
  await walk.begin("unlink", `${walk.record().rescueLink ?? "nothing"} is to be removed`);
  const before = walk.problems.size;
  const text = removeLink(walk);
  walk.over(walk.problems.size === before ? "done" : "failed", text);
  if (walk.problems.size === 0) return walk.finish("ended", ended);
  return walk.finish("failed", endingText([...walk.problems]));
}

/** The sentence with which an ending that went well is told. */
export function endedText({ plan }: Pick<Walk, "plan">): string {
  const group =
    plan.master === null
      ? `the orphaned workers ${plan.workers.map(({ pid }) => pid).join(", ")} are gone`
      : `the stale group of master ${plan.master.pid} is gone`;
  const owner = plan.owner === null ? "" : `, and master ${plan.owner.master.pid} serves`;
  return `${group}${owner}`;
}
