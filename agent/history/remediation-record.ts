import {
  refusalReasons,
  remediationOutcomes,
  type RemediationRecord,
  stepNames,
} from "../model/remediation.ts";
import {
  isBoolean,
  isCount,
  isDuration,
  isFields,
  isListOf,
  isNullOr,
  isOneOf,
  isText,
  isTime,
} from "./json-checks.ts";

/** `20261122T175002Z-stale-68`: sorts by time, and is a file name of its own folder only. */
const idPattern = /^\d{8}T\d{6}Z-[\w-]{1,100}$/;

/** True for an id that is fit for a file name. */
export function isRemediationId(value: unknown): value is string {
  return typeof value === "string" && idPattern.test(value);
}

/**
 * True for a record of schema 1 as this version writes it, down to each field: signals are sent
 * and links put back by what it says. Its outcome and its end come together.
 */
export function isRemediationRecord(value: unknown): value is RemediationRecord {
  const whole = isFields(value, {
    schema: isSchema,
    id: isRemediationId,
    by: isOneOf(["agent", "person"]),
    dryRun: isBoolean,
    plan: isPlan,
    startedAt: isTime,
    endedAt: isNullOr(isTime),
    outcome: isNullOr(isOneOf(remediationOutcomes)),
    ending: isNullOr(isText),
    rescueLink: isNullOr(isAbsolutePath),
    folder: (folder) => folder === undefined || isFile(folder),
    foundStopped: isBoolean,
    puttingBack: (putting) => putting === undefined || isBoolean(putting),
    steps: isListOf(isStep),
    members: (members) => members === undefined || isListOf(isProcessId)(members),
    memory: isMemory,
  });
  if (!whole) return false;
  return isFields(value, { outcome: isNull }) === isFields(value, { endedAt: isNull });
}

function isNull(value: unknown): boolean {
  return value === null;
}

function isSchema(value: unknown): boolean {
  return value === 1;
}

function isPlan(value: unknown): boolean {
  return isFields(value, {
    schema: isSchema,
    socket: isText,
    role: isOneOf(["stale", "orphaned"]),
    bootId: isText,
    master: isNullOr(isProcessId),
    workers: isListOf(isProcessId),
    others: isListOf(isPid),
    listenerInode: isCount,
    owner: isNullOr(isOwner),
    file: isNullOr(isFile),
    graceMs: isDuration,
    reclaimableBytes: isNullOr(isCount),
    steps: isListOf(isPlannedStep),
    refusals: isListOf(isRefusal),
  });
}

function isOwner(value: unknown): boolean {
  return isFields(value, { master: isProcessId, listenerInode: isCount });
}

function isFile(value: unknown): boolean {
  return isFields(value, { device: isCount, inode: isCount });
}

function isPlannedStep(value: unknown): boolean {
  return isFields(value, {
    step: isOneOf(stepNames),
    signals: isListOf(isSignalling),
    text: isText,
    // JSON leaves out what is undefined
    check: (check) => check === undefined || isText(check),
  });
}

function isSignalling(value: unknown): boolean {
  return isFields(value, {
    signal: isOneOf(["SIGSTOP", "SIGTERM", "SIGKILL"]),
    pids: isListOf(isPid),
  });
}

function isRefusal(value: unknown): boolean {
  return isFields(value, { reason: isOneOf(refusalReasons), why: isText });
}

function isStep(value: unknown): boolean {
  return isFields(value, {
    step: isOneOf([...stepNames, "recover"]),
    at: isTime,
    result: isOneOf(["begun", "done", "skipped", "failed", "would-do"]),
    tookMs: isNullOr(isDuration),
    text: isText,
  });
}

function isMemory(value: unknown): boolean {
  return isFields(value, {
    predictedBytes: isNullOr(isCount),
    usedBeforeBytes: isNullOr(isCount),
    usedAfterBytes: isNullOr(isCount),
  });
}

function isProcessId(value: unknown): boolean {
  return isFields(value, { pid: isPid, startTicks: isCount });
}

function isPid(value: unknown): boolean {
  return isCount(value) && Number(value) >= 1;
}

function isAbsolutePath(value: unknown): boolean {
  return typeof value === "string" && value.startsWith("/");
}
