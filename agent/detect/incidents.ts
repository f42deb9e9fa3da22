import type { IncidentChange } from "../model/incident.ts";
import type { IncidentRecord } from "../model/incident-record.ts";
import type { FindingReport, Report, SocketReport } from "../model/report.ts";
import { couldNotSee } from "./reducer.ts";
import { subjectsOf } from "./subjects.ts";

/** What to do with the record of one incident. */
export interface RecordChange {
  readonly change: "opened" | "updated" | "closed";
  readonly record: IncidentRecord;
}

/** So many moments of an incident are kept: the first half and the last. */
const TIMELINE_LENGTH = 40;

/**
 * What a scan means for the incidents that are recorded as open. An incident is opened when the
 * reducer confirms it, unless one that is open already is about one of the same processes, as
 * after a restart of the agent; it is updated when its groups change, and closed by a scan that
 * could see and does not show it, or that finds the host booted again. Pure.
 */
export function followIncidents(
  open: readonly IncidentRecord[],
  changes: readonly IncidentChange[],
  report: Report,
  bootId: string,
): readonly RecordChange[] {
  const goingOn = open.map((record) => follow(record, report, bootId));
  const opened = changes
    .filter(({ change }) => change === "confirmed")
    .flatMap((change) => {
      const socket = report.sockets.find(({ path }) => path === change.socket);
      const known = open.some(
        (record) =>
          record.kind === change.kind &&
          record.socket === change.socket &&
          socket !== undefined &&
          findingOf(record, socket, bootId) !== undefined,
      );
      return known || socket === undefined ? [] : [openRecord(change, socket, report, bootId)];
    });
  return [...goingOn.flatMap((change) => change ?? []), ...opened];
}

function follow(record: IncidentRecord, report: Report, bootId: string): RecordChange | undefined {
  if (record.bootId !== bootId) {
    return close(record, report, null, `the host was booted again, after ${record.updatedAt}`);
  }
  const socket = report.sockets.find(({ path }) => path === record.socket);
  const finding = socket && findingOf(record, socket, bootId);
  if (socket !== undefined && finding !== undefined) {
    return update(record, socket, finding, report.takenAt);
  }
  if (couldNotSee(record, report)) return undefined;
  return close(record, report, socket ?? null, endingOf(socket));
}

/** The finding of the same kind, about one of the same processes of the same boot. */
function findingOf(
  record: IncidentRecord,
  socket: SocketReport,
  bootId: string,
): FindingReport | undefined {
  const subjects = subjectsOf(socket, record.kind);
  const same = subjects.some((subject) => record.subjects.includes(subject));
  if (!same || record.bootId !== bootId) return undefined;
  return socket.findings.find(({ kind }) => kind === record.kind);
}

function openRecord(
  { kind, socket: path, sinceMs }: IncidentChange,
  socket: SocketReport,
  report: Report,
  bootId: string,
): RecordChange {
  const at = report.takenAt;
  const subjects = subjectsOf(socket, kind);
  const finding = socket.findings.find((one) => one.kind === kind);
  const since = finding?.since ?? at;
  const record: IncidentRecord = {
    schema: 1,
    id: `${at.replaceAll(/[-:]|\.\d+/g, "")}-${kind}-${mark([path, sinceMs, ...subjects])}`,
    state: "open",
    socket: path,
    kind,
    bootId,
    subjects,
    since,
    confirmedAt: at,
    updatedAt: at,
    closedAt: null,
    ending: null,
    cause: null,
    reports: { confirmed: socket, last: socket, closed: null },
    unitProperties: null,
    journal: [],
    timeline: [{ at, text: `confirmed: ${finding?.message ?? kind}` }],
  };
  return { change: "opened", record };
}

function update(
  record: IncidentRecord,
  socket: SocketReport,
  { message: text }: FindingReport,
  at: string,
): RecordChange | undefined {
  if (shapeOf(record.reports.last) === shapeOf(socket)) return undefined;
  const timeline = added(record.timeline, { at, text });
  const subjects = subjectsOf(socket, record.kind);
  const reports = { ...record.reports, last: socket };
  return {
    change: "updated",
    record: { ...record, subjects, updatedAt: at, reports, timeline },
  };
}

function close(
  record: IncidentRecord,
  { takenAt: at }: Report,
  closed: SocketReport | null,
  ending: string,
): RecordChange {
  return {
    change: "closed",
    record: {
      ...record,
      state: "closed",
      updatedAt: at,
      closedAt: at,
      ending,
      reports: { ...record.reports, closed },
      timeline: added(record.timeline, { at, text: `over: ${ending}` }),
    },
  };
}

function endingOf(socket: SocketReport | undefined): string {
  if (socket === undefined) return "no group is left on the socket";
  const masters = socket.groups.map(({ role, master }) =>
    master === null ? `${role} workers` : `master ${master.pid} ${role}`,
  );
  return `the socket is ${socket.verdict}${masters.length === 0 ? "" : `: ${masters.join(", ")}`}`;
}

/** What an update is worth writing for: who is there in which role, not how much it holds. */
function shapeOf({ verdict, groups }: SocketReport): string {
  const members = groups.map(({ role, master, listener }) =>
    [role, master?.pid, master?.startTicks, listener.inode].join(":"),
  );
  return [verdict, ...members].join(" ");
}

function added<Moment>(timeline: readonly Moment[], moment: Moment): readonly Moment[] {
  const all = [...timeline, moment];
  const half = TIMELINE_LENGTH / 2;
  return all.length <= TIMELINE_LENGTH ? all : [...all.slice(0, half), ...all.slice(-half)];
}

/** Six hex digits that tell incidents of the same second apart (FNV-1a, 32 bits folded to 24). */
function mark(parts: readonly (string | number)[]): string {
  let hash = 0x811c9dc5;
  const text = parts.join("\n");
  for (let index = 0; index < text.length; index += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193) >>> 0;
  }
  return ((hash >>> 24) ^ (hash & 0xffffff)).toString(16).padStart(6, "0");
}
