import type { SeenLife } from "./lifetimes-sightings.ts";
import type { UnitStart } from "./cause-starts.ts";
import { startOf } from "./cause-starts.ts";

/** A master that began to listen while others did, or may have. */
export interface Overlap {
  readonly second: SeenLife;
  /** Those that were there, oldest first; at least one. */
  readonly first: readonly FirstLife[];
}

/** One that was there before. */
export interface FirstLife {
  readonly life: SeenLife;
  /** False: it left no last word, and may have been dead by then. */
  readonly proven: boolean;
  /** True: the journal named it at the second one's start, or later. */
  readonly inJournal: boolean;
}

/**
 * A stop takes a moment to reach a master: one that closes its listener, as told, so soon after
 * the next one came was on its way out, and what was seen is a handover.
 */
const handoverMs = 5_000;
/** The longest time from a unit's start to the listener of its master. */
const startMs = 60_000;
/** gunicorn logs whole seconds. */
const resolutionMs = 1_000;

/**
 * The overlaps of lives on one address. `lives` are in the order in which they began to listen;
 * `starts` are those of the unit they belong to, as far as the journal has them. No overlap is
 * told for the two sides of a USR2 upgrade, for a handover, and for a master that is known to
 * have been gone. Pure.
 */
export function overlapsOf(
  lives: readonly SeenLife[],
  starts: readonly UnitStart[],
): readonly Overlap[] {
  const overlaps: Overlap[] = [];
  let before: SeenLife[] = [];
  for (const second of lives) {
    const start = startOf(starts, second.startedMs ?? second.listeningMs, second.pid);
    const latest = before.at(-1);
    const predecessor = predecessorOf(second, before);
    const first = before.flatMap((life): FirstLife[] => {
      if (life === predecessor || life.pid === second.pid || over(life, second)) return [];
      const inJournal = foundByJournal(life, second, start);
      const proven = inJournal || life.lastSeenMs > second.listeningMs;
      // of those that were not heard of again, only the last one is likely to be there still
      if (!proven && (life !== latest || absent(life, start, starts))) return [];
      return [{ life, proven, inJournal }];
    });
    if (first.length > 0) overlaps.push({ second, first });
    // what was not heard of for as long as a start takes cannot be proved later either
    before = before.filter(({ lastSeenMs }) => lastSeenMs >= second.listeningMs - startMs);
    before.push(second);
  }
  return overlaps;
}

/** True for a master that had closed its listener, or was told to and did within the moment. */
function over(life: SeenLife, second: SeenLife): boolean {
  const { goneMs, ending } = life;
  if (goneMs === undefined) return false;
  // within one second nobody can tell what came first
  if (goneMs < second.listeningMs + resolutionMs) return true;
  return ending === "shutdown" && goneMs - second.listeningMs <= handoverMs;
}

function predecessorOf(second: SeenLife, before: readonly SeenLife[]): SeenLife | undefined {
  if (!second.successor) return undefined;
  const { successorOf } = second;
  return before.findLast((life) =>
    successorOf === undefined ? !over(life, second) : life.pid === successorOf,
  );
}

function foundByJournal(life: SeenLife, second: SeenLife, start: UnitStart | undefined): boolean {
  // its log says nothing of an end, and systemd found it when the second one was started
  if (start?.leftovers.some(({ pid }) => pid === life.pid) === true) return true;
  return life.journalMs !== undefined && life.journalMs >= second.listeningMs;
}

/**
 * True where systemd would have found the first master in the unit's cgroup and did not: it came
 * from a start of that unit, listened before the unit's next start, and was not left over then.
 */
function absent(
  life: SeenLife,
  start: UnitStart | undefined,
  starts: readonly UnitStart[],
): boolean {
  if (start === undefined) return false;
  const own = startOf(starts, life.startedMs ?? life.listeningMs, life.pid);
  return own !== undefined && own !== start && life.listeningMs + resolutionMs < start.beganMs;
}
