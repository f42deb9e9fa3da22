import type { RemediationOutcome, RemediationState } from "../model/remediation.ts";
import { isoTime, msOf } from "./time.ts";

/** So many attempts in a row that did not end as planned open the breaker. */
const MOST_FAILURES = 2;
const MOST_ATTEMPTS = 100;
const DAY_MS = 86_400_000;

/**
 * The state as it has to be on disk before an attempt begins, so that an agent that dies in each
 * attempt still comes to its limit. Only what the agent does by itself is counted; attempts of
 * more than a day ago are dropped, and of the others the newest hundred are kept. A dry run is no
 * attempt. `startedAtMs` is the wall clock, milliseconds since 1970.
 */
export function withAttempt(
  state: RemediationState,
  by: "agent" | "person",
  startedAtMs: number,
): RemediationState {
  const settled = withClock(state, startedAtMs);
  if (by === "person") return settled;
  const recent = settled.attempts.filter((at) => startedAtMs - msOf(at) < DAY_MS);
  return { ...settled, attempts: [...recent, isoTime(startedAtMs)].slice(-MOST_ATTEMPTS) };
}

/**
 * The state after an attempt has ended, whoever began it. Of one whose agent died, the outcome is
 * that of whoever finished or undid it, and `failed` where nobody could. `nowMs` is the wall clock.
 * An open breaker stays open, whatever succeeds afterwards: a person closes it.
 */
export function afterAttempt(
  state: RemediationState,
  outcome: RemediationOutcome,
  nowMs: number,
): RemediationState {
  switch (outcome) {
    case "dry-run":
      return state;
    case "ended":
      return { ...state, failuresInARow: 0 };
    case "put-back":
    case "failed": {
      const failuresInARow = state.failuresInARow + 1;
      const opens = state.breakerOpenedAt === null && failuresInARow >= MOST_FAILURES;
      const breakerOpenedAt = opens ? isoTime(nowMs) : state.breakerOpenedAt;
      return { ...state, failuresInARow, breakerOpenedAt };
    }
  }
}

/** The breaker closed by a person, who starts from no failure; attempts stay counted. */
export function resetBreaker(state: RemediationState): RemediationState {
  return { ...state, failuresInARow: 0, breakerOpenedAt: null };
}

/**
 * The state with attempts of the future, as after the clock was set back, taken as of this
 * moment: kept as they are they would limit the agent until that future has come. The same object
 * where there are none, else one to be written down.
 */
export function withClock(state: RemediationState, nowMs: number): RemediationState {
  if (state.attempts.every((at) => msOf(at) <= nowMs)) return state;
  const attempts = state.attempts
    .map((at) => (msOf(at) <= nowMs ? at : isoTime(nowMs)))
    .toSorted((one, other) => msOf(one) - msOf(other));
  return { ...state, attempts };
}
