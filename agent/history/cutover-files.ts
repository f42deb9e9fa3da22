import { readdir } from "node:fs/promises";
import { join } from "node:path";
import type { CutoverRecord } from "../model/cutover-record.ts";
import type { Read } from "../model/read.ts";
import { writeAtomically } from "./atomic-file.ts";
import { isCutoverRecord, isCutoverUnit } from "./cutover-record.ts";
import { failureOf, malformed, readJson } from "./small-file.ts";

const LARGEST_BYTES = 1_048_576;

/** The folder of cutovers in a state directory: a record for each unit, and what was put away. */
export function cutoverFolder(stateDir: string): string {
  return join(stateDir, "cutovers");
}

/**
 * The record of a unit's last cutover. Undefined: there never was one. Whatever cannot be read or
 * is no record is a failure, never "there was none".
 */
export async function readCutover(
  stateDir: string,
  unit: string,
): Promise<Read<CutoverRecord | undefined>> {
  const path = join(cutoverFolder(stateDir), `${unit}.json`);
  if (!isCutoverUnit(unit)) return malformed(path, "its name is not that of a unit");
  const read = await readJson(path, LARGEST_BYTES);
  if (!read.ok) return read.failure.kind === "gone" ? { ok: true, value: undefined } : read;
  if (!isCutoverRecord(read.value)) return malformed(path, "not a cutover of schema 1");
  if (read.value.unit === unit) return { ok: true, value: read.value };
  return malformed(path, `it is about ${read.value.unit}`);
}

/** All records, by name of unit, and what could not be read. Never rejects. */
export async function readCutovers(stateDir: string): Promise<Read<readonly CutoverRecord[]>> {
  const folder = cutoverFolder(stateDir);
  let names: readonly string[];
  try {
    names = await readdir(folder);
  } catch (error) {
    const failure = failureOf(folder, error);
    return failure.kind === "gone" ? { ok: true, value: [] } : { ok: false, failure };
  }
  const records: CutoverRecord[] = [];
  for (const name of names.toSorted()) {
    const unit = /^([^.].*)\.json$/.exec(name)?.[1];
    if (unit === undefined) continue;
    const read = await readCutover(stateDir, unit);
    if (!read.ok) return read;
    if (read.value !== undefined) records.push(read.value);
  }
  return { ok: true, value: records };
}

/**
 * Writes a record: it is on disk, whole, when this resolves. Rejects when it could not be written,
 * and then what was there before still is; also for one that could not be read again, so that no
 * step is ever taken on it.
 */
export async function writeCutover(stateDir: string, record: CutoverRecord): Promise<void> {
  const text = `${JSON.stringify(record, undefined, 1)}\n`;
  if (!isCutoverRecord(JSON.parse(text))) {
    throw new TypeError(`the cutover of ${record.unit} is no record of schema 1`);
  }
  if (Buffer.byteLength(text) > LARGEST_BYTES) {
    throw new RangeError(`the record of ${record.unit} is longer than ${LARGEST_BYTES} bytes`);
  }
  await writeAtomically(cutoverFolder(stateDir), `${record.unit}.json`, text);
}
