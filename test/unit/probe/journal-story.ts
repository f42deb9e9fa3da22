import { expect } from "vitest";
import type { JournalChildEvents } from "../../../agent/probe/journal-child.ts";
import { createJournalFollower } from "../../../agent/probe/journal-follower.ts";
import { fakeClock } from "../run/fake-clock.ts";

/** Of ordinary entries. */
const boot = "5b7d9af496ba41508f60a299fba26aa1";
/** The one after. */
export const nextBoot = "6b7d9af496ba41508f60a299fba26aa2";
const started = "39f53479d3a045ac8e11786248231fbf";

/** The cursor of the n-th entry. */
export function cursorOf(n: number, bootId = boot): string {
  return `s=8b22ba077090490dbb9cb3dc867947ec;i=${n};b=${bootId};m=${n};t=${n};x=${n}`;
}

/** A line of journalctl about the n-th start of the unit. */
export function line(n: number, bootId = boot): string {
  return JSON.stringify({
    __CURSOR: cursorOf(n, bootId),
    __REALTIME_TIMESTAMP: `${n}000`,
    __MONOTONIC_TIMESTAMP: `${n}000`,
    _BOOT_ID: bootId,
    _TRANSPORT: "journal",
    _PID: "1",
    _UID: "0",
    UNIT: "platform.service",
    MESSAGE_ID: started,
    JOB_TYPE: "start",
    MESSAGE: "Started platform.service.",
  });
}

interface FakeChild extends JournalChildEvents {
  readonly parameters: readonly string[];
  readonly killed: string[];
  /** Prints lines, and ends well. */
  finish(...lines: readonly string[]): void;
  /** Ends with these last words. */
  fail(reason: string): void;
}

/** A follower whose journalctls, clock and folders are the test's. */
export function story(
  options: { readonly cursor?: string; readonly units?: readonly string[] } = {},
) {
  const clock = fakeClock();
  const children: FakeChild[] = [];
  const told: string[] = [];
  const cursors: string[] = [];
  let places = "as ever";
  const follower = createJournalFollower(
    {
      units: options.units ?? ["platform.service"],
      cursor: options.cursor,
      onEvent: ({ kind, atMs }) => told.push(`${kind} ${atMs}`),
      onBlind: (reason) => told.push(reason === undefined ? "sees" : `blind: ${reason}`),
      onCursor: (cursor) => cursors.push(cursor),
      accountName: () => undefined,
      clock,
    },
    {
      places: () => places,
      start(parameters, events) {
        const killed: string[] = [];
        const child: FakeChild = {
          ...events,
          parameters,
          killed,
          finish(...lines) {
            for (const one of lines) events.line(one);
            events.ended({ ok: true, reason: "", tooLong: 0 });
          },
          fail: (reason) => events.ended({ ok: false, reason, tooLong: 0 }),
        };
        children.push(child);
        return { pid: 100 + children.length, kill: (signal) => void killed.push(signal) };
      },
    },
  );
  return {
    clock,
    told,
    cursors,
    follower,
    started: () => children.length,
    setPlaces: (next: string) => {
      places = next;
    },
    /** The journalctl that was started last. */
    child(): FakeChild {
      const last = children.at(-1);
      if (last === undefined) throw new Error("no journalctl was started");
      return last;
    },
  };
}

/** The same, following already; the n-th entry is the last of the journal. */
export function following(n = 1, options: Parameters<typeof story>[0] = {}) {
  const told = story(options);
  told.child().finish(line(n));
  expect(told.child().parameters).toContain("--follow");
  return told;
}
