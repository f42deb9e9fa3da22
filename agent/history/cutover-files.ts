import { readdir } from "node:fs/promises";
import { join, resolve } from "node:path";
import type { CutoverRecord } from "../model/cutover-record.ts";
import type { Read } from "../model/read.ts";
import { writeAtomically } from "./atomic-file.ts";
import { isCutoverRecord, isCutoverUnit, strayPath } from "./cutover-record.ts";
import { makeOwnFolder, readsAsRoots } from "./own-folder.ts";
import { failureOf, malformed, readJson } from "./small-file.ts";

const LARGEST_BYTES = 1_048_576;

/**
 * The folder of cutovers beside a state directory: a record for each unit, and what was put away.
 * Not in it: it belongs to the agent's own user, and root puts back what stands here.
 */
export function cutoverFolder(stateDir: string): string {
  return `${resolve(stateDir)}-cutover`;
}

/**
 * The record of a unit's last cutover. Undefined: there never was one. Whatever cannot be read or
 * is no record is a failure, never "there was none".
 */
export async function readCutover(
  stateDir: string,
  unit: string,
): Promise<Read<CutoverRecord | undefined>> {
  const folder = cutoverFolder(stateDir);
  const path = join(folder, `${unit}.json`);
  if (!isCutoverUnit(unit)) return malformed(path, "its name is not that of a unit");
  const own = await readsAsRoots(folder);
  const read = own.ok ? await readJson(path, LARGEST_BYTES) : own;
  if (!read.ok) return read.failure.kind === "gone" ? { ok: true, value: undefined } : read;
  const record = read.value;
  if (!isCutoverRecord(record)) return malformed(path, "not a cutover of schema 1");
  if (record.unit !== unit) return malformed(path, `it is about ${record.unit}`);
  const stray = strayPath(record, folder);
  if (stray === undefined) return { ok: true, value: record };
  return malformed(path, `it names ${stray}, which no cutover writes`);
}

/** All records, by name of unit, and what could not be read. Never rejects. */
export async function readCutovers(stateDir: string): Promise<Read<readonly CutoverRecord[]>> {
  const folder = cutoverFolder(stateDir);
  const own = await readsAsRoots(folder);
  if (!own.ok) return own.failure.kind === "gone" ? { ok: true, value: [] } : own;
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
  const folder = cutoverFolder(stateDir);
  const stray = strayPath(record, folder);
  if (stray !== undefined) {
    throw new RangeError(`the cutover of ${record.unit} names ${stray}, which none writes`);
  }
  await makeOwnFolder(folder);
  await writeAtomically(folder, `${record.unit}.json`, text);
}
