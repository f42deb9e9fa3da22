import type { ProcessId } from "./process.ts";

/** What the agent does about a group that should not be there. */
export type RemediationMode =
  | "off" // nothing
  | "dry-run" // everything but the last call of each step
  | "on"; // ends it

/** All modes, in the order in which metrics and texts list them. */
export const remediationModes: readonly RemediationMode[] = ["off", "dry-run", "on"];

/** Why a group is not ended. A label of `onemaster_remediation_refusals_total`. */
export type RefusalReason =
  | "not-confirmed" // it has not lasted for remediation.confirm_for
  | "no-owner" // no living master owns the path: a restart is needed, not a kill
  | "evidence-weak" // who owns the path is known by start times only, or the facts disagree
  | "handover" // an upgrade or a graceful stop is under way on the socket
  | "supervised" // something would start it again
  | "unit-job-running" // systemd starts, stops or reloads a unit of the socket
  | "owner-not-answering"
  | "owner-too-young"
  | "rate-limited"
  | "breaker-open"
  | "not-permitted"
  | "identity-changed" // a process is not, or no more, what the plan says
  | "blind"
  | "paused" // a file `pause` stands in the state directory
  | "locked" // another onemaster acts on this host
  | "no-record"; // what is done could not be written down first

/** All reasons, in the order in which metrics and texts list them. */
export const refusalReasons: readonly RefusalReason[] = [
  "not-confirmed",
  "no-owner",
  "evidence-weak",
  "handover",
  "supervised",
  "unit-job-running",
  "owner-not-answering",
  "owner-too-young",
  "rate-limited",
  "breaker-open",
  "not-permitted",
  "identity-changed",
  "blind",
  "paused",
  "locked",
  "no-record",
];

/** One reason why a group must not be ended now. */
export interface Refusal {
  readonly reason: RefusalReason;
  /** One sentence for people with what was seen, pids and values, and what would help. */
  readonly why: string;
}

/** The steps of ending a group, in their order. */
export type StepName =
  | "link" // a second name for the live socket file, to put it back by
  | "stop-master" // SIGSTOP, then its identity is read again
  | "end-workers" // SIGTERM to its workers, a wait, SIGKILL to what is left below it
  | "end-master" // SIGKILL
  | "verify" // nobody left, the same file at the path, its owner answers
  | "unlink"; // the second name is removed

/** All steps in their order. */
export const stepNames: readonly StepName[] = [
  "link",
  "stop-master",
  "end-workers",
  "end-master",
  "verify",
  "unlink",
];

/** A step as it is planned. */
export interface PlannedStep {
  readonly step: StepName;
  /** The signals it sends, in their order, and to whom as far as is known by now. */
  readonly signals: readonly {
    readonly signal: "SIGSTOP" | "SIGTERM" | "SIGKILL";
    readonly pids: readonly number[];
  }[];
  /** What is done, one sentence for people. */
  readonly text: string;
  /** What is checked before or after it, one sentence; undefined: nothing. */
  readonly check: string | undefined;
}

/** A group that could be ended: what it is, how it would go, and why not. Plain data. */
export interface EndingPlan {
  readonly schema: 1;
  /** The socket's path as in the report. */
  readonly socket: string;
  readonly role: "stale" | "orphaned";
  /** The kernel's boot id: pids and start ticks mean nothing in another boot. */
  readonly bootId: string;
  /** Null: orphaned. */
  readonly master: ProcessId | null;
  readonly workers: readonly ProcessId[];
  /** Descendants that are no workers, such as git. */
  readonly others: readonly number[];
  /** The listener that the group holds. */
  readonly listenerInode: number;
  /** Who serves and must not feel it; null where nobody is known to. */
  readonly owner: { readonly master: ProcessId; readonly listenerInode: number } | null;
  /** The live socket file; null where nothing stands at the path. */
  readonly file: { readonly device: number; readonly inode: number } | null;
  /** How long the workers may take to finish, in milliseconds. */
  readonly graceMs: number;
  /** What the host will get back; null where it could not be read. */
  readonly reclaimableBytes: number | null;
  readonly steps: readonly PlannedStep[];
  /** Empty: it may be carried out. */
  readonly refusals: readonly Refusal[];
}

/** How it ended. A label of `onemaster_remediations_total`. */
export type RemediationOutcome =
  | "ended" // the group is gone, the path is as it was, its owner answers
  | "put-back" // a surprise before anything was ended: all is as it was before
  | "failed" // something is not as it should be: the record says what
  | "dry-run"; // walked through, nothing done

/** All outcomes, in the order in which metrics and texts list them. */
export const remediationOutcomes: readonly RemediationOutcome[] = [
  "ended",
  "put-back",
  "failed",
  "dry-run",
];

/** What became of one step. Each is written down as `begun` before it is taken. */
export interface StepRecord {
  readonly step: StepName | "recover";
  /** ISO 8601 in UTC. */
  readonly at: string;
  readonly result: "begun" | "done" | "skipped" | "failed" | "would-do";
  /** How long it took; null while it is only begun, or its agent died in it. */
  readonly tookMs: number | null;
  /** What was done or seen, one sentence with pids. */
  readonly text: string;
}

/**
 * One attempt to end one group: a file in the state directory. It is written before the first
 * step and before each one, so that an agent that finds one without an outcome knows what its
 * predecessor was at. Times are ISO 8601 in UTC.
 */
export interface RemediationRecord {
  readonly schema: 1;
  /** Unique on this host, sorts by time, fit for a file name: `20261122T175002Z-stale-68`. */
  readonly id: string;
  readonly by: "agent" | "person";
  readonly dryRun: boolean;
  readonly plan: EndingPlan;
  readonly startedAt: string;
  /** Null: under way, or whoever was at it died. */
  readonly endedAt: string | null;
  readonly outcome: RemediationOutcome | null;
  /** How it ended, one sentence; null while it is under way. */
  readonly ending: string | null;
  /** Absolute path of the second name of the live socket file; null: there is none. */
  readonly rescueLink: string | null;
  /** The directory of `rescueLink`: nothing is done in any other. Absent: none could be opened. */
  readonly folder?: { readonly device: number; readonly inode: number };
  /** The master was stopped before the agent came to it, and is left so if it is put back. */
  readonly foundStopped: boolean;
  /** It was decided that all is put back, though a step that ends somebody was begun. */
  readonly puttingBack?: boolean;
  readonly steps: readonly StepRecord[];
  /**
   * All that was seen below the master by the last write, so that an agent that goes on after a
   * crash knows them once their parent is gone. Absent: nothing was about to be ended yet.
   */
  readonly members?: readonly ProcessId[];
  readonly memory: {
    /** What the group held that nobody shares, read again before it was ended. */
    readonly predictedBytes: number | null;
    /** AnonPages and Shmem of /proc/meminfo and used swap, summed. */
    readonly usedBeforeBytes: number | null;
    readonly usedAfterBytes: number | null;
  };
}

/** What the state directory keeps between attempts: one file. */
export interface RemediationState {
  readonly schema: 1;
  /** Attempts in a row that did not end as planned. */
  readonly failuresInARow: number;
  /** Null: closed. ISO 8601 in UTC. */
  readonly breakerOpenedAt: string | null;
  /** Id of the attempt whose outcome is not in the two above; absent: there is none. */
  readonly pending?: string;
  /** When the agent began attempts of its own within the last hours, ISO 8601 in UTC, oldest first. */
  readonly attempts: readonly string[];
}

/** What is kept before the first attempt: the breaker is closed. */
export const noAttempts: RemediationState = {
  schema: 1,
  failuresInARow: 0,
  breakerOpenedAt: null,
  attempts: [],
};

/** What is to be known about remediation beside the attempts; null: could not be read. */
export interface RemediationView {
  readonly mode: RemediationMode;
  /** A file `pause` stands in the state directory. */
  readonly paused: boolean | null;
  /** Two attempts in a row went wrong, and nobody has looked yet. */
  readonly breakerOpen: boolean | null;
  /** Ids of attempts that were begun and neither finished nor put back. */
  readonly unfinished: readonly string[] | null;
}
