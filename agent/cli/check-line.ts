import { counted } from "../model/counted.ts";
import { cutoverAt, type GroupReport, type Report, type SocketReport } from "../model/report.ts";
import { formatBytes } from "../parse/size.ts";
import { PluginState } from "./exit-code.ts";
import { blindTexts, grants, nothingSeenText } from "./grants.ts";
import { perfdata } from "./perfdata.ts";
import { inOrderOfSeverity, reportState, socketState, stateWord } from "./plugin-state.ts";

/** What `check` prints and how it ends. */
export interface CheckResult {
  readonly state: PluginState;
  /** One line, without its end. */
  readonly line: string;
}

const mostProblems = 5;

function holds({ memory }: GroupReport): string {
  return memory === null ? "holds unknown memory" : `holds ${formatBytes(memory.reclaimableBytes)}`;
}

function groupText(group: GroupReport, since: string): string {
  const workers = group.workers.map(({ pid }) => pid).join(" ");
  const who = group.master === null ? `workers ${workers}` : `pid ${group.master.pid}`;
  switch (group.role) {
    case "serving":
      return `${who} serves`;
    case "predecessor":
      return `${who} is the old side of an upgrade`;
    case "successor":
      return `${who} is the new side of an upgrade`;
    case "draining":
    case "unclear":
      return `${who} ${group.role}`;
    case "stale":
    case "stranded":
    case "orphaned":
      return `${who} ${group.role}${since}, ${holds(group)}`;
  }
}

function mastersText({ masters }: SocketReport): string {
  if (masters === null) return "an unknown number of masters";
  if (masters === 0) return "no master";
  return masters === 1 ? "1 master" : `${masters} masters`;
}

/** A socket that is fine, for a report of one socket. */
function fineText(socket: SocketReport): string {
  const [group] = socket.groups;
  if (socket.verdict !== "one-master" || group?.master == null) return problemText(socket);
  const workers = counted(group.workers.length, "worker");
  return `one master on ${socket.path} (pid ${group.master.pid}, ${workers})`;
}

/** `duplicate: 2 masters on /path (pid 68 serves, pid 49 stale since …, holds 370 MiB)`. */
function problemText(socket: SocketReport): string {
  const finding =
    socket.findings.find(({ kind }) => kind === "handover-stuck") ??
    socket.findings.find(({ kind }) => kind === socket.verdict);
  const since = finding === undefined ? "" : ` since ${finding.since}`;
  const name = finding?.kind === "handover-stuck" ? finding.kind : socket.verdict;
  const head = `${name}: ${mastersText(socket)} on ${socket.path}`;
  if (socket.groups.length > 0) {
    const groups = socket.groups.map((group) => groupText(group, since)).join(", ");
    const cutover = cutoverAt(socket);
    return `${head} (${groups}${cutover === undefined ? "" : `; a cutover of ${cutover} hands over`})`;
  }
  return finding === undefined ? head : `${head} (${finding.message})`;
}

function summary(report: Report): string {
  const { sockets } = report;
  const troubled = inOrderOfSeverity(sockets).filter(
    (socket) => socketState(socket) !== PluginState.ok,
  );
  const [only] = sockets;
  if (only === undefined) {
    return report.verdict === "unknown"
      ? `unknown: ${nothingSeenText(report.blind)}`
      : `${report.verdict}: no gunicorn listens on a unix socket`;
  }
  if (sockets.length === 1) return troubled.length === 0 ? fineText(only) : problemText(only);
  const parts = troubled.slice(0, mostProblems).map(problemText);
  if (troubled.length > mostProblems)
    parts.push(`${troubled.length - mostProblems} more like that`);
  const handovers = sockets.filter(
    (socket) => socket.verdict === "handover" && !troubled.includes(socket),
  );
  parts.push(...handovers.map(problemText));
  const fine = sockets.length - troubled.length - handovers.length;
  if (fine > 0) parts.push(`${counted(fine, "socket")} with one master`);
  return parts.join("; ");
}

/** What was not seen, and what to grant; nothing when all was. */
function blindText({ blind }: Report): string {
  if (blind.length === 0) return "";
  const advice = grants(blind);
  const toSee = advice.length === 0 ? "" : `; to see it: ${advice.join(", and ")}`;
  return `; not seen: ${blindTexts(blind).join(", ")}${toSee}`;
}

/** A text that can stand before the `|` of a plug-in: one line, and no `|` of its own. */
function pluginText(text: string): string {
  return text.replaceAll("|", "\\x7c").replaceAll(/\p{Cc}/gu, " ");
}

/**
 * The report as a monitoring plug-in says it, with performance data. `warnRatio` of the
 * memory budget is what unreachable memory may be before it is worth a warning.
 */
export function checkReport(report: Report, warnRatio: number): CheckResult {
  const state = reportState(report);
  const text = pluginText(`${summary(report)}${blindText(report)}`);
  const data = pluginText(perfdata(report, warnRatio));
  return { state, line: `ONEMASTER ${stateWord(state)} - ${text} | ${data}` };
}

/** What `check` says when it could not look at all. */
export function checkFailure(reason: string): CheckResult {
  return { state: PluginState.unknown, line: `ONEMASTER UNKNOWN - ${pluginText(reason)}` };
}
