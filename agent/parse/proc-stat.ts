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

/**
 * Fields 1 to 34 of proc_pid_stat(5). `comm` may hold ") " as well, so it is taken as long as
 * the rest allows; the fields after it are numbers. One expression instead of fifty strings:
 * this runs for every process of the host.
 */
const fields1to34 =
  /^(\d+) \(([^]*)\) ([A-Za-z]) (\d+)(?: -?\d+){15} (\d+) -?\d+ (\d+) \d+ (\d+)(?: \d+){9} (\d+)(?=\s|$)/;

/**
 * Reads /proc/PID/stat; undefined when a needed field is missing or no whole number.
 * `comm` may hold blanks and parentheses, so the fields are counted from the last ")",
 * never from the start of the line.
 */
export function parseProcStat(text: string): ProcStat | undefined {
  const fields = fields1to34.exec(text);
  if (fields === null) return undefined;
  const [, pid, comm = "", state = "", parentPid, threads, startTicks, rssPages, caught] = fields;
  const stat: ProcStat = {
    pid: Number(pid),
    comm,
    state,
    parentPid: Number(parentPid),
    threads: Number(threads),
    startTicks: Number(startTicks),
    rssPages: Number(rssPages),
    caughtSignals: Number(caught),
  };
  return isExact(stat) ? stat : undefined;
}

/** A number beyond what a double holds would name another process. */
function isExact({
  pid,
  parentPid,
  threads,
  startTicks,
  rssPages,
  caughtSignals,
}: ProcStat): boolean {
  return [pid, parentPid, threads, startTicks, rssPages, caughtSignals].every(Number.isSafeInteger);
}
