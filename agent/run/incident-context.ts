import type { JournalEvent } from "../model/journal.ts";
import type { GroupReport, SocketReport } from "../model/report.ts";
import type { IncidentRecord } from "../model/incident-record.ts";
import type { Cause } from "../model/cause.ts";
import type { UnitFacts } from "../model/unit.ts";
import { causeOf } from "../detect/cause.ts";
import type { FirstMaster } from "../detect/cause-question.ts";
import { eventText } from "../detect/event-text.ts";
import { readAptLog } from "../history/apt-log.ts";
import type { IncidentContext } from "./incident-keeper.ts";
import { readJournalPast } from "./journal-past.ts";
import type { Logger } from "./logger.ts";

/** What is needed to look into an incident. */
export interface ContextParts {
  /** False: the settings say not to read the journal. */
  readonly journal: () => boolean;
  /** What systemd last said of the unit. */
  readonly unit: (name: string) => UnitFacts | undefined;
  readonly wallMs: () => number;
  readonly logger: Logger;
}

/** The journal this long before the second master is part of the record. */
const BEFORE_MS = 600_000;
/** A first master may be months old; what explains the second came later. */
const OLDEST_MS = 30 * 24 * 3_600_000;
const MOST_LINES = 200;

/** Looks into incidents: the unit as systemd shows it, the journal around, and the cause. */
export function createIncidentContext(
  parts: ContextParts,
): (record: IncidentRecord) => Promise<IncidentContext> {
  return async (record) => {
    const socket = record.reports.confirmed;
    const facts = socket.unit === null ? undefined : parts.unit(socket.unit.name);
    const unitProperties = facts?.properties.ok === true ? facts.properties.value.shown : null;
    const events = parts.journal() ? await eventsAround(record, parts) : undefined;
    if (events === undefined) return { cause: null, unitProperties, journal: [] };
    const beginMs = Date.parse(record.since) - BEFORE_MS;
    const journal = events
      .filter(({ atMs }) => atMs >= beginMs)
      .slice(-MOST_LINES)
      .map((event) => ({ at: new Date(event.atMs).toISOString(), text: eventText(event) }));
    const cause = record.kind === "duplicate" ? await causeFor(socket, events) : null;
    return { cause, unitProperties, journal };
  };
}

/** Undefined where the journal could not be read, which is logged. */
async function eventsAround(
  record: IncidentRecord,
  { wallMs, logger }: ContextParts,
): Promise<readonly JournalEvent[] | undefined> {
  const unit = record.reports.confirmed.unit?.name;
  const sinceMs = Math.max(
    Math.min(Date.parse(record.since), ...startsMs(record)) - BEFORE_MS,
    Date.parse(record.since) - OLDEST_MS,
  );
  const units = [...(unit === undefined ? [] : [unit]), "apt-daily-upgrade.service"];
  const past = await readJournalPast({ units, sinceMs, untilMs: wallMs() });
  const [failure] = past.failures;
  if (failure === undefined) return past.events;
  logger.warn({ incident: record.id, failure }, `the journal could not be read: ${failure.why}`);
  return past.entries === 0 ? undefined : past.events;
}

async function causeFor(
  socket: SocketReport,
  events: readonly JournalEvent[],
): Promise<Cause | null> {
  const second = newest(socket.groups.filter(({ role }) => role !== "stale"));
  if (second === undefined) return null;
  const first = socket.groups.filter((group) => group !== second).flatMap(asFirst);
  const apt = await readAptLog();
  return causeOf({
    unit: socket.unit?.name,
    secondStartedMs: Date.parse(second.master?.startedAt ?? ""),
    secondPid: second.master?.pid ?? null,
    first,
    events,
    aptRuns: apt.runs,
  });
}

function asFirst({ master }: GroupReport): FirstMaster[] {
  if (master === null) return [];
  return [{ pid: master.pid, startedMs: Date.parse(master.startedAt), listeningMs: undefined }];
}

function newest(groups: readonly GroupReport[]): GroupReport | undefined {
  const startMs = ({ master }: GroupReport): number => Date.parse(master?.startedAt ?? "");
  return groups
    .filter(({ master }) => master !== null)
    .toSorted((one, other) => startMs(other) - startMs(one))[0];
}

function startsMs({ reports }: IncidentRecord): readonly number[] {
  return reports.confirmed.groups.flatMap(({ master }) =>
    master === null ? [] : [Date.parse(master.startedAt)],
  );
}
