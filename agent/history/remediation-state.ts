import { lstatSync } from "node:fs";
import { lstat } from "node:fs/promises";
import { basename } from "node:path";
import type { Read } from "../model/read.ts";
import { noAttempts, type RemediationState } from "../model/remediation.ts";
import { writeAtomically } from "./atomic-file.ts";
import { isCount, isFields, isListOf, isTime } from "./json-checks.ts";
import { pauseFile, remediationStateFile } from "./remediation-places.ts";
import { failureOf, malformed, readJson } from "./small-file.ts";

const LARGEST_BYTES = 65_536;

/**
 * What is kept between attempts. Absent is `noAttempts`; whatever cannot be read or is not
 * what was written is a failure, never `noAttempts`, which would close the breaker.
 */
export async function readRemediationState(stateDir: string): Promise<Read<RemediationState>> {
  const path = remediationStateFile(stateDir);
  const read = await readJson(path, LARGEST_BYTES);
  if (read.ok) {
    if (isState(read.value)) return { ok: true, value: read.value };
    return malformed(path, "not a remediation state of schema 1");
  }
  return read.failure.kind === "gone" ? { ok: true, value: noAttempts } : read;
}

/** Writes it whole; rejects when it could not be written, and then the old one is still there. */
export async function writeRemediationState(
  stateDir: string,
  state: RemediationState,
): Promise<void> {
  const text = `${JSON.stringify(state, undefined, 1)}\n`;
  if (Buffer.byteLength(text) > LARGEST_BYTES) {
    throw new RangeError(`a remediation state of more than ${LARGEST_BYTES} bytes`);
  }
  await writeAtomically(stateDir, basename(remediationStateFile(stateDir)), text);
}

/** Whether a person has paused acting; a failure where that could not be told. Never rejects. */
export async function isPaused(stateDir: string): Promise<Read<boolean>> {
  const path = pauseFile(stateDir);
  try {
    await lstat(path);
    return { ok: true, value: true };
  } catch (error) {
    const failure = failureOf(path, error);
    return failure.kind === "gone" ? { ok: true, value: false } : { ok: false, failure };
  }
}

/** Why nothing may be begun at this very moment; undefined: no pause stands. Never throws. */
export function pauseOf(stateDir: string): string | undefined {
  const path = pauseFile(stateDir);
  try {
    return lstatSync(path, { throwIfNoEntry: false }) === undefined ? undefined : `${path} stands`;
  } catch (error) {
    const { why } = failureOf(path, error);
    return `whether ${path} stands cannot be told: ${why}`;
  }
}

function isState(value: unknown): value is RemediationState {
  return isFields(value, {
    schema: (schema) => schema === 1,
    failuresInARow: isCount,
    breakerOpenedAt: (at) => at === null || isTime(at),
    attempts: isListOf(isTime),
    pending: (id) => id === undefined || typeof id === "string",
  });
}
