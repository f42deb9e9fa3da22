import type { Cause } from "../model/cause.ts";
import { counted } from "../model/counted.ts";
import type { IncidentRecord, IncidentSummary } from "../model/incident-record.ts";
import type { RemediationRecord } from "../model/remediation.ts";
import type { GroupReport, SocketReport } from "../model/report.ts";
import { formatDuration } from "../parse/duration.ts";
import { formatBytes } from "../parse/size.ts";
import { recordText } from "./remediate-record-text.ts";
import { utcText } from "./status-socket.ts";
import type { TextStyle } from "./text-style.ts";
import { labelled } from "./wrap.ts";

/** How to dress the text of incidents. */
export interface IncidentStyle extends TextStyle {
  /** Wall clock, milliseconds since 1970, for the age of what is still open. */
  readonly nowMs: number;
}

/** The list of incidents of a folder for people, newest first, with a line end. */
export function incidentsText(
  all: readonly IncidentSummary[],
  folder: string,
  style: IncidentStyle,
): string {
  if (all.length === 0) return `no incident is recorded in ${folder}\n`;
  const open = all.filter(({ state }) => state === "open").length;
  const since = utcText(all.at(-1)?.since ?? "");
  const head = `${counted(all.length, "incident")} since ${since}, ${open} open`;
  const lines = all.flatMap((one) => summaryLines(one, style));
  return `${[head, "", ...lines].join("\n")}\n`;
}

function summaryLines(one: IncidentSummary, { colours, nowMs, width }: IncidentStyle): string[] {
  const endMs = one.closedAt === null ? nowMs : Date.parse(one.closedAt);
  const lasted = formatDuration(Math.max(0, endMs - Date.parse(one.since)));
  const state = one.state === "open" ? colours.warning(`open, ${lasted}`) : `lasted ${lasted}`;
  const trigger = one.trigger === null ? "" : `; trigger: ${one.trigger}`;
  return [
    `${colours.bold(one.id)}  ${state}`,
    ...labelled("  ", `${one.kind} on ${one.socket} since ${utcText(one.since)}${trigger}`, width),
  ];
}

/** One incident with its evidence and what was done about it, for people, with a line end. */
export function incidentText(
  record: IncidentRecord,
  remediations: readonly RemediationRecord[],
  style: IncidentStyle,
): string {
  const { width, colours } = style;
  const { confirmed, closed } = record.reports;
  const wasOver = record.closedAt === null ? "still open" : `over ${utcText(record.closedAt)}`;
  const lines = [
    ...summaryLines({ ...record, trigger: null }, style).slice(0, 1),
    ...labelled("kind      ", `${record.kind} on ${record.socket}`, width),
    ...labelled("when      ", `since ${utcText(record.since)}, ${wasOver}`, width),
    ...(record.ending === null ? [] : labelled("ending    ", record.ending, width)),
    "",
    colours.bold("how it came to be"),
    ...causeLines(record.cause, width),
    "",
    colours.bold("when it was confirmed"),
    ...socketLines(confirmed, width),
    ...(closed === null
      ? []
      : ["", colours.bold("when it was over"), ...socketLines(closed, width)]),
    "",
    colours.bold("what happened to it"),
    ...record.timeline.flatMap(({ at, text }) => labelled(`  ${clock(at)}  `, text, width)),
    ...remediationLines(remediations, style),
    ...unitLines(record, style),
    ...journalLines(record, style),
  ];
  return `${lines.join("\n")}\n`;
}

/** What is known of a cause: its trigger, who asked, and the evidence. */
function causeLines(cause: Cause | null, width: number): string[] {
  if (cause === null) return ["  not looked for: there was no journal to ask"];
  const who = cause.by === null ? "" : `, by ${cause.by}`;
  const lines = labelled("  trigger  ", `${cause.trigger}${who}`, width);
  if (cause.stoppedAt !== null) {
    const left =
      cause.survivors.length === 0
        ? ""
        : `; pids ${cause.survivors.join(" ")} were left running after it`;
    const text = `${cause.unit ?? "the unit"} was stopped at ${utcText(cause.stoppedAt)}${left}`;
    lines.push(...labelled("  stop     ", text, width));
  }
  if (cause.secondStartedAt !== null) {
    const text = `master ${cause.secondPid ?? "?"} came at ${utcText(cause.secondStartedAt)}`;
    lines.push(...labelled("  second   ", text, width));
  }
  for (const { at, source, text } of cause.evidence) {
    lines.push(...labelled(`  ${clock(at)}  `, `${source}: ${text}`, width));
  }
  return lines;
}

function socketLines({ groups, verdict, file }: SocketReport, width: number): string[] {
  const stands = file === null ? "no file at the path" : `file ${file.inode} at the path`;
  return [
    ...labelled("  ", `${verdict}; ${stands}`, width),
    ...groups.flatMap((group) => labelled("  ", groupLine(group), width)),
  ];
}

function groupLine({ role, master, workers, memory, listener }: GroupReport): string {
  const who =
    master === null
      ? `${role} workers of a dead master`
      : `master ${master.pid} ${role}, started ${utcText(master.startedAt)}, ` +
        (master.unit ?? "no unit");
  const pids = workers.length === 0 ? "no worker" : `workers ${workers.map(pidOf).join(" ")}`;
  const held = memory === null ? "memory unknown" : `${formatBytes(memory.reclaimableBytes)} held`;
  return `${who}, ${pids}, listener ${listener.inode}, ${held}`;
}

function pidOf({ pid }: { readonly pid: number }): number {
  return pid;
}

/** The attempts to end its groups, oldest first, with every step. */
function remediationLines(
  remediations: readonly RemediationRecord[],
  { width, colours }: IncidentStyle,
): string[] {
  if (remediations.length === 0) return [];
  const lines = remediations.flatMap((record, index) => [
    ...(index === 0 ? [] : [""]),
    ...recordText(record, { width: width - 2, colours })
      .trimEnd()
      .split("\n"),
  ]);
  return [
    "",
    colours.bold("what was done about it"),
    ...lines.map((line) => (line === "" ? "" : `  ${line}`)),
  ];
}

function unitLines(
  { unitProperties }: IncidentRecord,
  { width, colours }: IncidentStyle,
): string[] {
  if (unitProperties === null) return [];
  const pairs = Object.entries(unitProperties).map(([name, value]) => `${name}=${value}`);
  return [
    "",
    colours.bold("the unit, as systemd showed it"),
    ...pairs.flatMap((pair) => labelled("  ", pair, width)),
  ];
}

function journalLines({ journal }: IncidentRecord, { width, colours }: IncidentStyle): string[] {
  if (journal.length === 0) return [];
  return [
    "",
    colours.bold("the journal around it"),
    ...journal.flatMap(({ at, text }) => labelled(`  ${clock(at)}  `, text, width)),
  ];
}

/** `13:20:09.123`: the day stands above. */
function clock(iso: string): string {
  return iso.slice(11, 23);
}
