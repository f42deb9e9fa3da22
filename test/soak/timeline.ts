import { type Picture, pictureOf } from "./picture.ts";
import type { Observation } from "./truth.ts";

/** A time for which a picture was the same, in milliseconds since 1970. */
export interface Span {
  readonly picture: Picture;
  /** The last look that saw something else, or the first of all: it cannot have begun before. */
  readonly earliestMs: number;
  /** The first and the last look that saw it. */
  readonly fromMs: number;
  readonly untilMs: number;
  /** The first look that saw something else, or the last of all: it cannot have lasted longer. */
  readonly latestMs: number;
}

/** What happened at one place, without holes: each span's latest is the next one's `fromMs`. */
export type Timeline = readonly Span[];

/**
 * The timeline of one place from its observations, in their order. `lookedMs` is when the last
 * look of all was taken, which saw what the last observation says.
 */
export function timelineOf(observations: readonly Observation[], lookedMs: number): Timeline {
  const spans: Span[] = [];
  for (const { fromMs, beforeMs, state } of observations) {
    const picture = pictureOf(state);
    const last = spans.at(-1);
    if (last !== undefined && samePicture(last.picture, picture)) {
      continue;
    }
    const earliestMs = beforeMs ?? fromMs;
    if (last !== undefined) {
      spans.splice(-1, 1, { ...last, untilMs: earliestMs, latestMs: fromMs });
    }
    const endMs = Math.max(fromMs, lookedMs);
    spans.push({ picture, earliestMs, fromMs, untilMs: endMs, latestMs: endMs });
  }
  return spans;
}

function samePicture(one: Picture, other: Picture): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
