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

/** From one request to the next, each place in its turn. */
const EVERY_MS = 5;
const PATIENCE_MS = 15_000;
/** A site that answers nothing must not be asked ever more at once. */
const MOST_AT_ONCE = 64;
const MOST_REASONS = 8;

/** A meter that begins at once. */
export function startSiteMeter(parts: SiteMeterParts): SiteMeter {
  const { places, isGood, monotonicMs, ask = askSite } = parts;
  const counts = places.map(() => createCount());
  const underWay = new Set<Promise<void>>();
  let turn = 0;

  async function askOnce(place: SitePlace, count: Count): Promise<void> {
    const askedAtMs = monotonicMs();
    const answer = await ask(place, PATIENCE_MS);
    count.enter(askedAtMs, isGood(place, answer) ? undefined : whyOf(answer));
  }

  const timer = setInterval(() => {
    const at = turn % Math.max(1, places.length);
    turn += 1;
    const [place, count] = [places[at], counts[at]];
    if (place === undefined || count === undefined || underWay.size >= MOST_AT_ONCE) return;
    const asking = askOnce(place, count).finally(() => underWay.delete(asking));
    underWay.add(asking);
  }, EVERY_MS);

  const now = (): readonly CutoverAsked[] =>
    places.map(({ through }, at) => ({ through, ...(counts[at] ?? createCount()).told() }));
  return {
    now,
    async stop() {
      clearInterval(timer);
      await Promise.all(underWay);
      return now();
    },
  };
}

function whyOf(answer: SiteAnswer): string {
  return answer.kind === "answered" ? `answered ${answer.status}` : answer.why;
}

interface Count {
  /** `why` it failed; undefined: it did not. */
  enter(askedAtMs: number, why: string | undefined): void;
  told(): Omit<CutoverAsked, "through">;
}

function createCount(): Count {
  const outcomes: { readonly askedAtMs: number; readonly failed: boolean }[] = [];
  const reasons = new Map<string, number>();
  return {
    enter(askedAtMs, why) {
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
