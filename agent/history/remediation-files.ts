import { join } from "node:path";
import type { Read } from "../model/read.ts";
import type { RemediationRecord } from "../model/remediation.ts";
import { writeAtomically } from "./atomic-file.ts";
import {
  type FolderLimits,
  namesIn,
  removeOver,
  removeUnfinishedIn,
  type UnreadRecord,
} from "./record-folder.ts";
import { remediationFolder } from "./remediation-places.ts";
import { isRemediationId, isRemediationRecord } from "./remediation-record.ts";
import { malformed, readJson } from "./small-file.ts";

const remediationLimits: FolderLimits = { count: 200, totalBytes: 4 * 1_048_576 };
/** Of one record: thousands of processes in its plan. */
const LARGEST_BYTES = 524_288;

/** What stands in the folder of remediations, oldest first. */
export interface StoredRemediations {
  readonly records: readonly RemediationRecord[];
  /** Each of them may be one that was never finished. */
  readonly unread: readonly UnreadRecord[];
}

/** Reads all records. A folder that is not there holds none; rejects when it cannot be read. */
export async function readRemediations(stateDir: string): Promise<StoredRemediations> {
  const folder = remediationFolder(stateDir);
  const records: RemediationRecord[] = [];
  const unread: UnreadRecord[] = [];
  for (const name of await recordNames(folder)) {
    const read = await readRecord(folder, name);
    if (read.ok) records.push(read.value);
    // pruned by another agent since it was listed
    else if (read.failure.kind !== "gone") {
      unread.push({ path: read.failure.what, reason: read.failure.why });
    }
  }
  return { records, unread };
}

/** Those that are under way, or whose agent died at it: the intents to finish or undo. */
export function unfinishedRemediations({
  records,
}: StoredRemediations): readonly RemediationRecord[] {
  return records.filter(({ outcome }) => outcome === null);
}

/**
 * Writes a record: it is on disk, whole, when this resolves. Rejects when it could not be written,
 * and then what was there before still is; also for one that could not be read again, so that no
 * step is ever taken on it.
 */
export async function writeRemediation(stateDir: string, record: RemediationRecord): Promise<void> {
  const text = `${JSON.stringify(record, undefined, 1)}\n`;
  if (!isRemediationRecord(JSON.parse(text))) {
    throw new TypeError(`remediation ${record.id} is no record of schema 1`);
  }
  if (Buffer.byteLength(text) > LARGEST_BYTES) {
    throw new RangeError(`remediation ${record.id} is longer than ${LARGEST_BYTES} bytes`);
  }
  await writeAtomically(remediationFolder(stateDir), `${record.id}.json`, text);
}

/**
 * Removes what is over the limits, the oldest first; what is not finished or cannot be read
 * stays. Also what an agent that was killed in the middle of a write left behind, so only whoever
 * holds the lock may call it. Rejects when something could not be removed.
 */
export async function pruneRemediations(
  stateDir: string,
  limits: FolderLimits = remediationLimits,
): Promise<void> {
  const folder = remediationFolder(stateDir);
  await removeUnfinishedIn(folder);
  await removeOver(folder, await recordNames(folder), limits, async (name) => {
    const read = await readRecord(folder, name);
    return read.ok && read.value.outcome !== null;
  });
}

async function readRecord(folder: string, name: string): Promise<Read<RemediationRecord>> {
  const path = join(folder, name);
  const read = await readJson(path, LARGEST_BYTES);
  if (!read.ok) return read;
  if (!isRemediationRecord(read.value)) return malformed(path, "not a remediation of schema 1");
  if (`${read.value.id}.json` === name) return { ok: true, value: read.value };
  return malformed(path, `its id is ${read.value.id}`);
}

/** Names of records, oldest first: they begin with the time. */
async function recordNames(folder: string): Promise<readonly string[]> {
  const names = await namesIn(folder);
  return names
    .filter((name) => name.endsWith(".json") && isRemediationId(name.slice(0, -5)))
    .toSorted();
}
