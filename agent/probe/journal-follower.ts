import type { JournalEntry } from "../model/journal.ts";
import { bootOf, sameEntry } from "../parse/journal-cursor.ts";
import { parseJournalEntry } from "../parse/journal-entry.ts";
import { createEventReader } from "../parse/journal-event.ts";
import { type JournalChild, type JournalEnd, startJournal } from "./journal-child.ts";
import { followParameters, tailParameters } from "./journal-command.ts";
import { blindnessIn, retryMs } from "./journal-ends.ts";
import type { FollowerOptions, FollowerSurroundings, JournalFollower } from "./journal-options.ts";
import { journalPlaces } from "./journal-places.ts";

/** The folders are looked at this often: a removed one makes journalctl deaf without a word. */
const LOOK_MS = 30_000;
/** And a new journalctl is started this often, whatever made the old one deaf. */
const RENEW_MS = 3_600_000;
/** One that lives so long has a journal that it can read. */
const SETTLED_MS = 2_000;
/** So long a journalctl that was asked to end may take. */
const PATIENCE_MS = 2_000;
/** So long the last entry may take to be found, on a disk that is busy. */
const TAIL_MS = 30_000;

const real: FollowerSurroundings = { start: startJournal, places: () => journalPlaces() };

/**
 * Follows the journal through one resident `journalctl --follow` and tells every event after
 * `cursor` once, in the order of the journal, also across restarts of journald, rotation, the end
 * of journalctl and changes of the units. Where there is no journal to be read it says so and
 * tries again.
 */
export function createJournalFollower(
  options: FollowerOptions,
  { start, places }: FollowerSurroundings = real,
): JournalFollower {
  const { clock, onEvent, onBlind, onCursor } = options;
  const read = createEventReader(options.accountName);
  let units = normal(options.units);
  let cursor = options.cursor;
  let bootId = cursor === undefined ? undefined : bootOf(cursor);
  let blind: string | undefined;
  let ended = 0;
  let malformed = 0;
  let quickEnds = 0;
  let stopping = false;
  let child: JournalChild | undefined;
  /** The running child was asked to end. */
  let ending = false;
  /** Why it was, where that is not for another to take its place at once. */
  let refused: string | undefined;
  let whenEnded = nothing;
  let seenPlaces = "";
  let cancelStart = nothing;
  let cancelSettled = nothing;
  let cancelLimit = nothing;
  let cancelLook = nothing;
  let cancelRenew = nothing;

  function setBlind(reason: string | undefined): void {
    if (reason === blind) return;
    blind = reason;
    onBlind(reason);
  }

  function moveTo(next: string): void {
    cursor = next;
    onCursor(next);
  }

  /**
   * Asks for the last entry first: it is the place to go on from where there is none, so that what
   * comes while a child is away is not lost; and where there is no entry at all there is no
   * journal, on which `journalctl --follow` would wait without a word.
   */
  function begin(): void {
    seenPlaces = places();
    runTail();
  }

  function run(parameters: readonly string[], line: (text: string) => void, after: After): void {
    ending = false;
    refused = undefined;
    child = start(parameters, {
      line,
      said(text) {
        const found = blindnessIn(text);
        // such as in one that reads on, but only what this user wrote
        if (found !== undefined) giveUp(found);
      },
      ended(end) {
        child = undefined;
        cancelSettled();
        cancelLimit();
        malformed += end.tooLong;
        if (stopping) whenEnded();
        else if (refused !== undefined) refuse(refused);
        else if (ending) begin();
        else after(end);
      },
    });
  }

  function runTail(): void {
    let last: JournalEntry | undefined;
    const line = (text: string): void => {
      last = readLine(text) ?? last;
    };
    run(tailParameters(undefined), line, (end) => {
      if (!end.ok) return failed(end.reason);
      if (last === undefined) return refuse("no journal");
      if (cursor === undefined) {
        bootId = last.bootId;
        moveTo(last.cursor);
      }
      runFollow();
    });
    cancelLimit = clock.after(TAIL_MS, () => giveUp("journalctl does not answer"));
  }

  function runFollow(): void {
    const from = cursor;
    let first = true;
    const line = (text: string): void => {
      const entry = readLine(text);
      if (entry === undefined) return;
      const known = first && from !== undefined && sameEntry(from, entry.cursor);
      first = false;
      take(entry, known);
    };
    run(followParameters(units, from), line, (end) => {
      ended += 1;
      if (/failed to seek to cursor/i.test(end.reason)) {
        cursor = undefined;
        return failed("the saved place in the journal is not valid: going on from now");
      }
      failed(end.reason);
    });
    cancelSettled = clock.after(SETTLED_MS, settle);
  }

  function readLine(text: string): JournalEntry | undefined {
    const entry = parseJournalEntry(text);
    if (entry === undefined) malformed += 1;
    return entry;
  }

  function take(entry: JournalEntry, known: boolean): void {
    const { atMs, monotonicMs, bootId: boot } = entry;
    if (!known) {
      if (bootId !== undefined && bootId !== boot) {
        onEvent({ kind: "boot", atMs, monotonicMs, bootId: boot, cursor: entry.cursor });
      }
      const event = read(entry);
      if (event !== undefined) onEvent(event);
    }
    bootId = boot;
    moveTo(entry.cursor);
  }

  function settle(): void {
    quickEnds = 0;
    setBlind(undefined);
  }

  function failed(reason: string): void {
    quickEnds += 1;
    // what a single end hides is told from the cursor on by the next child
    if (quickEnds > 1 || cursor === undefined) setBlind(reason);
    startAfter(retryMs(quickEnds, reason));
  }

  function refuse(reason: string): void {
    quickEnds += 1;
    setBlind(reason);
    startAfter(retryMs(quickEnds, reason));
  }

  function startAfter(ms: number): void {
    cancelStart();
    cancelStart = clock.after(ms, begin);
  }

  function giveUp(reason: string): void {
    refused ??= reason;
    endChild();
  }

  function endChild(): void {
    if (ending) return;
    ending = true;
    const asked = child;
    asked?.kill("SIGTERM");
    cancelLimit();
    cancelLimit = clock.after(PATIENCE_MS, () => asked?.kill("SIGKILL"));
  }

  function look(): void {
    cancelLook = clock.after(LOOK_MS, look);
    if (places() !== seenPlaces) restart();
  }

  function renew(): void {
    cancelRenew = clock.after(RENEW_MS, renew);
    restart();
  }

  /** The next child starts when the last line of this one is read, so none comes twice. */
  function restart(): void {
    if (child !== undefined) return endChild();
    cancelStart();
    begin();
  }

  begin();
  cancelLook = clock.after(LOOK_MS, look);
  cancelRenew = clock.after(RENEW_MS, renew);

  return {
    setUnits(next) {
      const wanted = normal(next);
      if (stopping || wanted.join() === units.join()) return;
      units = wanted;
      if (child !== undefined) endChild();
    },
    totals: () => ({ ended, malformed }),
    pid: () => child?.pid,
    async stop() {
      stopping = true;
      for (const cancel of [cancelStart, cancelSettled, cancelLook, cancelRenew]) cancel();
      if (child === undefined) return;
      const over = new Promise<void>((resolve) => {
        whenEnded = resolve;
      });
      endChild();
      await over;
    },
  };
}

type After = (end: JournalEnd) => void;

function normal(units: readonly string[]): readonly string[] {
  return [...new Set(units)].toSorted();
}

function nothing(): void {
  // no timer is running
}
