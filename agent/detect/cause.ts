import type { Cause, Evidence } from "../model/cause.ts";
import { inOrder, startOf, unitStarts, type UnitStart } from "./cause-starts.ts";
import type { CauseQuestion } from "./cause-question.ts";
import { triggerOf } from "./cause-triggers.ts";
import { isoTime } from "./time.ts";

/**
 * Says how a second master came to be, as far as journal and apt's log prove it. Joined by pid,
 * unit and time; where they do not tell, the trigger is `unknown`. Pure.
 */
export function causeOf(question: CauseQuestion): Cause {
  const events = inOrder(question.events);
  const starts = unitStarts(events);
  const start = startOfSecond(question, starts);
  const unit = start?.unit ?? question.unit;
  const told = triggerOf({ question, events, starts, start, unit });
  const evidence = [...(start === undefined ? [] : startEvidence(start)), ...told.evidence];
  const stop = stopAfterFirst(question, start);
  return {
    trigger: told.trigger,
    by: told.by,
    unit: unit ?? null,
    stoppedAt: stop === undefined ? null : isoTime(stop.stoppedMs),
    survivors: stop?.survivors.map(({ pid }) => pid) ?? [],
    secondStartedAt: isoTime(question.secondStartedMs),
    secondPid: question.secondPid,
    evidence: evidence.toSorted((one, other) => compare(one.at, other.at)),
  };
}

/** Times of one form sort as texts. */
function compare(one: string, other: string): number {
  return one < other ? -1 : Number(one > other);
}

/** The start of the unit that brought the second master; undefined: the journal has none. */
function startOfSecond(
  { unit, secondStartedMs, secondPid, first }: CauseQuestion,
  starts: readonly UnitStart[],
): UnitStart | undefined {
  const pids = new Set(first.map(({ pid }) => pid));
  const own =
    unit === undefined
      ? // some unit's: only one that found the first master in its cgroup
        starts.filter(({ leftovers }) => leftovers.some(({ pid }) => pids.has(pid)))
      : starts.filter((start) => start.unit === unit);
  return startOf(own, secondStartedMs, secondPid);
}

/** The stop that the first master survived: not one from before its time. */
function stopAfterFirst({ first }: CauseQuestion, start: UnitStart | undefined): UnitStart["stop"] {
  const stop = start?.stop;
  if (stop === undefined) return undefined;
  // a second of slack: gunicorn logs whole ones
  const before = first.every(({ startedMs }) => (startedMs ?? -Infinity) > stop.stoppedMs + 1_000);
  return before && first.length > 0 ? undefined : stop;
}

function startEvidence({ unit, stop, leftovers, beganMs }: UnitStart): Evidence[] {
  const evidence: Evidence[] = [];
  if (stop !== undefined) {
    const job = stop.jobType === undefined ? "" : ` (job: ${stop.jobType})`;
    const left = stop.survivors;
    const text =
      left.length === 0
        ? `${unit} was stopped${job}`
        : `${unit} was stopped${job}, and ${processes(left)} remained running`;
    evidence.push({ at: isoTime(stop.stoppedMs), text, source: "journal" });
  }
  const found = leftovers.length === 0 ? "" : `, with ${processes(leftovers)} still in its cgroup`;
  evidence.push({ at: isoTime(beganMs), text: `${unit} was started${found}`, source: "journal" });
  return evidence;
}

/** More are counted only. */
const processesNamed = 12;

function processes(found: readonly { readonly pid: number; readonly comm: string }[]): string {
  const named = found.slice(0, processesNamed).map(({ pid, comm }) => `${pid} (${comm})`);
  const more = found.length - named.length;
  const all = `${named.join(", ")}${more > 0 ? ` and ${more} more` : ""}`;
  return found.length === 1 ? `process ${all}` : `processes ${all}`;
}
