import type { RemediationRecord } from "../model/remediation.ts";
import { abandon } from "./abandon.ts";
import { endingSteps } from "./ending-steps.ts";
import { find, isOver, isStopped } from "./found.ts";
import { endedText, finishEnding } from "./finish.ts";
import { freeze } from "./freeze.ts";
import { familyChanged, fileChanged, masterChanged, ownerChanged } from "./identity.ts";
import type { ActParts } from "./parts.ts";
import { toTheEnd } from "./last-resort.ts";
import { putBack } from "./put-back.ts";
import { recoverOtherBoot } from "./recover-boot.ts";
import { reopenRescue } from "./rescue.ts";
import { endWorkersStep } from "./step-end-workers.ts";
import { createWalk, type Walk } from "./walk.ts";

/** What an unfinished attempt is taken up with. */
export interface RecoverParts extends ActParts {
  /** The kernel's boot id now. */
  readonly bootId: string;
}

const STOP_PATIENCE_MS = 2_000;

/**
 * Brings the attempt of an agent that died to an end, by its record and fresh looks: undoes it when
 * nothing was ended yet, finishes it otherwise. Gives the finished record, as `carryOut` does; one
 * that is finished already comes back as it is. To be called when no other agent can be at it.
 */
export async function recover(
  record: RemediationRecord,
  parts: RecoverParts,
): Promise<RemediationRecord> {
  if (record.outcome !== null) return record;
  const begun = record.steps.some(({ step }) => endingSteps.has(step));
  const resumed = begun && record.puttingBack !== true;
  const walk = createWalk(record, parts, { resumed });
  if (record.dryRun) return walk.finish("dry-run", "its agent died in it; nothing was done");
  walk.pin(reopenRescue(record, parts));
  return toTheEnd(walk, () => allSteps(walk, record, parts.bootId));
}

async function allSteps(
  walk: Walk,
  record: RemediationRecord,
  bootId: string,
): Promise<RemediationRecord> {
  const died = `its agent died ${whereItDied(record)}`;
  await walk.begin("recover", died);
  if (record.plan.bootId !== bootId) return recoverOtherBoot(walk, died);
  return walk.resumed ? finish(walk, died) : undo(walk, died);
}

async function undo(walk: Walk, died: string): Promise<RemediationRecord> {
  const { master } = walk.plan;
  const told = walk.record().steps.some(({ step }) => step === "stop-master");
  walk.over("done", `${died}; nothing was ended, and all is put back`);
  const stopped = told && master !== null ? master : undefined;
  if (stopped !== undefined) noteStranger(walk, stopped.pid);
  return putBack(walk, died, stopped);
}

/** Its pid is another's now, who may have been stopped in its place, or by somebody else. */
function noteStranger(walk: Walk, pid: number): void {
  const { master } = walk.plan;
  if (master === null) return;
  const found = find(master, walk.parts.eyes);
  if (found.kind !== "another" || !isStopped(found.now)) return;
  walk.problems.add(`pid ${pid} is another process now and stopped: it was left so`);
}

async function finish(walk: Walk, died: string): Promise<RemediationRecord> {
  const why = await whyNotFinish(walk);
  if (why !== undefined) {
    walk.over("failed", `${died}; it is not finished: ${why}`);
    return abandon(walk, `${died}; ${why}`);
  }
  walk.over("done", `${died}; what it began is finished`);
  await endWorkersStep(walk);
  return finishEnding(walk, `${endedText(walk)}; ${died}, and another finished it`);
}

/** Whether the group is still superfluous and who is left of it the same; undefined: it is. */
async function whyNotFinish(walk: Walk): Promise<string | undefined> {
  const { plan, parts } = walk;
  walk.guard();
  const master = plan.master === null ? undefined : find(plan.master, parts.eyes);
  const over = master === undefined || isOver(master);
  const { alive, unseen } = walk.group.look();
  // nobody is left to go on with
  if (over && alive.length === 0 && unseen.length === 0) return undefined;
  const early = superfluous(walk);
  if (early !== undefined || plan.master === null || over) return early;
  if (master.kind === "same" && !isStopped(master.now)) walk.amend({ foundStopped: false });
  const frozen = await freeze(walk, plan.master, STOP_PATIENCE_MS);
  switch (frozen.kind) {
    case "gone":
      return undefined;
    case "refused":
    case "unstopped":
    case "unknown":
      return frozen.why;
    case "stopped":
      return superfluous(walk) ?? masterChanged(plan, parts.eyes);
  }
}

/** A young master is waited for by the next step. */
function superfluous({ plan, parts }: Walk): string | undefined {
  const family = familyChanged(plan, parts.eyes);
  return (
    ownerChanged(plan, parts.eyes) ??
    fileChanged(plan, parts.eyes) ??
    (family?.kind === "other" ? family.why : undefined)
  );
}

function whereItDied({ steps }: RemediationRecord): string {
  const last = steps.at(-1);
  if (last === undefined) return "before its first step";
  return last.result === "begun" ? `in step ${last.step}` : `after step ${last.step}`;
}
