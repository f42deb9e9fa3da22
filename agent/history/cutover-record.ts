import { cutoverSteps } from "../model/cutover.ts";
import { type CutoverRecord, cutoverUndoSteps } from "../model/cutover-record.ts";
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

/** `platform.service`: fit for a file name, and for a word of a command line. */
const unitPattern = /^[\w:.\\@][\w:.\\@-]{0,200}\.(?:service|socket|scope)$/;

/** True for the name of a unit that a record may be about, and a file be named after. */
export function isCutoverUnit(value: unknown): value is string {
  return typeof value === "string" && unitPattern.test(value) && !value.includes("..");
}

/**
 * True for a record of schema 1 as this version writes it, down to each field that something is
 * done by: files are removed, put back and linked by what it says.
 */
export function isCutoverRecord(value: unknown): value is CutoverRecord {
  const whole = isFields(value, {
    schema: (schema) => schema === 1,
    unit: isCutoverUnit,
    bootId: isText,
    mode: isOneOf(["live", "clean"]),
    socketActivation: isBoolean,
    target: isTarget,
    startedAt: isTime,
    endedAt: isNullOr(isTime),
    outcome: isNullOr(isOneOf(["done", "undone", "rolled-back", "failed"])),
    ending: isNullOr(isText),
    undoing: isNullOr(isOneOf(["surprise", "rollback"])),
    served: isNullOr((served) => isFields(served, { master: isProcessId, listenerInode: isCount })),
    keptName: isNullOr(isAbsolutePath),
    folderMode: isNullOr(isCount),
    aside: isListOf(isProcessId),
    scriptSha256: isNullOr(isHash),
    scriptRanIn: (boot) => boot === undefined || isNullOr(isText)(boot),
    statusBefore: (before) =>
      isFields(before, { socket: isNullOr(isCount), nginx: isNullOr(isCount) }),
    steps: isListOf(isStep),
    measured: isNullOr(isListOf(isAsked)),
  });
  if (!whole) return false;
  return isFields(value, { outcome: isNull }) === isFields(value, { endedAt: isNull });
}

const nativeFile =
  /^\/etc\/(?:systemd\/system\/[\w:.\\@-]+\.(?:service|socket)|default\/[\w:.\\@-]+-native)$/;
const initScript = /^\/etc\/(?:rc\.d\/)?init\.d\/[\w:.+@-]+$/;
const startLink = /^\/etc\/(?:rc\.d\/)?rc[0-6S]\.d\/[SK][\w:.+@-]+$/;
const keptNamePattern = /^\/(?:.*\/)?\.[^/]+\.onemaster-\d+$/;

/** A path of the record that no cutover has to do with; undefined: there is none. Pure. */
export function strayPath({ target, keptName }: CutoverRecord, folder: string): string | undefined {
  const { files, old, backup } = target;
  if (backup !== `${folder}/${old.unit}.backup`) return backup;
  if (old.initScript !== null && !initScript.test(old.initScript)) return old.initScript;
  if (keptName !== null && !keptNamePattern.test(keptName)) return keptName;
  return (
    files.find(({ path }) => !nativeFile.test(path))?.path ??
    old.links.find(({ path }) => !startLink.test(path))?.path
  );
}

function isTarget(value: unknown): boolean {
  return isFields(value, {
    service: (service) =>
      isFields(service, {
        name: isCutoverUnit,
        program: isAbsolutePath,
        words: isListOf(isText),
        app: isText,
        workers: isCount,
        stopTimeoutMs: isDuration,
      }),
    socket: (socket) =>
      isFields(socket, {
        path: isAbsolutePath,
        file: isNullOr(isFile),
        mode: isCount,
        uid: isNullOr(isCount),
        gid: isNullOr(isCount),
        url: isText,
      }),
    nginx: isNullOr((nginx) => isFields(nginx, { url: isText, host: isNullOr(isText) })),
    old: isOld,
    files: isListOf((file) =>
      isFields(file, { path: isAbsolutePath, mode: isCount, secret: isBoolean, sha256: isHash }),
    ),
    enable: isListOf(isCutoverUnit),
    start: isListOf(isCutoverUnit),
    ownership: isListOf((one) => isFields(one, { path: isAbsolutePath, from: isIds, to: isIds })),
    scope: isCutoverUnit,
    backup: isAbsolutePath,
  });
}

function isOld(value: unknown): boolean {
  return isFields(value, {
    unit: isCutoverUnit,
    kind: isOneOf(["sysv", "no-unit"]),
    initScript: isNullOr(isAbsolutePath),
    links: isListOf((link) => isFields(link, { path: isAbsolutePath, target: isText })),
    pidfile: isNullOr((file) => isFields(file, { path: isAbsolutePath })),
  });
}

function isStep(value: unknown): boolean {
  return isFields(value, {
    step: isOneOf([...cutoverSteps, ...cutoverUndoSteps, "recover"]),
    at: isTime,
    result: isOneOf(["begun", "done", "skipped", "failed"]),
    tookMs: isNullOr(isDuration),
    text: isText,
  });
}

function isAsked(value: unknown): boolean {
  return isFields(value, {
    through: isOneOf(["socket", "nginx"]),
    asked: isCount,
    failed: isCount,
    downMs: isDuration,
    slowestMs: isDuration,
    failures: isListOf((one) => isFields(one, { why: isText, times: isCount })),
  });
}

function isNull(value: unknown): boolean {
  return value === null;
}

function isFile(value: unknown): boolean {
  return isFields(value, { device: isCount, inode: isCount });
}

function isIds(value: unknown): boolean {
  return isFields(value, { uid: isCount, gid: isCount });
}

function isHash(value: unknown): boolean {
  return typeof value === "string" && /^[0-9a-f]{64}$/.test(value);
}

function isProcessId(value: unknown): boolean {
  return isFields(value, { pid: (pid) => isCount(pid) && Number(pid) >= 2, startTicks: isCount });
}

function isAbsolutePath(value: unknown): boolean {
  return typeof value === "string" && value.startsWith("/") && !value.includes("\0");
}
