import { describe, expect, it } from "vitest";
import {
  afterAttempt,
  resetBreaker,
  withAttempt,
  withClock,
} from "../../../../agent/detect/breaker.ts";
import {
  noAttempts,
  type RemediationOutcome,
  type RemediationState,
} from "../../../../agent/model/remediation.ts";

const nowMs = Date.UTC(2026, 10, 22, 14);
const iso = (ms: number): string => new Date(ms).toISOString();

/** The state after attempts that ended so, a minute apart. */
function after(...outcomes: readonly RemediationOutcome[]): RemediationState {
  return outcomes.reduce(
    (state, outcome, index) => afterAttempt(state, outcome, nowMs + index * 60_000),
    noAttempts,
  );
}

describe("the breaker", () => {
  it.each<[string, RemediationOutcome[], number, number | null]>([
    ["is closed at first", [], 0, null],
    ["stays closed after one failure", ["failed"], 1, null],
    ["opens with the second in a row", ["failed", "failed"], 2, 1],
    ["takes what was put back for a failure", ["put-back", "failed"], 2, 1],
    ["opens by two that were put back", ["put-back", "put-back"], 2, 1],
    ["forgets a failure after a success", ["failed", "ended", "failed"], 1, null],
    ["does not count a dry run", ["failed", "dry-run", "dry-run"], 1, null],
    ["does not take a dry run for a success", ["failed", "dry-run", "failed"], 2, 2],
    ["keeps the time at which it opened", ["failed", "failed", "failed"], 3, 1],
    ["stays open after a success", ["failed", "failed", "ended"], 0, 1],
  ])("%s", (_, outcomes, failuresInARow, openedAtMinute) => {
    const openedAt = openedAtMinute === null ? null : iso(nowMs + openedAtMinute * 60_000);
    expect(after(...outcomes)).toEqual({
      ...noAttempts,
      failuresInARow,
      breakerOpenedAt: openedAt,
    });
  });

  it("is closed by a person alone, who leaves the attempts counted", () => {
    const state = { ...after("failed", "failed"), attempts: [iso(nowMs)] };
    expect(resetBreaker(state)).toEqual({ ...noAttempts, attempts: [iso(nowMs)] });
  });
});

describe("withAttempt", () => {
  const day = 86_400_000;

  it("enters what the agent begins by itself, and drops what is a day ago", () => {
    const state = { ...noAttempts, attempts: [iso(nowMs - day), iso(nowMs - day + 1)] };
    expect(withAttempt(state, "agent", nowMs).attempts).toEqual([iso(nowMs - day + 1), iso(nowMs)]);
  });

  it("does not count what a person begins", () => {
    expect(withAttempt(noAttempts, "person", nowMs)).toEqual(noAttempts);
  });

  it("keeps the newest hundred", () => {
    const attempts = Array.from({ length: 100 }, (_, index) => iso(nowMs - 1_000 + index));
    const kept = withAttempt({ ...noAttempts, attempts }, "agent", nowMs).attempts;
    expect(kept).toEqual([...attempts.slice(1), iso(nowMs)]);
  });

  it("keeps failures and an open breaker", () => {
    const state = after("failed", "failed");
    expect(withAttempt(state, "agent", nowMs)).toEqual({ ...state, attempts: [iso(nowMs)] });
  });

  it("takes attempts of the future, the clock being set back, as of now", () => {
    const state = { ...noAttempts, attempts: [iso(nowMs + day), iso(nowMs - 1)] };
    const expected = [iso(nowMs - 1), iso(nowMs), iso(nowMs)];
    expect(withAttempt(state, "agent", nowMs).attempts).toEqual(expected);
  });
});

describe("withClock", () => {
  it("is the very same state where no attempt is in the future", () => {
    const state = { ...noAttempts, attempts: [iso(nowMs)] };
    expect(withClock(state, nowMs)).toBe(state);
  });

  it("lets the limit end an hour after the clock was set back", () => {
    const state = { ...noAttempts, attempts: [iso(nowMs + 1), "soon", iso(nowMs - 5)] };
    const settled = withClock(state, nowMs);
    expect(settled.attempts).toEqual([iso(nowMs - 5), iso(nowMs), iso(nowMs)]);
    expect(withClock(settled, nowMs + 1)).toBe(settled);
  });
});
