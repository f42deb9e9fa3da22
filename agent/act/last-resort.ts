import type { RemediationRecord } from "../model/remediation.ts";
import { abandon } from "./abandon.ts";
import { putBack } from "./put-back.ts";
import { reasonOf, type Walk } from "./walk.ts";

/**
 * Walks to the end, and closes what the walk holds open. An error that nothing foresaw must not
 * leave a master stopped: what was not ended yet is put back, the rest is left half ended, and
 * the attempt has failed with the error's text. Rejects only when that throws too.
 */
export async function toTheEnd(
  walk: Walk,
  steps: () => Promise<RemediationRecord>,
): Promise<RemediationRecord> {
  try {
    return await steps();
  } catch (error) {
    return await lastResort(walk, `an error that was not foreseen: ${reasonOf(error)}`);
  } finally {
    walk.pin(undefined);
  }
}

async function lastResort(walk: Walk, why: string): Promise<RemediationRecord> {
  const { steps } = walk.record();
  if (steps.at(-1)?.result === "begun") walk.over("failed", why);
  if (walk.hasAsked()) return await abandon(walk, why);
  walk.problems.add(why);
  const told = steps.some(({ step }) => step === "stop-master");
  return await putBack(walk, why, told ? (walk.plan.master ?? undefined) : undefined);
}
