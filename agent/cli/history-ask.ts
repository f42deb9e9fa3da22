import { mergeMarks } from "../detect/lifetimes-merge.ts";
import { withSightings } from "../detect/lifetimes-sightings.ts";
import { livesOf } from "../detect/lifetimes.ts";
import type { LogOfMasters } from "../detect/occurrences-address.ts";
import { occurrencesOf } from "../detect/occurrences.ts";
import type { ErrorLogReading } from "../history/error-log-reader.ts";
import type { LivingMaster, Occurrence } from "../model/occurrence.ts";
import type { Settings } from "../model/settings.ts";
import { aptReport, fileReport, journalReport, type SourceReport } from "./history-reports.ts";
import type { HistorySources } from "./history-sources.ts";

/** What is asked of the past. */
export interface HistoryQuestion {
  readonly settings: Settings;
  /** Absolute. Empty: those that settings name. */
  readonly errorLogs: readonly string[];
  /** With its suffix; undefined: all that are known. */
  readonly unit: string | undefined;
  /** Undefined: as far back as anything tells. */
  readonly sinceMs: number | undefined;
  readonly untilMs: number;
  readonly reading: ErrorLogReading;
}

/** The answer. */
export interface HistoryAnswer {
  readonly occurrences: readonly Occurrence[];
  readonly sources: readonly SourceReport[];
  /** The first moment that a log or the journal tells of; undefined: nothing was read. */
  readonly knownSinceMs: number | undefined;
}

/** What led to an occurrence may lie some days before it. */
const lookBackMs = 7 * 86_400_000;
/** Its runs are a trigger. */
const aptUnit = "apt-daily-upgrade.service";

/** Reads every source once and joins what they tell. Rejects only when the agent itself fails. */
export async function askHistory(
  question: HistoryQuestion,
  sources: HistorySources,
): Promise<HistoryAnswer> {
  const { settings, unit, sinceMs, untilMs } = question;
  const reports: SourceReport[] = [];
  const living = await livingMasters(settings, sources, reports);
  const units = unitsBySocket(settings, living);
  const named = [...living.map((master) => master.unit), ...units.values()];
  const asked = unit === undefined ? [...new Set(named.flatMap((name) => name ?? []))] : [unit];
  const journal = settings.journal.enabled
    ? await sources.readJournal({
        units: [...asked, aptUnit],
        sinceMs: sinceMs === undefined ? undefined : sinceMs - lookBackMs,
        untilMs,
      })
    : undefined;
  reports.push(journalReport(journal, asked));
  const apt = await sources.readAptLog();
  reports.push(aptReport(apt));
  const { events = [] } = journal ?? {};
  const nowMs = sources.nowMs();
  const logs: LogOfMasters[] = [];
  const moments: number[] = events.map(({ atMs }) => atMs);
  for (const path of logsOf(question)) {
    const files = await sources.readErrorLog(path, question.reading);
    const marks = mergeMarks(files.map(({ content }) => content.marks));
    const { lives, refusedStarts } = livesOf(path, marks);
    const refused = refusedStarts === 0 ? [] : [`${refusedStarts} starts never came to listen`];
    reports.push(...files.map((file, index) => fileReport(file, index === 0 ? refused : [])));
    logs.push({
      lives: withSightings(lives, { events, living, nowMs }),
      sockets: settings.sockets.filter((one) => one.errorLog === path).map((one) => one.path),
    });
    moments.push(...files.flatMap(({ content }) => content.firstMs ?? []));
  }
  const occurrences = occurrencesOf({
    logs,
    events,
    aptRuns: apt.runs,
    living,
    nowMs,
    units,
    unit,
    sinceMs: sinceMs ?? -Infinity,
    untilMs,
  });
  return { occurrences, sources: reports, knownSinceMs: earliest(moments) };
}

/** The masters that run now, wherever they were found. */
async function livingMasters(
  settings: Settings,
  sources: HistorySources,
  reports: SourceReport[],
): Promise<readonly LivingMaster[]> {
  const { sockets, blind } = await sources.look(settings);
  const living = sockets.flatMap(({ path, groups }) =>
    groups.flatMap(({ master }): LivingMaster[] => {
      if (master === null) return [];
      const { pid, startedAt, unit } = master;
      return [{ pid, startedMs: Date.parse(startedAt), socket: path, unit: unit ?? undefined }];
    }),
  );
  reports.push({
    kind: "processes",
    name: "masters that run now",
    read: living.length,
    notUnderstood: 0,
    remarks: blind.length > 0 ? ["not all processes of this host could be seen"] : [],
    failures: [],
  });
  return living;
}

/** As settings say, else the unit that all masters of a socket run in. */
function unitsBySocket(
  { sockets }: Settings,
  living: readonly LivingMaster[],
): ReadonlyMap<string, string> {
  const units = new Map<string, string>();
  for (const { socket, unit } of living) {
    const one = living.every((other) => other.socket !== socket || other.unit === unit);
    if (unit !== undefined && one) units.set(socket, unit);
  }
  for (const { path, unit } of sockets) if (unit !== undefined) units.set(path, unit);
  return units;
}

function logsOf({ errorLogs, settings }: HistoryQuestion): readonly string[] {
  if (errorLogs.length > 0) return [...new Set(errorLogs)];
  return [...new Set(settings.sockets.flatMap(({ errorLog }) => errorLog ?? []))];
}

function earliest(moments: readonly number[]): number | undefined {
  let first: number | undefined;
  for (const ms of moments) if (first === undefined || ms < first) first = ms;
  return first;
}
