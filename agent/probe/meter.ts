import type { Answer } from "../model/acting.ts";
import type { Metered } from "../model/drill.ts";
import { askOwner } from "./owner-answer.ts";

/** Asks a socket one request after the other, from its start until it is stopped. */
export interface Meter {
  /** Waits for the request that is under way, and tells what all of them met. */
  stop(): Promise<Metered>;
}

/** The way to ask and the clock; tests bring their own. */
export interface MeterParts {
  readonly ask: (path: string, patienceMs: number) => Promise<Answer>;
  readonly nowMs: () => number;
  readonly pause: (ms: number) => Promise<void>;
}

/** Between the end of a request and the next one. */
const PAUSE_MS = 2;
/** As long as a proxy in front would wait for a listener that systemd holds meanwhile. */
const PATIENCE_MS = 30_000;
const firstServerError = 500;

const ofThisHost: MeterParts = {
  ask: askOwner,
  nowMs: () => performance.now(),
  pause: (ms) => new Promise((resolve) => void setTimeout(resolve, ms)),
};

/**
 * Asks `path` all the time, one connection and request at once, so that it costs the service
 * one worker at the most. Statuses from 500 on count as failed, unless `failsAnyway`: the
 * application answers so when all is well.
 */
export function startMeter(path: string, failsAnyway: boolean, parts = ofThisHost): Meter {
  const { ask, nowMs, pause } = parts;
  const stopping = new AbortController();
  const met = { asked: 0, failed: 0, downtimeMs: 0, slowestMs: 0 };
  let failingSinceMs: number | undefined;

  function endOutage(atMs: number): void {
    if (failingSinceMs !== undefined) met.downtimeMs += atMs - failingSinceMs;
    failingSinceMs = undefined;
  }

  async function goOn(): Promise<Metered> {
    while (!stopping.signal.aborted) {
      const askedMs = nowMs();
      const answer = await ask(path, PATIENCE_MS);
      const endedMs = nowMs();
      met.asked += 1;
      const answered =
        answer.kind === "answered" && (failsAnyway || answer.status < firstServerError);
      if (answered) {
        endOutage(endedMs);
        met.slowestMs = Math.max(met.slowestMs, endedMs - askedMs);
      } else {
        met.failed += 1;
        failingSinceMs ??= askedMs;
      }
      await pause(PAUSE_MS);
    }
    endOutage(nowMs());
    return met;
  }

  const all = goOn();
  return {
    stop() {
      stopping.abort();
      return all;
    },
  };
}
