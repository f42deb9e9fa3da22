import { readAptLog, type AptLog } from "../history/apt-log.ts";
import {
  readErrorLog,
  type ErrorLogFile,
  type ErrorLogReading,
} from "../history/error-log-reader.ts";
import type { Report } from "../model/report.ts";
import type { Settings } from "../model/settings.ts";
import type { Read } from "../model/read.ts";
import { resolveTime } from "../probe/journal-time.ts";
import { readJournalPast, type JournalAsked, type JournalPast } from "../run/journal-past.ts";
import type { Surroundings } from "./surroundings.ts";

/** What `history` reads. Tests hand in their own. */
export interface HistorySources {
  nowMs(): number;
  readErrorLog(path: string, reading: ErrorLogReading): Promise<readonly ErrorLogFile[]>;
  readJournal(asked: JournalAsked): Promise<JournalPast>;
  readAptLog(): Promise<AptLog>;
  /** One full look at the host. */
  look(settings: Settings): Promise<Report>;
  /** The moment that a text names as `journalctl --since` takes it. */
  resolveTime(text: string): Promise<Read<number>>;
}

/** The sources of this host. */
export function hostSources({ look }: Pick<Surroundings, "look">): HistorySources {
  return {
    nowMs: () => Date.now(),
    readErrorLog,
    readJournal: readJournalPast,
    readAptLog,
    look,
    resolveTime,
  };
}
