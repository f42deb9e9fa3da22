import type { AptRun } from "../model/occurrence.ts";
import type { LocalClock } from "./error-log-line.ts";
import { parseLogTime } from "./error-log-time.ts";

/** The runs that a history.log of apt tells of. */
export interface AptHistory {
  readonly runs: readonly AptRun[];
  /** Paragraphs without a start that could be read. */
  readonly malformed: number;
}

/**
 * Reads apt's history.log: paragraphs of `Name: value` lines, times in the host's zone with two
 * blanks between date and time, and no offset. Never throws.
 */
export function parseAptHistory(text: string, localClock: LocalClock): AptHistory {
  const runs: AptRun[] = [];
  let malformed = 0;
  for (const paragraph of text.split(/\n{2,}/)) {
    if (paragraph.trim() === "") continue;
    const fields = new Map<string, string>();
    for (const line of paragraph.split("\n")) {
      const at = line.indexOf(": ");
      if (at > 0) fields.set(line.slice(0, at), line.slice(at + 2).trim());
    }
    const beganMs = timeOf(fields.get("Start-Date"), localClock);
    if (beganMs === undefined) {
      malformed += 1;
      continue;
    }
    runs.push({
      beganMs,
      endedMs: timeOf(fields.get("End-Date"), localClock),
      command: fields.get("Commandline"),
      requestedBy: fields.get("Requested-By"),
    });
  }
  return { runs, malformed };
}

function timeOf(text: string | undefined, localClock: LocalClock): number | undefined {
  const time = text === undefined ? undefined : parseLogTime(text);
  return time === undefined ? undefined : localClock(time.wallMs);
}
