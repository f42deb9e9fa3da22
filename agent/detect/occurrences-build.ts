import type { JournalEvent } from "../model/journal.ts";
import type {
  AptRun,
  Occurrence,
  OccurrenceMaster,
  OccurrenceSource,
} from "../model/occurrence.ts";
import type { FirstMaster } from "./cause-question.ts";
import { causeOf } from "./cause.ts";
import type { SeenLife } from "./lifetimes-sightings.ts";
import type { JournalOccurrence } from "./occurrences-journal.ts";
import type { Overlap } from "./overlaps.ts";
import { isoTime } from "./time.ts";

/** What belongs to an overlap. */
export interface OverlapContext {
  readonly address: string;
  readonly unit: string | undefined;
  /** Oldest first. */
  readonly events: readonly JournalEvent[];
  readonly aptRuns: readonly AptRun[];
}

/** A stop may lie long before the start that made the second master. */
const beforeMs = 7 * 86_400_000;
const afterMs = 60_000;
/** A master that was told to end has its workers finish first, and is then gone. */
const drainMs = 60_000;

/** The occurrence that an overlap of two lives is. */
export function fromOverlap({ second, first }: Overlap, context: OverlapContext): Occurrence {
  const { address, unit, events, aptRuns } = context;
  const proven = first.filter((one) => one.proven);
  const lives = (proven.length > 0 ? proven : first).map(({ life }) => life);
  const living = lives.some((life) => life.living !== undefined);
  const cause = causeOf({
    unit,
    secondStartedMs: second.startedMs ?? second.listeningMs,
    secondPid: second.pid,
    first: lives.map(firstMaster),
    events: around(events, second.startedMs ?? second.listeningMs),
    aptRuns,
  });
  const sources: readonly (OccurrenceSource | false)[] = [
    "error.log",
    first.some(({ inJournal }) => inJournal) && "journal",
    living && "process",
  ];
  return {
    certainty: proven.length > 0 ? "proven" : "possible",
    sources: sources.filter((source) => source !== false),
    address,
    unit: cause.unit,
    beganAt: isoTime(second.listeningMs),
    atLeastSeconds: seconds(Math.max(...lives.map((life) => beside(life.lastSeenMs, second)))),
    atMostSeconds: bound(lives, second),
    ongoing: living && second.goneMs === undefined,
    first: first.map(({ life }) => master(life)),
    second: master(second),
    cause,
  };
}

function firstMaster({ pid, startedMs, listeningMs }: SeenLife): FirstMaster {
  return { pid, startedMs, listeningMs };
}

/** How long a master that was seen at `untilMs` had then been beside the second one. */
function beside(untilMs: number, { listeningMs, lastSeenMs, goneMs }: SeenLife): number {
  // an upper bound is no end: the second one, too, may be silent and alive
  const endMs = goneMs === lastSeenMs ? goneMs : Infinity;
  return Math.max(0, Math.min(untilMs, endMs) - listeningMs);
}

function bound(lives: readonly SeenLife[], { listeningMs, goneMs }: SeenLife): number | null {
  const last = Math.max(...lives.map((life) => life.goneMs ?? Infinity));
  const endMs = Math.min(last, goneMs ?? Infinity);
  return endMs === Infinity ? null : seconds(Math.max(0, endMs - listeningMs));
}

function seconds(ms: number): number {
  return Math.floor(ms / 1_000);
}

function master(life: SeenLife): OccurrenceMaster {
  return {
    pid: life.pid,
    startedAt: life.startedMs === undefined ? null : isoTime(life.startedMs),
    listeningAt: isoTime(life.listeningMs),
    lastSeenAt: isoTime(life.lastSeenMs),
    goneBy: life.goneMs === undefined ? null : isoTime(life.goneMs),
    ending: life.living === undefined ? life.ending : "still-there",
  };
}

function around(events: readonly JournalEvent[], atMs: number): readonly JournalEvent[] {
  return events.filter((event) => event.atMs >= atMs - beforeMs && event.atMs <= atMs + afterMs);
}

/** The occurrence that the journal alone tells of. */
export function fromJournal(
  { start, masters, lastSeenMs, living }: JournalOccurrence,
  events: readonly JournalEvent[],
  aptRuns: readonly AptRun[],
): Occurrence {
  const titled = masters.filter(({ comm }) => comm.startsWith("gunicorn: "));
  return {
    certainty: lastSeenMs - start.beganMs >= drainMs ? "proven" : "possible",
    sources: living.length === 0 ? ["journal"] : ["journal", "process"],
    address: living[0]?.socket ?? null,
    unit: start.unit,
    beganAt: isoTime(start.startedMs),
    atLeastSeconds: seconds(Math.max(0, lastSeenMs - start.startedMs)),
    atMostSeconds: null,
    ongoing: living.length > 0,
    first: (living.length > 0 ? living : titled).map(({ pid }) => {
      const runs = living.find((one) => one.pid === pid);
      return {
        pid,
        startedAt: runs === undefined ? null : isoTime(runs.startedMs),
        listeningAt: null,
        lastSeenAt: isoTime(lastSeenMs),
        goneBy: null,
        ending: runs === undefined ? ("open" as const) : ("still-there" as const),
      };
    }),
    second: null,
    cause: causeOf({
      unit: start.unit,
      secondStartedMs: start.beganMs,
      secondPid: null,
      first: masters.map(({ pid }) => ({
        pid,
        startedMs: living.find((one) => one.pid === pid)?.startedMs,
        listeningMs: undefined,
      })),
      events: around(events, start.beganMs),
      aptRuns,
    }),
  };
}
