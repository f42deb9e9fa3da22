import { parseLogTime } from "./error-log-time.ts";

/** A line that gunicorn wrote itself, in the format it has unless `logconfig` says otherwise. */
export interface ErrorLogLine {
  readonly atMs: number;
  readonly pid: number;
  readonly message: string;
}

/** Finds the UTC of a wall clock that was written without its offset. */
export type LocalClock = (wallMs: number) => number;

// 19.1.1 and newer: `[2026-11-22 18:04:26 +0000] [123] [INFO] text`; before: no offset, no brackets
const prefix =
  /^\[?(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?: [+-]\d{4})?)\]? \[(\d{1,10})\] \[(?:DEBUG|INFO|WARNING|ERROR|CRITICAL)\] /;

/**
 * Gives a function that reads lines, one character a byte and without line end; undefined for a
 * line without gunicorn's own prefix. Neighbouring lines share their second, so that it is worked
 * out once.
 */
export function lineReader(localClock: LocalClock): (line: string) => ErrorLogLine | undefined {
  let lastStamp = "";
  let lastMs: number | undefined;
  return (line) => {
    const [all, stamp, pid] = prefix.exec(line) ?? [];
    if (all === undefined || stamp === undefined) return undefined;
    if (stamp !== lastStamp) {
      lastStamp = stamp;
      lastMs = utcMs(stamp, localClock);
    }
    if (lastMs === undefined) return undefined;
    return { atMs: lastMs, pid: Number(pid), message: line.slice(all.length) };
  };
}

function utcMs(stamp: string, localClock: LocalClock): number | undefined {
  const time = parseLogTime(stamp);
  if (time === undefined) return undefined;
  return time.offsetMs === undefined ? localClock(time.wallMs) : time.wallMs - time.offsetMs;
}
