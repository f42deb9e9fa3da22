import type { Cause } from "./cause.ts";

interface MarkBase {
  /** Number of its line in its file, from 1: lines of one second keep their order. */
  readonly line: number;
  /** As the line says, milliseconds since 1970; to one second. */
  readonly atMs: number;
  /** Who wrote the line. */
  readonly pid: number;
}

/** What a line of gunicorn's error.log tells of the life of a master. */
export type LogMark = MarkBase &
  (
    | { readonly kind: "start" }
    /** `Listening at:`. Addresses as logged; `names` is the pid in brackets, where there is one. */
    | {
        readonly kind: "listen";
        readonly addresses: readonly string[];
        readonly names: number | undefined;
      }
    /** It was told to end: the first thing it then does is to close its listener. */
    | { readonly kind: "stop-signal" }
    /** `upgrade`: it called itself Master.2, the younger side of a USR2 upgrade. */
    | { readonly kind: "down"; readonly upgrade: boolean }
    | { readonly kind: "crash" }
    /** It was told to start its successor, which shares its listener. */
    | { readonly kind: "usr2" }
    /** The younger side of a USR2 upgrade is now alone. */
    | { readonly kind: "promoted" }
    /** The last line that a known master wrote to this file before its next mark. */
    | { readonly kind: "seen" }
    /** A worker saw that its master was dead; when it was booted, where that is known. */
    | { readonly kind: "orphan"; readonly bootedMs: number | undefined }
  );

/** How a master's listening ended. */
export type LifeEnding =
  | "shutdown" // it was told to
  | "crashed" // an exception ended it
  | "killed" // gone without a word, as after SIGKILL: `goneMs` is an upper bound
  | "pid-reused" // gone without a word, and another process got its pid: an upper bound
  | "rebooted" // the host booted: an upper bound
  | "rebound" // HUP made it listen at another address
  | "open"; // no sign of an end

/** A master listening at some addresses, as its error.log tells. */
export interface MasterLife {
  readonly pid: number;
  /** The error.log, as it was named. */
  readonly log: string;
  readonly addresses: readonly string[];
  /** Undefined: the log begins after it. */
  readonly startedMs: number | undefined;
  readonly listeningMs: number;
  /** It was alive and listening then, for certain. Never before `listeningMs`. */
  readonly lastSeenMs: number;
  /** It had closed its listener by then; undefined: nothing says so. Never before `lastSeenMs`. */
  readonly goneMs: number | undefined;
  readonly ending: LifeEnding;
  /** True: the younger side of a USR2 upgrade. */
  readonly successor: boolean;
  /** The master that it was to succeed, where the log tells. */
  readonly successorOf: number | undefined;
}

/** A master that runs now. */
export interface LivingMaster {
  readonly pid: number;
  readonly startedMs: number;
  /** Absolute path of its socket. */
  readonly socket: string;
  readonly unit: string | undefined;
}

/** Where an occurrence was seen. */
export type OccurrenceSource = "error.log" | "journal" | "process";

/** A master of an occurrence. Times are ISO 8601 in UTC. */
export interface OccurrenceMaster {
  readonly pid: number;
  /** Null: not known. */
  readonly startedAt: string | null;
  /** When it began to listen; null: not known. */
  readonly listeningAt: string | null;
  readonly lastSeenAt: string;
  /** Gone by then; null: not known, or it is still there. */
  readonly goneBy: string | null;
  readonly ending: LifeEnding | "still-there";
}

/** A second master came on one address. Times are ISO 8601 in UTC. */
export interface Occurrence {
  /**
   * `proven`: something was heard of a first master after the second one came. `possible`: the
   * first left no last word, so it may have been dead by then.
   */
  readonly certainty: "proven" | "possible";
  readonly sources: readonly OccurrenceSource[];
  /** Absolute path where it is known, else the address as logged; null: only the journal tells. */
  readonly address: string | null;
  readonly unit: string | null;
  readonly beganAt: string;
  /** The first ones stayed for at least so long beside the second one. */
  readonly atLeastSeconds: number;
  /** Null: no bound is known. */
  readonly atMostSeconds: number | null;
  readonly ongoing: boolean;
  /** Those that were there before, oldest first. Empty: not known which survivors they are. */
  readonly first: readonly OccurrenceMaster[];
  /** Null: it is not known which process it is. */
  readonly second: OccurrenceMaster | null;
  readonly cause: Cause;
}

/** One run of apt or dpkg, from apt's history.log. */
export interface AptRun {
  readonly beganMs: number;
  /** Undefined: it was cut short, or it still runs. */
  readonly endedMs: number | undefined;
  /** Undefined: not logged. */
  readonly command: string | undefined;
  /** As logged, such as `alice (1000)`; undefined: not logged. */
  readonly requestedBy: string | undefined;
}
