import { rm } from "node:fs/promises";
import { join } from "node:path";
import type { ToldTarget } from "../model/alert.ts";
import type { Read } from "../model/read.ts";
import { writeAtomically } from "./atomic-file.ts";
import { isFields, isListOf, isNullOr, isText } from "./json-checks.ts";
import { malformed, readJson } from "./small-file.ts";

const NAME = "alerts.json";
const MOST_BYTES = 4_194_304;

/** The file of a state directory in which stands who was told of which alert. */
export function alertFile(stateDir: string): string {
  return join(stateDir, NAME);
}

/** What an earlier agent has told, or was about to tell; nothing where there is no file. */
export async function readAlerts(stateDir: string): Promise<Read<readonly ToldTarget[]>> {
  const path = alertFile(stateDir);
  const read = await readJson(path, MOST_BYTES);
  if (!read.ok) return read.failure.why === "ENOENT" ? { ok: true, value: [] } : read;
  return isAlertFile(read.value)
    ? { ok: true, value: read.value.targets }
    : malformed(path, "not alerts of schema 1");
}

/**
 * Writes what was told, whole or not at all; where that is nothing there is no file. Rejects when
 * it could not be written: the old file is then still there.
 */
export async function writeAlerts(stateDir: string, targets: readonly ToldTarget[]): Promise<void> {
  const some = targets.filter(({ alerts }) => alerts.length > 0);
  if (some.length === 0) await rm(alertFile(stateDir), { force: true });
  else await writeAtomically(stateDir, NAME, `${JSON.stringify({ schema: 1, targets: some })}\n`);
}

interface AlertFile {
  readonly targets: readonly ToldTarget[];
}

function isAlertFile(value: unknown): value is AlertFile {
  return isFields(value, { schema: (schema) => schema === 1, targets: isListOf(isTarget) });
}

function isTarget(value: unknown): boolean {
  return isFields(value, { url: isHttpUrl, alerts: isListOf(isAlert) });
}

function isAlert(value: unknown): boolean {
  return isFields(value, {
    labels: isTexts,
    annotations: (all) =>
      isTexts(all) && isFields(all, { summary: isText, description: isText, runbook_url: isText }),
    startsAtMs: isWallClock,
    endsAtMs: isNullOr(isWallClock),
  });
}

function isHttpUrl(value: unknown): boolean {
  return typeof value === "string" && /^https?:\/\//.test(value) && URL.canParse(value);
}

function isTexts(value: unknown): boolean {
  return isFields(value, {}) && Object.values(value ?? {}).every(isText);
}

/** A time of which an ISO date can be made, with years of four digits. */
function isWallClock(value: unknown): boolean {
  return typeof value === "number" && value >= 0 && value < Date.UTC(9999, 0);
}
