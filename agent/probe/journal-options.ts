import type { Clock } from "../model/clock.ts";
import type { JournalEvent } from "../model/journal.ts";
import type { StartJournal } from "./journal-child.ts";

/** What to follow, and whom to tell. None of the functions may throw. */
export interface FollowerOptions {
  /** With their suffix. */
  readonly units: readonly string[];
  /** Where the last run ended; undefined: from now on. */
  readonly cursor: string | undefined;
  readonly onEvent: (event: JournalEvent) => void;
  /** A reason: entries may go unseen from now on. Undefined: that is over. Told once a change. */
  readonly onBlind: (reason: string | undefined) => void;
  /** The place to go on from has changed. */
  readonly onCursor: (cursor: string) => void;
  /** The account of a user id; undefined: not known, so lines of sudo by it do not count. */
  readonly accountName: (uid: number) => string | undefined;
  readonly clock: Clock;
}

/** What a follower meets outside; tests have their own. */
export interface FollowerSurroundings {
  readonly start: StartJournal;
  readonly places: () => string;
}

/** Counts since the start; they only grow. */
export interface FollowerTotals {
  /** Times that journalctl ended though nobody had asked it to. */
  readonly ended: number;
  /** Lines that were no entries. */
  readonly malformed: number;
}

/** A journal that is being followed. */
export interface JournalFollower {
  /** Follows these units from where it stands; what they told since then comes first. */
  setUnits(units: readonly string[]): void;
  readonly totals: () => FollowerTotals;
  /** Of the running journalctl; undefined while there is none. */
  readonly pid: () => number | undefined;
  /** Ends journalctl. Once this resolves no function is called any more. */
  stop(): Promise<void>;
}
