import type { AlertmanagerState, ToldAlert, ToldTarget } from "../model/alert.ts";
import type { Clock } from "../model/clock.ts";
import {
  afterBegin,
  afterTaken,
  batchOf,
  type Ledger,
  type LedgerAlert,
  restoredLedger,
  toldIn,
  withAlerts,
} from "./alert-ledger.ts";
import { bodyOf, clockOffset, RESEND_MS } from "./alertmanager-body.ts";
import type { PushResult } from "./alertmanager-post.ts";

/** What a target works with. */
export interface TargetParts {
  readonly url: string;
  readonly clock: Clock;
  /** From 0 to 1, so that many agents do not all come at once. */
  readonly random: () => number;
  /** Pushes a body; never rejects. */
  readonly post: (body: string, signal: AbortSignal) => Promise<PushResult>;
  /** Says what has changed: the other side fails in a new way, or takes alerts again. */
  readonly told: (line: TargetLine) => void;
  /** Called when what is to be kept for the next agent has changed. */
  readonly changed: () => void;
}

/** A line for the log. */
export interface TargetLine {
  readonly level: "info" | "warn";
  readonly text: string;
}

/** One Alertmanager: it gets the latest state of all alerts, again and again, until it has taken it. */
export interface Target {
  readonly url: string;
  /** These alerts fire now; what is not among them has ended. */
  set(alerts: readonly LedgerAlert[]): void;
  state(): AlertmanagerState;
  /** What the next agent has to know of it. */
  kept(): ToldTarget;
  /** Whether all that has ended is told, or given up, and nothing fires. */
  isEmpty(): boolean;
  /** Ends the push under way and begins none. Ends no alert: it may well go on. */
  stop(): void;
}

/** How often an Alertmanager is asked, with no alert, whether it would take one. */
const KNOCK_MS = 600_000;
const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 30_000;
/** The same while there is nothing to tell. */
const IDLE_PAUSE_MS = 300_000;
/** What is new is told at once, but not more often than this where the other side fails. */
const LEAST_APART_MS = 1_000;

/**
 * A target that knows what an earlier agent has told there. There is one push at a time, and one
 * timer; what comes meanwhile replaces what waits.
 */
export function createTarget(parts: TargetParts, restored: readonly ToldAlert[]): Target {
  const { url, clock } = parts;
  let ledger: Ledger = restoredLedger(restored, clock.monotonicMs());
  let pushing = false;
  let lastBegunMs = -Infinity;
  let failures = 0;
  let notBeforeMs = -Infinity;
  let offsetMs = 0;
  let offsetSetMs = -Infinity;
  let up: boolean | undefined;
  let taken = 0;
  let failed = 0;
  let knownTroubles: ReadonlySet<string> = new Set();
  let cancelTimer = nothing;
  const stopped = new AbortController();

  function replace(next: Ledger): void {
    const before = keptText(ledger);
    ledger = next;
    if (keptText(next) !== before) parts.changed();
  }

  /** Pushes when it is time to, else sets the timer for when it will be. */
  function pump(): void {
    cancelTimer();
    if (stopped.signal.aborted || pushing) return;
    const waitMs = nextPushMs() - clock.monotonicMs();
    if (waitMs > 0) cancelTimer = clock.after(waitMs, pump);
    else void push();
  }

  function nextPushMs(): number {
    const { alerts, urgent } = batchOf(ledger);
    if (failures > 0) return notBeforeMs;
    if (urgent) return -Infinity;
    return lastBegunMs + (alerts.length > 0 ? RESEND_MS : KNOCK_MS);
  }

  async function push(): Promise<void> {
    const batch = batchOf(ledger);
    pushing = true;
    lastBegunMs = clock.monotonicMs();
    replace(afterBegin(ledger, batch));
    const usedOffsetMs = offsetMs;
    const body = bodyOf(batch.alerts, clock.wallMs(), usedOffsetMs);
    const result = await parts.post(body, stopped.signal);
    pushing = false;
    if (stopped.signal.aborted) return;
    const isRight = followClock(result, usedOffsetMs);
    if (result.ok) {
      succeeded();
      // told in a time in which it was over already, it has to be told again
      if (isRight) replace(afterTaken(ledger, batch));
    } else fail(result);
    pump();
  }

  /** Learns the clock of the other side. False: what was pushed had the wrong times. */
  function followClock({ serverMs }: PushResult, usedMs: number): boolean {
    const now = clock.monotonicMs();
    const nextMs = clockOffset(serverMs, clock.wallMs());
    // one that says another time whenever it is asked must not be asked all the time
    if (Math.abs(nextMs - usedMs) < RESEND_MS / 2 || now - offsetSetMs < RESEND_MS) return true;
    offsetMs = nextMs;
    offsetSetMs = now;
    const seconds = Math.round(Math.abs(nextMs) / 1_000);
    parts.told(
      nextMs === 0
        ? { level: "info", text: `${url}: its clock and that of this host agree again` }
        : {
            level: "warn",
            text:
              `${url}: the clock of this host is ${seconds} s ` +
              `${nextMs > 0 ? "behind" : "ahead of"} its own, by which alerts are told`,
          },
    );
    return false;
  }

  function succeeded(): void {
    taken += 1;
    if (up === undefined) parts.told({ level: "info", text: `${url}: takes alerts` });
    if (up === false) parts.told({ level: "info", text: `${url}: takes alerts again` });
    up = true;
    failures = 0;
    knownTroubles = new Set();
  }

  function fail({ kind, reason }: PushResult & { readonly ok: false }): void {
    failed += 1;
    up = false;
    const mostMs = batchOf(ledger).alerts.length > 0 ? LONGEST_PAUSE_MS : IDLE_PAUSE_MS;
    const longestMs = Math.min(FIRST_PAUSE_MS * 2 ** failures, mostMs);
    failures += 1;
    notBeforeMs = clock.monotonicMs() + longestMs * (0.5 + parts.random() / 2);
    if (knownTroubles.has(kind)) return;
    knownTroubles = new Set([...knownTroubles, kind]);
    parts.told({ level: "warn", text: `${url}: alerts are not taken: ${reason}` });
  }

  pump();
  return {
    url,
    set(alerts) {
      const wasUrgent = batchOf(ledger).urgent;
      const now = { wallMs: clock.wallMs(), monotonicMs: clock.monotonicMs() };
      replace(withAlerts(ledger, alerts, now));
      if (!wasUrgent && batchOf(ledger).urgent) {
        notBeforeMs = Math.min(notBeforeMs, lastBegunMs + LEAST_APART_MS);
      }
      pump();
    },
    state: () => ({ url, up, taken, failed }),
    kept: () => ({ url, alerts: toldIn(ledger) }),
    isEmpty: () => ledger.size === 0,
    stop() {
      stopped.abort();
      cancelTimer();
    },
  };
}

/** What is worth writing down again: figures in annotations are not. */
function keptText(ledger: Ledger): string {
  return JSON.stringify(
    toldIn(ledger).map(({ labels, startsAtMs, endsAtMs }) => [labels, startsAtMs, endsAtMs]),
  );
}

function nothing(): void {
  // no timer is running
}
