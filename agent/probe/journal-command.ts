/** journalctl's parameters for entries as `parseJournalEntry` reads them. */
const format = ["--no-pager", "--output=json"];

/**
 * The fields that events are read from; journalctl adds the cursor, its own times and the boot id.
 * INVOCATION_ID, UNIT_RESULT and the two EXIT_ are for whoever reads entries.
 */
const fields = [
  "MESSAGE",
  "MESSAGE_ID",
  "UNIT",
  "JOB_TYPE",
  "JOB_RESULT",
  "INVOCATION_ID",
  "UNIT_RESULT",
  "EXIT_CODE",
  "EXIT_STATUS",
  "SYSLOG_FACILITY",
  "_SOURCE_REALTIME_TIMESTAMP",
  "_TRANSPORT",
  "_PID",
  "_UID",
  "_EXE",
].join(",");

/** The whole environment of journalctl: text in UTF-8, times in the host's zone. */
export function journalEnvironment(): Record<string, string | undefined> {
  return { PATH: process.env["PATH"], TZ: process.env["TZ"], LC_ALL: "C.UTF-8" };
}

/** What only journald can have written, of these units, the system manager, the kernel and sudo. */
function journalMatches(units: readonly string[]): readonly string[] {
  const manager = ["_PID=1", "MESSAGE=Reloading.", "MESSAGE=Reloading...", "MESSAGE=Reexecuting."];
  const callers = ["_PID=1", "CODE_FUNC=log_caller", "CODE_FUNC=log_reload_caller"];
  // kernels say an out-of-memory kill as an error, and little else at that level
  const kernel = ["_TRANSPORT=kernel", "PRIORITY=3"];
  const sudo = ["_EXE=/usr/bin/sudo", "_TRANSPORT=syslog", "SYSLOG_IDENTIFIER=sudo"];
  const terms = [manager, callers, kernel, sudo];
  if (units.length > 0) terms.unshift(["_PID=1", ...units.map((unit) => `UNIT=${unit}`)]);
  return terms.flatMap((term, index) => (index === 0 ? term : ["+", ...term]));
}

/** Follows from an entry on, that entry included; undefined: from the begin of the journal. */
export function followParameters(
  units: readonly string[],
  cursor: string | undefined,
): readonly string[] {
  const from = cursor === undefined ? [] : [`--cursor=${cursor}`];
  // without --no-tail only the last ten entries after the cursor would come. --after-cursor loses
  // an entry before systemd 256 where there are matches
  const how = ["--follow", "--no-tail", ...from, `--output-fields=${fields}`];
  return [...format, ...how, "--", ...journalMatches(units)];
}

/** The last entry of the journal, whatever it is about. */
export function tailParameters(directory: string | undefined): readonly string[] {
  return [...format, ...placeOf(directory), "--lines=1", "--output-fields=_TRANSPORT"];
}

/** A part of the journal. Times in milliseconds since 1970, both inclusive. */
export interface JournalSpan {
  readonly units: readonly string[];
  readonly sinceMs: number | undefined;
  readonly untilMs: number | undefined;
  /** A folder with journal files, such as a copy from another host; undefined: this host's. */
  readonly directory: string | undefined;
}

/** Reads a part of the journal once, oldest entry first. */
export function readParameters(span: JournalSpan): readonly string[] {
  const { sinceMs, untilMs } = span;
  const since = sinceMs === undefined ? [] : [`--since=${instant(sinceMs)}`];
  const until = untilMs === undefined ? [] : [`--until=${instant(untilMs)}`];
  const what = [...since, ...until, `--output-fields=${fields}`];
  return [...format, ...placeOf(span.directory), ...what, "--", ...journalMatches(span.units)];
}

/** All boots that the journal knows, oldest first. */
export function bootsParameters(directory: string | undefined): readonly string[] {
  return [...format, "--list-boots", ...placeOf(directory)];
}

function placeOf(directory: string | undefined): readonly string[] {
  return directory === undefined ? [] : [`--directory=${directory}`];
}

/** As systemd reads it, to the microsecond. */
function instant(ms: number): string {
  return `@${(ms / 1_000).toFixed(6)}`;
}
