import type { EndingPlan, RemediationRecord } from "../model/remediation.ts";
import { dryRun } from "./dry-run.ts";
import { endedText, finishEnding } from "./finish.ts";
import { settledChange } from "./settled.ts";
import type { ActParts } from "./parts.ts";
import { toTheEnd } from "./last-resort.ts";
import { putBack } from "./put-back.ts";
import { readMemory } from "./read-memory.ts";
import { endWorkersStep } from "./step-end-workers.ts";
import { linkStep } from "./step-link.ts";
import { stopStep } from "./step-stop.ts";
import { createWalk, type Walk } from "./walk.ts";

/** The record of an attempt that has not begun. `nowMs` is wall clock time. */
export function newRecord(
  plan: EndingPlan,
  by: RemediationRecord["by"],
  dry: boolean,
  nowMs: number,
): RemediationRecord {
  const startedAt = new Date(nowMs).toISOString();
  const pid = plan.master?.pid ?? plan.workers[0]?.pid ?? 0;
  return {
    schema: 1,
    id: `${startedAt.replace(/\.\d+/, "").replaceAll(/[-:]/g, "")}-${plan.role}-${pid}`,
    by,
    dryRun: dry,
    plan,
    startedAt,
    endedAt: null,
    outcome: null,
    ending: null,
    rescueLink: null,
    foundStopped: false,
    steps: [],
    memory: { predictedBytes: null, usedBeforeBytes: null, usedAfterBytes: null },
  };
}

/**
 * Walks a plan's steps, each written down before it is taken, and gives the finished record, which
 * is kept already where that was possible. A surprise before anything was ended puts everything
 * back; after that the rest is ended and the record says what was odd. Never rejects but for bugs,
 * and even then nobody is left stopped as long as signals can be sent.
 */
export async function carryOut(
  record: RemediationRecord,
  parts: ActParts,
): Promise<RemediationRecord> {
  const walk = createWalk(record, parts, { resumed: false });
  if (record.dryRun) return dryRun(walk);
  return toTheEnd(walk, () => allSteps(walk));
}

async function allSteps(walk: Walk): Promise<RemediationRecord> {
  const { plan } = walk;
  const [refusal] = plan.refusals;
  if (refusal !== undefined) return putBack(walk, `refused: ${refusal.why}`, undefined);
  const changed = await settledChange(walk);
  if (changed !== undefined) return putBack(walk, changed, undefined);

  const unlinked = await linkStep(walk);
  if (unlinked !== undefined) return putBack(walk, unlinked, undefined);
  await readMemory(walk);
  if (plan.master !== null) {
    const { why, told } = await stopStep(walk, plan.master);
    if (why !== undefined) return putBack(walk, why, told ? plan.master : undefined);
  }
  const unended = await endWorkersStep(walk);
  if (unended !== undefined) return putBack(walk, unended, plan.master ?? undefined);
  return finishEnding(walk, endedText(walk));
}
