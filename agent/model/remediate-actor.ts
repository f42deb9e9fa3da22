import type { ProcessId } from "./process.ts";
import type {
  EndingPlan,
  Refusal,
  RefusalReason,
  RemediationRecord,
  RemediationState,
  StepRecord,
} from "./remediation.ts";
import type { Report } from "./report.ts";
import type { Settings } from "./settings.ts";

/** Reasons that pass by waiting: acting for a person waits for them, instead of refusing. */
export const passingReasons: readonly RefusalReason[] = ["not-confirmed", "owner-too-young"];

/** A pidfile that names no living master, and whose unit's stop depends on it. Plain data. */
export interface PidfileRepair {
  /** The socket's path as in the report. */
  readonly socket: string;
  /** Absolute path of the pidfile. */
  readonly path: string;
  /** The one master that serves: its pid is what would be written. */
  readonly master: ProcessId;
  /** What is wrong with the file now, for people: `missing`, `names pid 9, which is dead`. */
  readonly found: string;
  /** Empty: it may be written. */
  readonly refusals: readonly Refusal[];
}

/** What one look at the host found to do. */
export interface ThingsToDo {
  readonly report: Report;
  readonly plans: readonly EndingPlan[];
  readonly repairs: readonly PidfileRepair[];
  /** Attempts without an outcome: under way at this moment, or left by one who died at it. */
  readonly unfinished: readonly RemediationRecord[];
  /** Records that could not be read, each of which may be unfinished: one text each for people. */
  readonly unread?: readonly string[];
}

/** What is told while groups are ended, in the order in which it happens. */
export interface ActingTold {
  /** It waits, for what: one text for people. */
  waiting(text: string): void;
  /** This group is begun with, after a fresh look. */
  planned(plan: EndingPlan): void;
  /** A step is begun, then again how it went. */
  step(step: StepRecord): void;
  /** An attempt is over, one of an agent that died included. */
  finished(record: RemediationRecord): void;
  /** This group is left alone; its plan says why. */
  refused(plan: EndingPlan): void;
  /** A pidfile was written, or would have been: what was done, one text for people. */
  repaired(path: string, text: string): void;
  /** A pidfile was left as it is: why, one sentence for people. */
  notRepaired(path: string, why: string): void;
}

/** How groups are to be ended. */
export interface ActingOptions {
  /** Walk through everything, send nothing but signal 0, change nothing on the host. */
  readonly dryRun: boolean;
  /** Aborts: end at the next point where nothing is left half done. */
  readonly signal: AbortSignal;
}

/** What `onemaster remediate` lets the host do: plan, act, and close the breaker. */
export interface RemediateActor {
  /** One fresh look, and what follows from it. Changes nothing. */
  plan(settings: Settings): Promise<ThingsToDo>;
  /**
   * Ends one group after the other, each after a fresh look, and repairs pidfiles. Gives the
   * records of all attempts, of those too that it found unfinished and brought to an end.
   */
  act(
    settings: Settings,
    options: ActingOptions,
    told: ActingTold,
  ): Promise<readonly RemediationRecord[]>;
  /** Ids of attempts that have no outcome now: others may have brought theirs to an end. */
  unfinished(settings: Settings): Promise<readonly string[]>;
  /** Closes the breaker. `was` is what was kept before; undefined: nothing was kept. */
  resetBreaker(settings: Settings): Promise<{ readonly was: RemediationState | undefined }>;
}
