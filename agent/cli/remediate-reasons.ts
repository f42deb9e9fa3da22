import type { PidfileRepair, ThingsToDo } from "../model/remediate-actor.ts";
import type { EndingPlan, RemediationRecord } from "../model/remediation.ts";
import { nothingSeenText } from "./grants.ts";
import { groupName } from "./remediate-plan-text.ts";

/** Why a group is left alone, one sentence for each reason; at least one. */
export function refusedTexts(plan: EndingPlan): string[] {
  const what = `${groupName(plan)} on ${plan.socket} is not ended`;
  if (plan.refusals.length === 0) return [`${what}, and no reason is known`];
  return plan.refusals.map(({ reason, why }) => {
    const hint = reason === "locked" ? "; see onemaster status" : "";
    return `${what}: ${reason}: ${why}${hint}`;
  });
}

/** Why a pidfile that could be repaired was not, one sentence for each reason; at least one. */
export function notRepairedTexts({ path, refusals }: PidfileRepair): string[] {
  if (refusals.length === 0) return [`${path} is not repaired, and no reason is known`];
  return refusals.map(({ reason, why }) => `${path} is not repaired: ${reason}: ${why}`);
}

/** Why a record is no success; undefined where it is one. */
export function failureText({ plan, outcome, ending, id }: RemediationRecord): string | undefined {
  const who = `${groupName(plan)} on ${plan.socket}`;
  switch (outcome) {
    case "ended":
    case "dry-run":
      return undefined;
    case "put-back":
      return `${who} was not ended, all is as it was before: ${ending ?? "the record says no more"}`;
    case "failed":
      return `${who}: failed: ${ending ?? "the record says no more"}`;
    case null:
      return `${who}: not finished; the next attempt begins with it (record ${id})`;
  }
}

/** Of an attempt that was found unfinished: that it still is. */
export function leftText({ plan, id }: RemediationRecord): string {
  return `${groupName(plan)} on ${plan.socket}: attempt ${id} is still not finished`;
}

/**
 * Why a socket without a plan is still no success: it is not sound, or could not be judged, and
 * nothing of it may be ended.
 */
export function unplannedTexts({ report, plans, unfinished }: ThingsToDo): string[] {
  const planned = new Set([...plans, ...unfinished.map(({ plan }) => plan)].map((p) => p.socket));
  const texts = report.sockets.flatMap(({ path, verdict, findings }) => {
    if (planned.has(path)) return [];
    switch (verdict) {
      case "duplicate":
      case "orphaned-workers":
      case "unknown": {
        const why = findings.map(({ message }) => message).join("; ");
        return [`${path} is ${verdict}, and there is no group that could be ended: ${why}`];
      }
      case "unreachable": {
        const why = findings.map(({ message }) => message).join("; ");
        return [
          `${path} is unreachable: no-owner: a restart is needed, ending a group helps nobody: ${why}`,
        ];
      }
      case "no-master":
      case "handover":
      case "one-master":
        return [];
    }
  });
  if (report.sockets.length > 0 || report.verdict !== "unknown") return texts;
  return [nothingSeenText(report.blind)];
}
