import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import type { IncidentRecord } from "../model/incident-record.ts";
import { writeAtomically } from "./atomic-file.ts";
import {
  type FolderLimits,
  namesIn,
  removeOver,
  removeUnfinishedIn,
  type UnreadRecord,
} from "./record-folder.ts";

/** What the folder of incidents may hold. */
export interface IncidentLimits extends FolderLimits {
  /** Of one record; what is over it is taken from its slice of the journal, then its timeline. */
  readonly recordBytes: number;
}

/** Enough for years of an incident a week; less than the log of one bad day. */
const incidentLimits: IncidentLimits = {
  count: 200,
  totalBytes: 16 * 1_048_576,
  recordBytes: 256 * 1_024,
};

/** What stands in the folder of incidents, oldest first. */
export interface StoredIncidents {
  readonly records: readonly IncidentRecord[];
  readonly unread: readonly UnreadRecord[];
}

/** The folder of incidents in a state directory. */
export function incidentFolder(stateDir: string): string {
  return join(stateDir, "incidents");
}

/** Reads all incidents. A folder that is not there holds none; rejects when it cannot be read. */
export async function readIncidents(stateDir: string): Promise<StoredIncidents> {
  const folder = incidentFolder(stateDir);
  const records: IncidentRecord[] = [];
  const unread: UnreadRecord[] = [];
  for (const name of await incidentNames(folder)) {
    const path = join(folder, name);
    const read = await readIncident(path);
    if ("reason" in read) unread.push({ path, reason: read.reason });
    else records.push(read.record);
  }
  return { records, unread };
}

async function readIncident(
  path: string,
): Promise<{ readonly record: IncidentRecord } | { readonly reason: string }> {
  try {
    if ((await stat(path)).size > 8 * incidentLimits.recordBytes) {
      return { reason: "too long to be an incident" };
    }
    const value: unknown = JSON.parse(await readFile(path, "utf8"));
    return isRecord(value) ? { record: value } : { reason: "not an incident of schema 1" };
  } catch (error) {
    return { reason: reasonOf(error) };
  }
}

/**
 * Writes a record so that a reader, or an agent after a crash, finds the old one or the new one,
 * never a part. Then removes what is over the limits, the oldest closed ones first; open ones
 * stay. Rejects when it could not be written: the old one is then still there.
 */
export async function writeIncident(
  stateDir: string,
  record: IncidentRecord,
  limits: IncidentLimits = incidentLimits,
): Promise<void> {
  const folder = incidentFolder(stateDir);
  await writeAtomically(folder, `${record.id}.json`, textOf(record, limits.recordBytes));
  await removeOver(folder, await incidentNames(folder), limits, async (name) => {
    const read = await readIncident(join(folder, name));
    return !("record" in read && read.record.state === "open");
  });
}

/** Removes what an agent that was killed in the middle of a write left behind. */
export async function removeUnfinished(stateDir: string): Promise<void> {
  await removeUnfinishedIn(incidentFolder(stateDir));
}

/** The record as text within its limit. */
function textOf(record: IncidentRecord, limitBytes: number): string {
  let whole = record;
  for (;;) {
    const text = `${JSON.stringify(whole, undefined, 1)}\n`;
    const { journal, timeline } = whole;
    const fits = Buffer.byteLength(text) <= limitBytes;
    if (fits || (journal.length === 0 && timeline.length <= 2)) return text;
    whole =
      journal.length > 0
        ? { ...whole, journal: journal.slice(Math.ceil(journal.length / 2)) }
        : { ...whole, timeline: timeline.slice(Math.ceil(timeline.length / 2)) };
  }
}

/** Names of incidents, oldest first: they begin with the time. */
async function incidentNames(folder: string): Promise<readonly string[]> {
  const names = await namesIn(folder);
  return names.filter((name) => /^\d{8}T\d{6}Z-[\w-]+\.json$/.test(name)).toSorted();
}

function isRecord(value: unknown): value is IncidentRecord {
  if (typeof value !== "object" || value === null) return false;
  const texts = ["id", "socket", "kind", "bootId", "since", "confirmedAt", "updatedAt"];
  const lists = ["subjects", "journal", "timeline"];
  const at = (key: string): unknown => Reflect.get(value, key);
  return (
    at("schema") === 1 &&
    (at("state") === "open" || at("state") === "closed") &&
    texts.every((key) => typeof at(key) === "string") &&
    lists.every((key) => Array.isArray(at(key))) &&
    typeof at("reports") === "object" &&
    at("reports") !== null
  );
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return "code" in error ? String(error.code) : error.message;
}
