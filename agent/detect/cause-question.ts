import type { Evidence, Trigger } from "../model/cause.ts";
import type { JournalEvent } from "../model/journal.ts";
import type { AptRun } from "../model/occurrence.ts";
import type { UnitStart } from "./cause-starts.ts";

/** A master that was there before the second one. */
export interface FirstMaster {
  readonly pid: number;
  /** Undefined: not known. */
  readonly startedMs: number | undefined;
  /** When it began to listen, which is when its pidfile is there; undefined: not known. */
  readonly listeningMs: number | undefined;
}

/** What is asked about one occurrence, and what is known. */
export interface CauseQuestion {
  /** The unit that the masters belong to; undefined: not known. */
  readonly unit: string | undefined;
  /** When the second master started, or at least when it was there. */
  readonly secondStartedMs: number;
  /** Null: not known. */
  readonly secondPid: number | null;
  readonly first: readonly FirstMaster[];
  /** The journal around the start of the second master, and back to that of the first. */
  readonly events: readonly JournalEvent[];
  readonly aptRuns: readonly AptRun[];
}

/** What is looked at for a trigger. */
export interface TriggerCase {
  readonly question: CauseQuestion;
  /** Oldest first. */
  readonly events: readonly JournalEvent[];
  readonly starts: readonly UnitStart[];
  /** The unit's start that brought the second master. */
  readonly start: UnitStart | undefined;
  readonly unit: string | undefined;
}

/** A trigger that is proved, with what proves it. */
export interface Told {
  readonly trigger: Trigger;
  readonly by: string | null;
  readonly evidence: readonly Evidence[];
}

/** When the unit was stopped and started, or the second master came: the moments to explain. */
export function moments({ question, start }: TriggerCase): readonly number[] {
  const stop = start?.stop;
  return [
    ...(stop === undefined ? [] : [stop.beganMs]),
    start === undefined ? question.secondStartedMs : start.beganMs,
  ];
}
