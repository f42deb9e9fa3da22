import type { ToldAlert } from "../model/alert.ts";

/** Every alert is told again so often, as Prometheus does (--rules.alert.resend-delay). */
export const RESEND_MS = 60_000;

/** An alert that is not told again is over after this long, as with Prometheus. */
const LASTS_MS = 4 * RESEND_MS;

/** Differences below this are those of a date that knows no parts of a second, and of a slow push. */
const SMALL_MS = 30_000;

/**
 * By how much the clock of the other side is ahead of ours, in milliseconds; 0 where it is about the
 * same or did not tell. An Alertmanager judges by its own clock: on a host whose clock is four
 * minutes slow every alert would be over before it arrives, and nobody would be woken.
 */
export function clockOffset(serverMs: number | undefined, wallMs: number): number {
  const offsetMs = serverMs === undefined ? 0 : serverMs - wallMs;
  return Math.abs(offsetMs) < SMALL_MS ? 0 : offsetMs;
}

/**
 * Alerts as Alertmanager takes them, in its own time. None begins in the future, as after a clock
 * was set back: it would be refused.
 */
export function bodyOf(alerts: readonly ToldAlert[], wallMs: number, offsetMs: number): string {
  const iso = (ms: number): string => new Date(ms + offsetMs).toISOString();
  return JSON.stringify(
    alerts.map(({ labels, annotations, startsAtMs, endsAtMs }) => ({
      labels,
      annotations,
      startsAt: iso(Math.min(startsAtMs, endsAtMs ?? wallMs, wallMs)),
      endsAt: iso(endsAtMs === null ? wallMs + LASTS_MS : Math.min(endsAtMs, wallMs)),
    })),
  );
}
