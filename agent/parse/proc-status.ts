import { wholeNumber } from "./whole-number.ts";

/** What /proc/PID/status says beyond /proc/PID/stat. */
export interface ProcStatus {
  readonly effectiveUid: number;
  /** The caught signals 1 to 31 of `SigCgt`, bit 0 is SIGHUP: the same set as in `ProcStat`. */
  readonly caughtSignals: number;
}

// A line starts after "\n" and nowhere else. The kernel escapes "\n" in the process's name
// but not "\r", after which the "m" flag of a RegExp would see a new line.
const uidLine = /(?:^|\n)Uid:\t\d+\t(\d+)\t\d+\t\d+(?:\n|$)/;
const caughtLine = /(?:^|\n)SigCgt:\t([0-9a-f]{8,16})(?:\n|$)/;

/** Reads /proc/PID/status; undefined when the line `Uid:` or `SigCgt:` is missing or odd. */
export function parseProcStatus(text: string): ProcStatus | undefined {
  const effectiveUid = wholeNumber(uidLine.exec(text)?.[1]);
  const caught = caughtLine.exec(text)?.[1];
  if (effectiveUid === undefined || caught === undefined) return undefined;
  // the last eight digits are signals 1 to 32
  const caughtSignals = Number.parseInt(caught.slice(-8), 16) & 0x7fffffff;
  return { effectiveUid, caughtSignals };
}
