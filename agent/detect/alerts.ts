import type { Alert, AlertId } from "../model/alert.ts";
import type { IncidentChange } from "../model/incident.ts";
import type { Report } from "../model/report.ts";
import { type Holding, alertsInSight, holdingOf, type Sight } from "./alert-conditions.ts";
import { alertKey, alertRules } from "./alert-rules.ts";
import { annotationsOf } from "./alert-texts.ts";
import { msOf } from "./time.ts";

/** What is remembered of one alert from scan to scan. */
interface Standing {
  readonly id: AlertId;
  /** Monotonic time of the first sight. */
  readonly sinceMs: number;
  /** Undefined: it has not lasted long enough yet. */
  readonly alert: Omit<Alert, "over"> | undefined;
  /** Monotonic time at which it was first seen to be over; undefined: it is not. */
  readonly overSinceMs: number | undefined;
}

/** What is remembered of all alerts. Start with `restoredAlerts`. */
export interface AlertMemory {
  readonly confirmed: ReadonlySet<string>;
  readonly standing: ReadonlyMap<string, Standing>;
}

/** How alerts come and go, in milliseconds. */
export interface AlertLimits {
  readonly orphanWarnRatio: number;
  /** So long an alert has to be over before it is ended. */
  readonly resolveAfterMs: number;
}

/** One step: what fires now. */
export interface AlertStep {
  readonly memory: AlertMemory;
  /** All alerts that fire; one that is not among them any more has ended. */
  readonly alerts: readonly Alert[];
  /** Monotonic time at which something comes of age, so that a look is worth while; undefined: none. */
  readonly nextMs: number | undefined;
}

/** A memory in which these alerts fire since an earlier agent said so; none: the start. */
export function restoredAlerts(fired: readonly Omit<Alert, "over">[], nowMs: number): AlertMemory {
  const standing = fired.map((alert): [string, Standing] => [
    alertKey(alert.id),
    { id: alert.id, sinceMs: nowMs, alert, overSinceMs: undefined },
  ]);
  return { confirmed: new Set(), standing: new Map(standing) };
}

/**
 * Carries alerts from scan to scan. An alert fires once what it is about has been there for the
 * time of its rule, and ends once it has been over for `resolveAfterMs`; a scan that could not tell
 * does neither. Pure: the clock is handed in.
 */
export function advanceAlerts(
  before: AlertMemory,
  seen: Pick<Sight, "report" | "audit">,
  changes: readonly IncidentChange[],
  nowMs: number,
  limits: AlertLimits,
): AlertStep {
  const confirmed = confirmedAfter(before.confirmed, changes, seen.report);
  const sight = { ...seen, confirmed, orphanWarnRatio: limits.orphanWarnRatio };
  const ids = [
    ...alertsInSight(sight),
    ...[...confirmed].map((about) => ({ name: "OnemasterDuplicateMaster", about }) as const),
    ...[...before.standing.values()].map(({ id }) => id),
  ];
  const standing = new Map<string, Standing>();
  for (const id of ids) {
    const key = alertKey(id);
    if (standing.has(key)) continue;
    const next = nextStanding(before.standing.get(key), id, sight, nowMs, limits);
    if (next !== undefined) standing.set(key, next);
  }
  const alerts = [...standing.values()].flatMap(({ alert, overSinceMs }) =>
    alert === undefined ? [] : [{ ...alert, over: overSinceMs !== undefined }],
  );
  return {
    memory: { confirmed, standing },
    alerts,
    nextMs: nextDeadline(standing, nowMs, limits),
  };
}

/** As `onemaster_duplicate_confirmed` has it: the report's word, or what is not cleared. */
function confirmedAfter(
  before: ReadonlySet<string>,
  changes: readonly IncidentChange[],
  { sockets }: Report,
): ReadonlySet<string> {
  const confirmed = new Set(before);
  for (const { change, kind, socket } of changes) {
    if (kind !== "duplicate") continue;
    if (change === "cleared") confirmed.delete(socket);
    if (change === "confirmed") confirmed.add(socket);
  }
  for (const { path, verdict, confirmed: isConfirmed } of sockets) {
    if (verdict === "duplicate" && isConfirmed) confirmed.add(path);
  }
  return confirmed;
}

function nextStanding(
  old: Standing | undefined,
  id: AlertId,
  sight: Sight,
  nowMs: number,
  limits: AlertLimits,
): Standing | undefined {
  const holding: Holding = holdingOf(id, sight);
  switch (holding) {
    case "unknown":
      return old;
    case "yes": {
      const sinceMs = old?.sinceMs ?? nowMs;
      const fires = old?.alert !== undefined || nowMs - sinceMs >= alertRules[id.name].forMs;
      const startsAtMs = old?.alert?.startsAtMs ?? msOf(sight.report.takenAt);
      const alert = fires ? { id, annotations: annotationsOf(id, sight), startsAtMs } : undefined;
      return { id, sinceMs, alert, overSinceMs: undefined };
    }
    case "no": {
      if (old?.alert === undefined) return undefined;
      const overSinceMs = old.overSinceMs ?? nowMs;
      return nowMs - overSinceMs < limits.resolveAfterMs ? { ...old, overSinceMs } : undefined;
    }
  }
}

/** What came of age in a scan that could not tell waits for the next one that can. */
function nextDeadline(
  standing: ReadonlyMap<string, Standing>,
  nowMs: number,
  { resolveAfterMs }: AlertLimits,
): number | undefined {
  const deadlines = [...standing.values()].flatMap(({ id, sinceMs, alert, overSinceMs }) => {
    if (alert === undefined) return [sinceMs + alertRules[id.name].forMs];
    return overSinceMs === undefined ? [] : [overSinceMs + resolveAfterMs];
  });
  const coming = deadlines.filter((deadline) => deadline > nowMs);
  return coming.length === 0 ? undefined : Math.min(...coming);
}
