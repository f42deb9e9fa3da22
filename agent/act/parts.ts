import type { Eyes, FileNow, Hands } from "../model/acting.ts";
import type { RemediationRecord, StepRecord } from "../model/remediation.ts";

/** The only way in which acting learns or spends time. */
export interface ActClock {
  /** For what people read; may jump either way. */
  readonly wallMs: () => number;
  /** For durations and deadlines; never goes back. */
  readonly monotonicMs: () => number;
  readonly sleep: (ms: number) => Promise<void>;
}

/**
 * A directory that is held open. Whoever owns a directory above it can make its path name another
 * one between two calls; names that are reached through this stay in this very directory.
 */
export interface PinnedFolder {
  readonly device: number;
  readonly inode: number;
  /** A path of a name in it that leads through the open directory, for `Hands`. */
  at(name: string): string;
  /** lstat(2) of a name in it: a symbolic link is `other`. */
  look(name: string): FileNow;
  close(): void;
}

/** What acting works with. */
export interface ActParts {
  readonly eyes: Eyes;
  /** None of them ever throws, nor is one that does caught: only a bug or a test does that. */
  readonly hands: Hands;
  readonly clock: ActClock;
  /** realpath(3): the path without links; undefined: it could not be told. Never throws. */
  readonly realPath: (path: string) => string | undefined;
  /** Opens a directory whose last part is no link; undefined: not possible. Never throws. */
  readonly folder: (path: string) => PinnedFolder | undefined;
  /**
   * Why what goes on is to be stopped, as by a file that appeared, in words for people; undefined:
   * it is not. Asked before the stop and before the first end, and never once that was sent.
   */
  readonly calledOff: () => string | undefined;
  /** Writes the record so that it survives a crash. Rejects when it could not. */
  readonly keep: (record: RemediationRecord) => Promise<void>;
  /** Called with each step as it is begun and once it is over. */
  readonly told: (step: StepRecord) => void;
}
