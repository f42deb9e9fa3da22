import type { CutoverAsked } from "../model/cutover-record.ts";
import { askSite, type SiteAnswer, type SitePlace } from "../probe/site-ask.ts";

/** Asks a site all the time, and counts what became of it. */
export interface SiteMeter {
  /** What was met so far; requests under way are not in it. */
  now(): readonly CutoverAsked[];
  /** Asks no more, waits for what is under way, and gives what was met. */
  stop(): Promise<readonly CutoverAsked[]>;
}

/** What a meter works with. */
export interface SiteMeterParts {
  readonly places: readonly SitePlace[];
  /** True for an answer that is as good as those before. */
  readonly isGood: (place: SitePlace, answer: SiteAnswer) => boolean;
  readonly monotonicMs: () => number;
  /** Absent: as a client does. */
  readonly ask?: (place: SitePlace, patienceMs: number) => Promise<SiteAnswer>;
}

const TICK_MS = 5;
const PATIENCE_MS = 15_000;
/** Of the site's own time it takes a tenth of one worker: so much longer it waits than it asked. */
const TIMES_ITS_ANSWER = 10;
const LONGEST_APART_MS = 1_000;
/** Where it fails it is asked after so much of the time that it has failed: that exact is the sum. */
const SHARE_OF_DOWN = 0.02;
/** What is to serve again needs the processors more than who asks. */
const LONGEST_APART_DOWN_MS = 100;
const MOST_REASONS = 8;

/** A meter that begins at once. */
export function startSiteMeter(parts: SiteMeterParts): SiteMeter {
  const asked = parts.places.map((place) => askAgain(place, parts));
  const timer = setInterval(() => {
    for (const one of asked) one.tick();
  }, TICK_MS);
  const now = (): readonly CutoverAsked[] =>
    asked.map(({ place, count }) => ({ through: place.through, ...count.told() }));
  return {
    now,
    async stop() {
      clearInterval(timer);
      await Promise.all(asked.map(({ idle }) => idle()));
      return now();
    },
  };
}

/** One place, asked once at a time, and as often as its answers allow. */
function askAgain(
  place: SitePlace,
  { isGood, monotonicMs, ask = askSite }: SiteMeterParts,
): {
  readonly place: SitePlace;
  readonly count: Count;
  tick(): void;
  idle(): Promise<void>;
} {
  const count = createCount();
  let underWay: Promise<void> | undefined;
  let dueMs = -Infinity;
  let downSinceMs: number | undefined;

  async function askOnce(): Promise<void> {
    const askedAtMs = monotonicMs();
    const answer = await ask(place, PATIENCE_MS);
    const good = isGood(place, answer);
    const nowMs = monotonicMs();
    count.enter(askedAtMs, nowMs - askedAtMs, good ? undefined : whyOf(answer));
    downSinceMs = good ? undefined : (downSinceMs ?? askedAtMs);
    dueMs =
      nowMs +
      (downSinceMs === undefined
        ? restWhileUp(nowMs - askedAtMs)
        : restWhileDown(nowMs - downSinceMs));
  }

  return {
    place,
    count,
    tick() {
      if (underWay !== undefined || monotonicMs() < dueMs) return;
      underWay = askOnce().finally(() => {
        underWay = undefined;
      });
    },
    async idle() {
      await underWay;
    },
  };
}

function restWhileUp(tookMs: number): number {
  return Math.min(tookMs * TIMES_ITS_ANSWER, LONGEST_APART_MS);
}

function restWhileDown(downMs: number): number {
  return Math.min(Math.max(downMs * SHARE_OF_DOWN, TICK_MS), LONGEST_APART_DOWN_MS);
}

function whyOf(answer: SiteAnswer): string {
  return answer.kind === "answered" ? `answered ${answer.status}` : answer.why;
}

interface Count {
  /** `why` it failed; undefined: it did not. */
  enter(askedAtMs: number, tookMs: number, why: string | undefined): void;
  told(): Omit<CutoverAsked, "through">;
}

function createCount(): Count {
  const outcomes: { readonly askedAtMs: number; readonly failed: boolean }[] = [];
  const reasons = new Map<string, number>();
  let slowestMs = 0;
  return {
    enter(askedAtMs, tookMs, why) {
      slowestMs = Math.max(slowestMs, tookMs);
      outcomes.push({ askedAtMs, failed: why !== undefined });
      if (why === undefined) return;
      if (reasons.has(why) || reasons.size < MOST_REASONS) {
        reasons.set(why, (reasons.get(why) ?? 0) + 1);
      }
    },
    told: () => ({
      asked: outcomes.length,
      failed: outcomes.filter(({ failed }) => failed).length,
      downMs: downMsOf(outcomes),
      slowestMs: Math.round(slowestMs),
      failures: [...reasons].map(([why, times]) => ({ why, times })),
    }),
  };
}

/** From each first failure to the next request that did not fail, in the order of asking. */
function downMsOf(
  outcomes: readonly { readonly askedAtMs: number; readonly failed: boolean }[],
): number {
  const inOrder = outcomes.toSorted((one, other) => one.askedAtMs - other.askedAtMs);
  let sum = 0;
  let downSinceMs: number | undefined;
  for (const { askedAtMs, failed } of inOrder) {
    if (failed) downSinceMs ??= askedAtMs;
    else if (downSinceMs !== undefined) {
      sum += askedAtMs - downSinceMs;
      downSinceMs = undefined;
    }
  }
  const last = inOrder.at(-1);
  // it did not come back
  if (downSinceMs !== undefined && last !== undefined) sum += last.askedAtMs - downSinceMs;
  return Math.round(sum);
}
