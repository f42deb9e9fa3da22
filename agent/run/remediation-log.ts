import type { EndingPlan, Refusal, StepRecord } from "../model/remediation.ts";
import { targetKey } from "../detect/standing.ts";
import type { Metrics } from "../expose/metrics.ts";
import type { Logger } from "./logger.ts";
import type { Recovered } from "./remediation-recovery.ts";

/** Logs and counts why groups are left alone, each reason when it begins and not again. */
export interface RefusalLog {
  /** What a round refused, after all its checks. */
  refused(plans: readonly EndingPlan[]): void;
  /**
   * What there is now, and which of it has lasted long enough to be ended: groups that are gone,
   * and may come again, are forgotten; of the young ones nothing is told yet.
   */
  seen(plans: readonly EndingPlan[], due: readonly EndingPlan[]): void;
}

/** A log that has told nothing yet. */
export function refusalLog(logger: Logger, metrics: Pick<Metrics, "countRemediation">): RefusalLog {
  /** What each look tells, and what only the checks of a round do: they come at other times. */
  const byLook = new Map<string, Reasons>();
  const byRound = new Map<string, Reasons>();

  function tell(plan: EndingPlan, known: Map<string, Reasons>): void {
    const key = targetKey(plan);
    const before = [byLook.get(key), byRound.get(key)];
    for (const { reason, why } of plan.refusals) {
      if (before.some((reasons) => reasons?.has(reason) === true)) continue;
      metrics.countRemediation(plan.socket, { kind: "refusal", reason });
      logger.warn({ socket: plan.socket, reason }, `not ended (${reason}): ${why}`);
    }
    known.set(key, new Set(plan.refusals.map(({ reason }) => reason)));
  }

  return {
    refused(plans) {
      for (const plan of plans) tell(plan, byRound);
    },
    seen(plans, due) {
      const keys = new Set(plans.map(targetKey));
      for (const known of [byLook, byRound]) {
        for (const key of known.keys()) if (!keys.has(key)) known.delete(key);
      }
      for (const plan of due) tell(plan, byLook);
    },
  };
}

type Reasons = ReadonlySet<Refusal["reason"]>;

/** One line a step that is over; those that only begin are in the record. */
export function stepLog(logger: Logger, { step, result, tookMs, text }: StepRecord): void {
  if (result === "begun") return;
  const level = result === "failed" ? "error" : "info";
  logger[level]({ step, result, tookMs }, `${step}: ${text}`);
}

/**
 * Logs what of earlier attempts could not be taken up, and which records cannot be read: what is
 * new in it, since each try finds the same again.
 */
export function leftLog(logger: Logger): (recovered: Recovered) => void {
  let told: ReadonlySet<string> = new Set();
  return ({ left, unread }) => {
    const lines = new Map<string, object>();
    for (const { record, why } of left) {
      lines.set(`an unfinished attempt is left as it is: ${why}`, { remediation: record.id });
    }
    for (const { path, reason } of unread) {
      lines.set(`${path} cannot be read, and may be of an unfinished attempt: ${reason}`, { path });
    }
    for (const [line, facts] of lines) if (!told.has(line)) logger.error(facts, line);
    told = new Set(lines.keys());
  };
}
