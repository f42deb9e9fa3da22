import type { Clock } from "../../../agent/model/clock.ts";

/** A clock that stands still until the test moves it on. */
export interface FakeClock extends Clock {
  /** Lets this much time pass and makes the calls that are due, in their order. */
  pass(ms: number): void;
  /** How many calls are waiting. */
  readonly waiting: () => number;
}

/** A clock at zero, with nothing to call. */
export function fakeClock(): FakeClock {
  let nowMs = 0;
  const calls = new Set<{ readonly atMs: number; readonly call: () => void }>();
  return {
    wallMs: () => 1_700_000_000_000 + nowMs,
    monotonicMs: () => nowMs,
    after(ms, call) {
      const one = { atMs: nowMs + ms, call };
      calls.add(one);
      return () => void calls.delete(one);
    },
    pass(ms) {
      const untilMs = nowMs + ms;
      for (;;) {
        const due = [...calls]
          .filter(({ atMs }) => atMs <= untilMs)
          .toSorted((one, other) => one.atMs - other.atMs)[0];
        if (due === undefined) break;
        calls.delete(due);
        nowMs = due.atMs;
        due.call();
      }
      nowMs = untilMs;
    },
    waiting: () => calls.size,
  };
}
