import type { Cause } from "../model/cause.ts";
import type { IncidentChange } from "../model/incident.ts";
import { summaryOf, type IncidentRecord, type IncidentSummary } from "../model/incident-record.ts";
import type { Report } from "../model/report.ts";
import { followIncidents, type RecordChange } from "../detect/incidents.ts";
import { readIncidents, removeUnfinished, writeIncident } from "../history/incident-files.ts";
import type { Logger } from "./logger.ts";

/** What is looked up once about an incident that has just been opened. */
export interface IncidentContext {
  readonly cause: Cause | null;
  readonly unitProperties: Readonly<Record<string, string>> | null;
  readonly journal: IncidentRecord["journal"];
}

/** What the keeper works with. */
export interface IncidentKeeperParts {
  readonly stateDir: string;
  readonly bootId: string;
  readonly logger: Logger;
  /** Looks into the unit and the journal; may take seconds. What it could not find is null. */
  readonly lookInto: (record: IncidentRecord) => Promise<IncidentContext>;
  /** Counts a read or write of the state directory that failed. */
  readonly failed: () => void;
}

/** Records incidents on disk while they go on. Nothing of it ever delays or fails a scan. */
export interface IncidentKeeper {
  /** Takes up the incidents that an earlier agent left open. To be awaited before the first scan. */
  start(): Promise<void>;
  /** What the scan means for the incidents. */
  scanned(changes: readonly IncidentChange[], report: Report): void;
  /** All incidents that are kept, newest first. */
  summaries(): readonly IncidentSummary[];
  /** Waits until everything is written. */
  stop(): Promise<void>;
}

/** A keeper of the incidents in a state directory. */
export function createIncidentKeeper(parts: IncidentKeeperParts): IncidentKeeper {
  const { stateDir, bootId, logger } = parts;
  let open: readonly IncidentRecord[] = [];
  const known = new Map<string, IncidentSummary>();
  /** Records whose last state is not on disk. */
  const unwritten = new Map<string, IncidentRecord>();
  /** The last state of those that are still looked into. */
  const lookedInto = new Map<string, IncidentRecord>();
  let writing: Promise<void> = Promise.resolve();
  let told: string | undefined;

  function keep({ change, record }: RecordChange): void {
    open = open.filter(({ id }) => id !== record.id);
    if (record.state === "open") open = [...open, record];
    known.set(record.id, summaryOf(record));
    unwritten.set(record.id, record);
    logger.info({ incident: record.id }, sentence(change, record));
    if (change === "opened" || lookedInto.has(record.id)) lookedInto.set(record.id, record);
    if (change === "opened") void lookInto(record);
  }

  async function lookInto(record: IncidentRecord): Promise<void> {
    try {
      const context = await parts.lookInto(record);
      // it may have gone on, or ended, meanwhile
      const complete = { ...(lookedInto.get(record.id) ?? record), ...context };
      open = open.map((one) => (one.id === record.id ? complete : one));
      known.set(record.id, summaryOf(complete));
      unwritten.set(record.id, complete);
      write();
    } catch (error) {
      logger.error({ err: error, incident: record.id }, "the cause of an incident was not found");
    } finally {
      lookedInto.delete(record.id);
    }
  }

  /** Writes what is not on disk, one after the other. */
  function write(): void {
    writing = writing.then(writeAll);
  }

  /** What cannot be written stays to be written, with the next scan. */
  async function writeAll(): Promise<void> {
    try {
      for (const [id, record] of unwritten) {
        await writeIncident(stateDir, record);
        if (unwritten.get(id) === record) unwritten.delete(id);
        told = undefined;
      }
    } catch (error) {
      complain("an incident could not be written, and is tried again", error);
    }
  }

  /** Counts every failure, and logs each reason once in a row. */
  function complain(what: string, error: unknown): void {
    parts.failed();
    const reason = error instanceof Error ? error.message : String(error);
    if (reason === told) return;
    told = reason;
    logger.error({ stateDir, reason }, what);
  }

  return {
    async start() {
      try {
        await removeUnfinished(stateDir);
        const { records, unread } = await readIncidents(stateDir);
        for (const record of records) known.set(record.id, summaryOf(record));
        open = records.filter(({ state }) => state === "open");
        for (const { path, reason } of unread)
          complain(`an incident cannot be read: ${path}`, reason);
      } catch (error) {
        complain("the incidents of earlier runs cannot be read", error);
      }
    },
    scanned(changes, report) {
      const steps = followIncidents(open, changes, report, bootId);
      for (const step of steps) keep(step);
      if (steps.length > 0 || unwritten.size > 0) write();
    },
    summaries: () => [...known.values()].toSorted((one, other) => (one.id < other.id ? 1 : -1)),
    async stop() {
      write();
      await writing;
    },
  };
}

function sentence(change: RecordChange["change"], record: IncidentRecord): string {
  switch (change) {
    case "opened":
      return `incident ${record.id} opened: ${record.kind} on ${record.socket}`;
    case "updated":
      return `incident ${record.id}: ${record.timeline.at(-1)?.text ?? "goes on"}`;
    case "closed":
      return `incident ${record.id} closed: ${record.ending ?? "over"}`;
  }
}
