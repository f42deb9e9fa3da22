import type { Labels, ToldAlert } from "../model/alert.ts";

/** An alert as it is now, for one Alertmanager. */
export interface LedgerAlert {
  readonly alert: ToldAlert;
  /** It is over, but not for long enough: neither told again nor ended. */
  readonly over: boolean;
}

/** One alert of the ledger of one Alertmanager. */
interface Entry extends LedgerAlert {
  /** It may know of this alert: a push with it was begun. */
  readonly told: boolean;
  /** It has taken what is to be told of it. */
  readonly taken: boolean;
  /** Monotonic time at which an ended alert is given up; undefined: it has not ended. */
  readonly untilMs: number | undefined;
}

/** What one Alertmanager knows, or has to be told, by the labels of the alert. */
export type Ledger = ReadonlyMap<string, Entry>;

/** What a push carries. */
export interface Batch {
  readonly alerts: readonly ToldAlert[];
  /** Something in it is new to the other side. */
  readonly urgent: boolean;
}

/**
 * An ended alert that could not be told is given up after this long: Prometheus keeps its own for as
 * long, and the Alertmanager takes it for over by itself long before.
 */
const GIVE_UP_MS = 15 * 60_000;

/** The same labels in any order make the same text. */
function keyOf(labels: Labels): string {
  return JSON.stringify(
    Object.entries(labels).toSorted(([one], [other]) => (one < other ? -1 : 1)),
  );
}

/**
 * A ledger of what an earlier agent has told, or was about to tell. Of what fired nothing is told
 * before this agent has looked: it may be long over.
 */
export function restoredLedger(alerts: readonly ToldAlert[], nowMs: number): Ledger {
  return new Map(
    alerts.map((alert): [string, Entry] => {
      const fired = alert.endsAtMs === null;
      const untilMs = fired ? undefined : nowMs + GIVE_UP_MS;
      return [keyOf(alert.labels), { alert, over: fired, told: true, taken: false, untilMs }];
    }),
  );
}

/**
 * The ledger once these are the alerts that fire. What is not among them any more has ended now; of
 * what was never told nothing is to be told. Pure.
 */
export function withAlerts(
  before: Ledger,
  alerts: readonly LedgerAlert[],
  now: { readonly wallMs: number; readonly monotonicMs: number },
): Ledger {
  const next = new Map<string, Entry>();
  for (const { alert, over } of alerts) {
    const key = keyOf(alert.labels);
    const old = before.get(key);
    // one that had ended and is there again has to be told again
    const goesOn = old?.untilMs === undefined ? old : { ...old, taken: false };
    const told = goesOn?.told ?? false;
    next.set(key, { alert, over, told, taken: goesOn?.taken ?? false, untilMs: undefined });
  }
  for (const [key, old] of before) {
    if (next.has(key) || !old.told) continue;
    if (old.untilMs !== undefined) {
      if (now.monotonicMs < old.untilMs) next.set(key, old);
      continue;
    }
    const alert = { ...old.alert, endsAtMs: now.wallMs };
    next.set(key, {
      alert,
      over: false,
      told: true,
      taken: false,
      untilMs: now.monotonicMs + GIVE_UP_MS,
    });
  }
  return next;
}

/** What to push now: all that fires and what has ended untold. */
export function batchOf(ledger: Ledger): Batch {
  const due = [...ledger.values()].filter(({ over }) => !over);
  return { alerts: due.map(({ alert }) => alert), urgent: due.some(({ taken }) => !taken) };
}

/** The ledger once a push with these alerts has begun. */
export function afterBegin(before: Ledger, { alerts }: Batch): Ledger {
  return changed(before, alerts, (entry) => ({ ...entry, told: true }));
}

/** The ledger once a push with these alerts was taken: what has ended is off it. */
export function afterTaken(before: Ledger, { alerts }: Batch): Ledger {
  const after = changed(before, alerts, (entry) => ({ ...entry, taken: true }));
  return new Map([...after].filter(([, { taken, untilMs }]) => !(taken && untilMs !== undefined)));
}

/** Applies a change to the alerts that are still as they were pushed. */
function changed(
  before: Ledger,
  alerts: readonly ToldAlert[],
  change: (entry: Entry) => Entry,
): Ledger {
  const after = new Map(before);
  for (const alert of alerts) {
    const key = keyOf(alert.labels);
    const entry = after.get(key);
    // it may have ended, or come again, while the push was under way
    const isSame =
      entry?.alert.startsAtMs === alert.startsAtMs &&
      (entry.alert.endsAtMs === null) === (alert.endsAtMs === null);
    if (entry !== undefined && isSame) after.set(key, change(entry));
  }
  return after;
}

/** What of a ledger is to outlive this agent. */
export function toldIn(ledger: Ledger): readonly ToldAlert[] {
  return [...ledger.values()].map(({ alert }) => alert);
}
