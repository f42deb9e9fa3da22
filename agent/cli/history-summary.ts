import type { Occurrence } from "../model/occurrence.ts";

/** The occurrences in numbers. */
export function summaryOf(occurrences: readonly Occurrence[]): {
  readonly proven: number;
  readonly confirmedInJournal: number;
  readonly possible: number;
  readonly ongoing: number;
} {
  const proven = occurrences.filter(({ certainty }) => certainty === "proven");
  return {
    proven: proven.length,
    confirmedInJournal: proven.filter(({ sources }) => sources.includes("journal")).length,
    possible: occurrences.length - proven.length,
    ongoing: occurrences.filter(({ ongoing }) => ongoing).length,
  };
}
