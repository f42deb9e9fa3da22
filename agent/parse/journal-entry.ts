import type { JournalEntry } from "../model/journal.ts";
import { wholeNumber } from "./whole-number.ts";

/**
 * One line of `journalctl --output=json`; undefined for what is no entry, such as a torn line.
 * Never throws.
 *
 * journalctl prints a value as text; as an array of byte values where it holds a control character
 * or is no UTF-8; as null where it is 4,096 bytes or more with its name; and a repeated field as
 * an array of these. Bytes that are no UTF-8 become U+FFFD.
 */
export function parseJournalEntry(line: string): JournalEntry | undefined {
  const object = parseObject(line);
  if (object === undefined) return undefined;
  let message: string | undefined;
  const fields = new Map<string, string>();
  for (const [name, value] of Object.entries(object)) {
    const text = textOf(value);
    if (text === undefined) continue;
    if (name === "MESSAGE") message = text;
    else fields.set(name, text);
  }
  const cursor = fields.get("__CURSOR");
  const bootId = fields.get("_BOOT_ID");
  const receivedMs = milliseconds(fields.get("__REALTIME_TIMESTAMP"));
  const monotonicMs = milliseconds(fields.get("__MONOTONIC_TIMESTAMP"));
  if (cursor === undefined || bootId === undefined) return undefined;
  if (receivedMs === undefined || monotonicMs === undefined) return undefined;
  const atMs = milliseconds(fields.get("_SOURCE_REALTIME_TIMESTAMP")) ?? receivedMs;
  for (const name of addresses) fields.delete(name);
  return { cursor, atMs, monotonicMs, bootId, message, fields };
}

/** What stands in an entry under a name of its own. */
const addresses = [
  "__CURSOR",
  "_BOOT_ID",
  "__REALTIME_TIMESTAMP",
  "__MONOTONIC_TIMESTAMP",
  "_SOURCE_REALTIME_TIMESTAMP",
];

function parseObject(line: string): object | undefined {
  try {
    const parsed: unknown = JSON.parse(line);
    return typeof parsed === "object" && parsed !== null ? parsed : undefined;
  } catch {
    return undefined; // which says that the line is no entry
  }
}

/** The first value of a repeated field is the one that journald's own filters would match too. */
function textOf(value: unknown): string | undefined {
  if (typeof value === "string") return value;
  if (!Array.isArray(value)) return undefined;
  if (value.every(isByte)) return Buffer.from(value).toString("utf8");
  const first: unknown = value[0];
  if (typeof first === "string") return first;
  return Array.isArray(first) && first.every(isByte)
    ? Buffer.from(first).toString("utf8")
    : undefined;
}

function isByte(value: unknown): value is number {
  return typeof value === "number" && Number.isInteger(value) && value >= 0 && value <= 255;
}

function milliseconds(microseconds: string | undefined): number | undefined {
  const value = wholeNumber(microseconds);
  return value === undefined ? undefined : Math.floor(value / 1_000);
}
