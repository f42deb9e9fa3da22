import type { LogMark } from "../model/occurrence.ts";
import { lineReader, type LocalClock } from "./error-log-line.ts";
import { hexBytes, rewriteUtf8 } from "./utf8.ts";

/** What is known of one file of an error.log once its lines were read. */
export interface ErrorLogContent {
  /** In the order of the lines. */
  readonly marks: readonly LogMark[];
  /** The first and the last moment that a line names; undefined: no line of gunicorn is in it. */
  readonly firstMs: number | undefined;
  readonly lastMs: number | undefined;
  readonly lines: number;
  /** Lines that are neither gunicorn's nor the indented rest of one, such as a traceback's. */
  readonly notUnderstood: number;
  /** How often the clock went back by more than lines of several processes get out of order. */
  readonly clockSetBack: number;
  /** Marks that were left out, oldest first, so that memory stays bounded. */
  readonly marksDropped: number;
}

/** Takes the lines of one file, one after the other. */
export interface ErrorLogScan {
  /** A line without its end, one character a byte. */
  add(line: string): void;
  finish(): ErrorLogContent;
}

/** What a scan is told. */
export interface ErrorLogScanOptions {
  /** For lines of gunicorn 19.0 and 19.1, which name no offset from UTC. */
  readonly localClock: LocalClock;
  /** Pids that older files showed to be masters; those of this file are added. */
  readonly masters: Set<number>;
  /** At most so many marks are kept. */
  readonly maxMarks: number;
}

/** Lines of several processes get out of order by less than this; more is a clock set back. */
const disorderMs = 5_000;
/** Boots of workers that are remembered, for when one of them says that its master is dead. */
const bootsKept = 4_096;

/** The rest of a message of several lines, and what a refused start says on its stderr. */
const continuation = /^(?:\s|$|Error: Already running on PID )/;
/** What follows, up to gunicorn's next line, belongs to it. */
const traceback = /^Traceback \(most recent call last\):/;
// how a stop ends in 19.7 and newer when the socket's file is gone already
const lostSocket = /^FileNotFoundError: /;

type Bare = LogMark extends infer Mark
  ? Mark extends LogMark
    ? Omit<Mark, "line">
    : never
  : never;

/**
 * Begins to read one file of an error.log of any gunicorn since 19.0. Pure, but for what it
 * remembers: the same lines give the same content. Never throws.
 */
export function scanErrorLog({ localClock, masters, maxMarks }: ErrorLogScanOptions): ErrorLogScan {
  const readLine = lineReader(localClock);
  const boots = new Map<number, number>();
  const seen = new Map<number, { atMs: number; line: number }>();
  let marks: LogMark[] = [];
  let stopping: number | undefined;
  let inTraceback = false;
  let firstMs: number | undefined;
  let lastMs: number | undefined;
  const counts = { lines: 0, notUnderstood: 0, clockSetBack: 0, marksDropped: 0 };

  function keep(mark: Bare): void {
    if (marks.length >= maxMarks) {
      const half = Math.ceil(maxMarks / 2);
      counts.marksDropped += half;
      marks = marks.slice(half);
    }
    marks.push({ ...mark, line: counts.lines });
  }

  function settle(pid: number): void {
    const last = seen.get(pid);
    if (last !== undefined) marks.push({ kind: "seen", pid, ...last });
    seen.delete(pid);
  }

  function take(pid: number, atMs: number, message: string): void {
    if (message.startsWith("Booting worker with pid: ")) {
      boots.delete(pid);
      boots.set(pid, atMs);
      const [oldest] = boots.keys();
      if (boots.size > bootsKept && oldest !== undefined) boots.delete(oldest);
      return;
    }
    if (message.startsWith("Parent changed, shutting down: ")) {
      keep({ kind: "orphan", pid, atMs, bootedMs: boots.get(pid) });
      return;
    }
    const mark = markOf(message);
    if (mark === undefined) {
      if (masters.has(pid)) seen.set(pid, { atMs, line: counts.lines });
      return;
    }
    masters.add(pid);
    settle(pid);
    if (mark.kind === "stop-signal") stopping = pid;
    keep({ ...mark, pid, atMs });
  }

  function unprefixed(line: string): void {
    inTraceback ||= traceback.test(line);
    if (lostSocket.test(line) && stopping !== undefined && lastMs !== undefined) {
      keep({ kind: "crash", pid: stopping, atMs: lastMs });
      stopping = undefined;
    } else if (!inTraceback && !continuation.test(line)) counts.notUnderstood += 1;
  }

  return {
    add(line) {
      counts.lines += 1;
      const read = readLine(line);
      if (read === undefined) return unprefixed(line);
      inTraceback = false;
      firstMs ??= read.atMs;
      if (lastMs !== undefined && read.atMs < lastMs - disorderMs) counts.clockSetBack += 1;
      lastMs = read.atMs;
      take(read.pid, read.atMs, read.message);
    },
    finish() {
      for (const pid of seen.keys()) settle(pid);
      const inOrder = marks.toSorted((one, other) => one.line - other.line);
      return { marks: inOrder, firstMs, lastMs, ...counts };
    },
  };
}

type Told = Bare extends infer Mark
  ? Mark extends Bare
    ? Omit<Mark, "pid" | "atMs">
    : never
  : never;

/** What a message of a master says; undefined for one that says nothing of its life. */
function markOf(message: string): Told | undefined {
  switch (message.charCodeAt(0)) {
    case 0x53: {
      if (/^Starting gunicorn \S+$/.test(message)) return { kind: "start" };
      const down = /^Shutting down: Master(\.2)?$/.exec(message);
      return down === null ? undefined : { kind: "down", upgrade: down[1] !== undefined };
    }
    case 0x4c:
      return listenOf(message);
    case 0x48:
      return signalOf(message);
    case 0x55:
      return message.startsWith("Unhandled exception in main loop") ? { kind: "crash" } : undefined;
    case 0x4d:
      return message === "Master has been promoted." ? { kind: "promoted" } : undefined;
    default:
      return undefined;
  }
}

function listenOf(message: string): Told | undefined {
  const match = /^Listening at: (.+?)(?: \((\d{1,10})\))?$/.exec(message);
  const [, text, pid] = match ?? [];
  if (text === undefined) return undefined;
  // a bind cannot hold a comma: gunicorn takes it for the next one
  const addresses = text
    .split(",")
    .map((address) =>
      rewriteUtf8(address.trim(), (bytes, character) => character ?? hexBytes(bytes)),
    );
  return { kind: "listen", addresses, names: pid === undefined ? undefined : Number(pid) };
}

function signalOf(message: string): Told | undefined {
  if (/^Handling signal: (?:term|int|quit)$/.test(message)) return { kind: "stop-signal" };
  return message === "Handling signal: usr2" ? { kind: "usr2" } : undefined;
}
