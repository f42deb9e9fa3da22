import { readFile } from "node:fs/promises";
import type { JournalEvent } from "../model/journal.ts";
import type { ReadFailure } from "../model/read.ts";
import { parseAccounts } from "../parse/accounts.ts";
import type { Boot } from "../parse/journal-boots.ts";
import { createEventReader } from "../parse/journal-event.ts";
import { parseProcStat } from "../parse/proc-stat.ts";
import { listBoots, readJournal } from "../probe/journal-read.ts";

/** What the journal tells of a stretch of time. */
export interface JournalPast {
  /** Oldest first. */
  readonly events: readonly JournalEvent[];
  readonly entries: number;
  /** Lines of journalctl that were no entries. */
  readonly malformed: number;
  readonly failures: readonly ReadFailure[];
}

/** What is asked of the journal. */
export interface JournalAsked {
  readonly units: readonly string[];
  /** Undefined: from its begin. */
  readonly sinceMs: number | undefined;
  readonly untilMs: number;
}

/** More are not kept: some 60 MB. A year of a busy host has a tenth of it. */
const mostEvents = 200_000;
/** Between the start of pid 1 and the first entry of its boot. */
const bootSlackMs = 120_000;

/** Reads what the journal has on some units, and on what happens to units. Never rejects. */
export async function readJournalPast({
  units,
  sinceMs,
  untilMs,
}: JournalAsked): Promise<JournalPast> {
  const failures: ReadFailure[] = [];
  const accounts = await accountNames(failures);
  const eventOf = createEventReader((uid) => accounts.get(uid));
  let events: JournalEvent[] = [];
  let entries = 0;
  let malformed = 0;
  let dropped = 0;
  for await (const read of readJournal({ units, sinceMs, untilMs, directory: undefined })) {
    if (read.kind === "gaps") {
      malformed = read.malformed;
      if (read.failure !== undefined) failures.push(read.failure);
      continue;
    }
    entries += 1;
    const event = eventOf(read.entry);
    if (event === undefined) continue;
    events.push(event);
    if (events.length > mostEvents) {
      dropped += mostEvents / 2;
      events = events.slice(mostEvents / 2);
    }
  }
  if (dropped > 0) {
    const why = `the oldest ${dropped} events were left out, to keep memory bounded`;
    failures.push({ kind: "failed", what: "journal", why });
  }
  const boots = failures.length > 0 ? [] : await bootEvents(failures);
  return { events: [...boots, ...events], entries, malformed, failures };
}

async function accountNames(failures: ReadFailure[]): Promise<ReadonlyMap<number, string>> {
  try {
    return parseAccounts(await readFile("/etc/passwd", "latin1"));
  } catch (error) {
    failures.push({ kind: "failed", what: "/etc/passwd", why: String(error) });
    return new Map();
  }
}

async function bootEvents(failures: ReadFailure[]): Promise<readonly JournalEvent[]> {
  const boots = await listBoots(undefined);
  if (!boots.ok) {
    failures.push(boots.failure);
    return [];
  }
  const [oldest, ...others] = boots.value;
  const sure =
    oldest !== undefined && (await isWhole(oldest, others)) ? [oldest, ...others] : others;
  return sure.map(({ bootId, firstMs }) => ({
    kind: "boot",
    atMs: firstMs,
    monotonicMs: 0,
    bootId,
    cursor: "",
  }));
}

/**
 * Of the oldest boot the first entries may have been vacuumed, so that its first one is no boot.
 * It is one for certain where it is the current boot and pid 1 started then.
 */
async function isWhole({ firstMs }: Boot, others: readonly Boot[]): Promise<boolean> {
  if (others.length > 0) return false;
  try {
    const stat = parseProcStat(await readFile("/proc/1/stat", "latin1"));
    const uptimeMs = Number((await readFile("/proc/uptime", "latin1")).split(" ")[0]) * 1_000;
    if (stat === undefined) return false;
    const ageMs = uptimeMs - stat.startTicks * 10;
    return Math.abs(Date.now() - ageMs - firstMs) < bootSlackMs;
  } catch {
    // without /proc nobody can tell, and then it is not said to be one
    return false;
  }
}
