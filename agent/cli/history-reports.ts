import type { AptLog } from "../history/apt-log.ts";
import type { ErrorLogFile } from "../history/error-log-reader.ts";
import type { ReadFailure } from "../model/read.ts";
import type { JournalPast } from "../run/journal-past.ts";

/** What one source gave. */
export interface SourceReport {
  readonly kind: "error.log" | "journal" | "apt" | "processes";
  readonly name: string;
  /** Lines of a log, entries of the journal, runs of apt, or masters that run. */
  readonly read: number;
  /** Lines, entries or paragraphs that were not understood. */
  readonly notUnderstood: number;
  /** What else the reader must know of it. */
  readonly remarks: readonly string[];
  /** Why some of it, or all, could not be read. */
  readonly failures: readonly ReadFailure[];
}

/** What a file of an error.log gave. */
export function fileReport(file: ErrorLogFile, more: readonly string[] = []): SourceReport {
  const { content, torn, overlong, failure } = file;
  const { lines, notUnderstood, clockSetBack, marksDropped } = content;
  const remarks = [...more];
  if (content.firstMs === undefined && lines > 0) {
    remarks.push("no line is in the format of gunicorn; with logconfig it may have another");
  }
  if (clockSetBack > 0) {
    remarks.push(`the clock went back ${clockSetBack} times: spans across that are not exact`);
  }
  if (marksDropped > 0) {
    remarks.push(
      `the oldest ${marksDropped} starts and stops were left out, to keep memory bounded`,
    );
  }
  if (torn) remarks.push("the last line has no end and was not looked at");
  if (overlong > 0) remarks.push(`${overlong} lines were too long; only their beginning was read`);
  const failures = failure === undefined ? [] : [failure];
  return { kind: "error.log", name: file.path, read: lines, notUnderstood, remarks, failures };
}

/** What the journal gave; undefined: it was not asked. */
export function journalReport(
  journal: JournalPast | undefined,
  units: readonly string[],
): SourceReport {
  const base = { kind: "journal" as const, name: "journal" };
  if (journal === undefined) {
    const remarks = ["not asked: journal.enabled is false in the settings"];
    return { ...base, read: 0, notUnderstood: 0, remarks, failures: [] };
  }
  const remarks = units.length === 0 ? ["no unit is known: name one to have it looked up"] : [];
  const { entries, malformed, failures } = journal;
  return { ...base, read: entries, notUnderstood: malformed, remarks, failures };
}

/** What apt's log gave. */
export function aptReport({ runs, malformed, failures }: AptLog): SourceReport {
  const name = "/var/log/apt/history.log";
  return { kind: "apt", name, read: runs.length, notUnderstood: malformed, remarks: [], failures };
}

/** What could not be read, one line each. */
export function failureLines(sources: readonly SourceReport[]): readonly string[] {
  return sources.flatMap(({ failures }) =>
    failures.map(({ what, why }) => `could not read ${what}: ${why}`),
  );
}
