import { wholeNumber } from "./whole-number.ts";

/** What /proc/PID/stat says. Readable by every user, whoever owns the process. */
export interface ProcStat {
  readonly pid: number;
  /** Chosen by the process, at most 15 bytes: may hold blanks, parentheses and newlines. */
  readonly comm: string;
  /** One letter, see proc_pid_stat(5): `R`, `S`, `D`, `T`, `Z` and so on. */
  readonly state: string;
  /** 0 for pid 1, for kernel threads' parent and for a parent in another pid namespace. */
  readonly parentPid: number;
  readonly threads: number;
  /** Field 22: clock ticks (100 a second) after boot. */
  readonly startTicks: number;
  readonly rssPages: number;
  /**
   * Field 34, `sigcatch`: the caught signals 1 to 31, bit 0 is SIGHUP. The kernel masks
   * the set with 0x7fffffff before it prints it (do_task_stat in fs/proc/array.c).
   */
  readonly caughtSignals: number;
}

// places of the fields of proc_pid_stat(5) after the last ")", where field 3 comes first
const parentPidAt = 4 - 3;
const threadsAt = 20 - 3;
const startTicksAt = 22 - 3;
const rssPagesAt = 24 - 3;
const caughtSignalsAt = 34 - 3;

/**
 * Reads /proc/PID/stat; undefined when a needed field is missing or no whole number.
 * `comm` may hold blanks and parentheses, so the fields are counted from the last ")",
 * never from the start of the line.
 */
export function parseProcStat(text: string): ProcStat | undefined {
  const open = text.indexOf(" (");
  const close = text.lastIndexOf(") ");
  if (open < 0 || close < open + 2) return undefined;
  const fields = text
    .slice(close + 2)
    .trimEnd()
    .split(" ");
  const state = fields[0];
  const pid = wholeNumber(text.slice(0, open));
  const parentPid = wholeNumber(fields[parentPidAt]);
  const threads = wholeNumber(fields[threadsAt]);
  const startTicks = wholeNumber(fields[startTicksAt]);
  const rssPages = wholeNumber(fields[rssPagesAt]);
  const caughtSignals = wholeNumber(fields[caughtSignalsAt]);
  if (
    state === undefined ||
    !/^[A-Za-z]$/.test(state) ||
    pid === undefined ||
    parentPid === undefined ||
    threads === undefined ||
    startTicks === undefined ||
    rssPages === undefined ||
    caughtSignals === undefined
  ) {
    return undefined;
  }
  const comm = text.slice(open + 2, close);
  return { pid, comm, state, parentPid, threads, startTicks, rssPages, caughtSignals };
}
