import { expect } from "vitest";
import type { JournalEntry, JournalEvent } from "../../../agent/model/journal.ts";
import { parseJournalEntry } from "../../../agent/parse/journal-entry.ts";
import { createEventReader } from "../../../agent/parse/journal-event.ts";
import { fixtureBytes } from "./fixture.ts";

const accounts = new Map([
  [0, "root"],
  [1000, "alice"],
  [1001, "mallory"],
]);

/** The entries of a recording. */
export function entriesOf(name: string): readonly JournalEntry[] {
  const lines = fixtureBytes(`journal/${name}.jsonl`).toString("utf8").trimEnd().split("\n");
  const entries = lines.flatMap((line) => parseJournalEntry(line) ?? []);
  expect(entries).toHaveLength(lines.length);
  return entries;
}

/** What entries tell, in their order. */
export function read(entries: readonly JournalEntry[]): readonly JournalEvent[] {
  const reader = createEventReader((uid) => accounts.get(uid));
  return entries.flatMap((entry) => reader(entry) ?? []);
}

/** An event in a line, without its place. */
export function told({ atMs, monotonicMs, bootId, cursor, ...event }: JournalEvent): string {
  expect(atMs).toBeGreaterThan(1_795_000_000_000);
  expect(monotonicMs).toBeGreaterThan(0);
  expect(bootId).toMatch(/^[0-9a-f]{32}$/);
  expect(cursor).toContain("s=");
  const { kind, ...rest } = event;
  return [kind, ...Object.values(rest)].join(" ");
}

/** An entry with these fields. */
export function entryOf(
  message: string | undefined,
  fields: Readonly<Record<string, string>>,
  over: Partial<JournalEntry> = {},
): JournalEntry {
  return {
    cursor: "s=1",
    atMs: 1_795_370_940_804,
    monotonicMs: 5_000,
    bootId: "5b7d9af496ba41508f60a299fba26aa1",
    message,
    fields: new Map(Object.entries(fields)),
    ...over,
  };
}

/** The fields of journald on an entry of the system manager. */
export const manager = { _TRANSPORT: "journal", _PID: "1", _UID: "0" };
/** The same about a unit. */
export const ofUnit = { ...manager, UNIT: "platform.service" };
