import type { JournalEntry, JournalEvent } from "../model/journal.ts";
import { readManagerLine } from "./journal-manager.ts";
import { readSudoLine } from "./journal-sudo.ts";
import { readUnitEntry } from "./journal-unit.ts";
import { wholeNumber } from "./whole-number.ts";

/** What an entry tells; undefined for one that tells nothing, or that anybody could have written. */
export type EventReader = (entry: JournalEntry) => JournalEvent | undefined;

/** systemd says who asked in a line of its own, just before it does what it was asked for. */
const REQUEST_HOLDS_MS = 5_000;

interface Request {
  readonly kind: "manager-reload" | "manager-reexec";
  readonly by: string;
  readonly monotonicMs: number;
  readonly bootId: string;
}

/**
 * Reads entries in the order of the journal, for systemd 252 and newer. `accountName` gives the
 * account of a user id, undefined where it is not known.
 *
 * Fields that begin with an underscore are journald's own; all others are chosen by the sender.
 * So an entry of a unit counts only from pid 1, an out-of-memory kill only from the kernel, and
 * a line of sudo only about the account that journald saw.
 */
export function createEventReader(accountName: (uid: number) => string | undefined): EventReader {
  let request: Request | undefined;

  function fromManager(entry: JournalEntry, message: string): JournalEvent | undefined {
    const unit = entry.fields.get("UNIT");
    if (unit !== undefined) return readUnitEntry(entry, unit, message);
    const line = readManagerLine(message);
    if (line === undefined) return undefined;
    const { bootId, monotonicMs } = entry;
    if (line.step === "asked") {
      request = { kind: line.kind, by: line.by, monotonicMs, bootId };
      return undefined;
    }
    const { kind } = line;
    const asked = request;
    request = undefined;
    const answers =
      asked?.kind === kind &&
      asked.bootId === bootId &&
      Math.abs(monotonicMs - asked.monotonicMs) <= REQUEST_HOLDS_MS;
    return { kind, ...placeOf(entry), by: answers ? asked.by : undefined };
  }

  return (entry) => {
    const { fields, message } = entry;
    if (message === undefined) return undefined;
    switch (fields.get("_TRANSPORT") ?? "none") {
      case "journal":
        return isSystemManager(entry) ? fromManager(entry, message) : undefined;
      case "kernel":
        return fromKernel(entry, message);
      case "syslog":
        return fromSudo(entry, message, accountName);
      default:
        return undefined;
    }
  };
}

function isSystemManager({ fields }: JournalEntry): boolean {
  return fields.get("_PID") === "1" && fields.get("_UID") === "0";
}

/** The kernel's words since 4.20, and those before it, which had no cause in front. */
const oomKill =
  /^(?:(?:Memory cgroup out|Out) of memory(?: \(\w+\))?: )?Killed process (\d+) \((.*)\),? (?:UID \d+, )?total-vm:/;

function fromKernel(entry: JournalEntry, message: string): JournalEvent | undefined {
  // root may write to /dev/kmsg, under any facility but the kernel's
  const facility = entry.fields.get("SYSLOG_FACILITY") ?? "0";
  const [, pidText, comm = ""] = oomKill.exec(message) ?? [];
  const pid = wholeNumber(pidText);
  if (facility !== "0" || pid === undefined) return undefined;
  return { kind: "kernel-oom", ...placeOf(entry), pid, comm };
}

function fromSudo(
  entry: JournalEntry,
  message: string,
  accountName: (uid: number) => string | undefined,
): JournalEvent | undefined {
  if (entry.fields.get("_EXE") !== "/usr/bin/sudo") return undefined;
  const line = readSudoLine(message);
  const uid = wholeNumber(entry.fields.get("_UID"));
  if (line === undefined || uid === undefined || accountName(uid) !== line.user) return undefined;
  return { kind: "sudo", ...placeOf(entry), ...line };
}

function placeOf({ atMs, monotonicMs, bootId, cursor }: JournalEntry): {
  readonly atMs: number;
  readonly monotonicMs: number;
  readonly bootId: string;
  readonly cursor: string;
} {
  return { atMs, monotonicMs, bootId, cursor };
}
