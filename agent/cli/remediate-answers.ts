import { counted } from "../model/counted.ts";
import type { PidfileRepair, ThingsToDo } from "../model/remediate-actor.ts";
import type { EndingPlan, RemediationRecord, RemediationState } from "../model/remediation.ts";
import type { Verdict } from "../model/verdict.ts";
import { recordText } from "./remediate-record-text.ts";
import type { RemediateStyle } from "./remediate-style.ts";
import { plansText, repairsText } from "./remediate-text.ts";
import { utcText } from "./status-socket.ts";

/** What was done, beside the plans. */
export interface ThingsDone {
  readonly records: readonly RemediationRecord[];
  /** Pidfiles that were written, or would have been. */
  readonly repaired: readonly { readonly path: string; readonly text: string }[];
}

/** The one document of `remediate --json`, schema 1. Times are ISO 8601 in UTC. */
interface RemediateDocument extends ThingsDone {
  readonly schema: 1;
  /** When the host was looked at, before anything was done, and the worst verdict then. */
  readonly takenAt: string;
  readonly verdict: Verdict;
  readonly plans: readonly EndingPlan[];
  readonly repairs: readonly PidfileRepair[];
}

/** The answer for programs, with a line end. */
export function remediationJson(
  { report, plans, repairs }: Pick<ThingsToDo, "report" | "plans" | "repairs">,
  { records, repaired }: ThingsDone,
): string {
  const { takenAt, verdict } = report;
  const document: RemediateDocument = {
    schema: 1,
    takenAt,
    verdict,
    plans,
    repairs,
    records,
    repaired,
  };
  return `${JSON.stringify(document, undefined, 2)}\n`;
}

/** All that one look found, for people, with a line end: what is unfinished, plans, repairs. */
export function thingsText(
  { report, plans, repairs, unfinished }: ThingsToDo,
  style: RemediateStyle,
): string {
  return [
    ...unfinished.map((record) => recordText(record, style)),
    plansText(plans, report, style),
    ...(repairs.length === 0 ? [] : [repairsText(repairs, style)]),
  ].join("\n");
}

/** What closing the breaker changed, for people, with a line end. */
export function breakerText(was: RemediationState | undefined): string {
  if (was === undefined || was.breakerOpenedAt === null) {
    const failures = was?.failuresInARow ?? 0;
    const forgotten = failures === 0 ? "" : `; ${counted(failures, "failure")} forgotten`;
    return `the breaker was closed already${forgotten}\n`;
  }
  const { breakerOpenedAt, failuresInARow } = was;
  const failures = `${counted(failuresInARow, "failure")} in a row`;
  return `the breaker is closed; it was open since ${utcText(breakerOpenedAt)}, after ${failures}\n`;
}
