import type {
  FindingReport,
  PidfileReport,
  Report,
  SocketReport,
  UnitReport,
} from "../model/report.ts";
import { formatDuration } from "../parse/duration.ts";
import { formatBytes } from "../parse/size.ts";
import type { Colours } from "./status-colours.ts";
import { groupTable } from "./status-table.ts";
import type { TextStyle } from "./text-style.ts";
import { labelled, textWidth, wrap } from "./wrap.ts";

/** `2026-11-22 13:20:09 UTC`: seconds are enough for people, the zone is not theirs to guess. */
export function utcText(iso: string): string {
  return iso.replace("T", " ").replace(/(?:\.\d+)?Z$/, " UTC");
}

function findingLines(finding: FindingReport, takenAt: string, width: number): string[] {
  const age = formatDuration(Date.parse(takenAt) - Date.parse(finding.since));
  const stuck = finding.kind === "handover-stuck" ? "handover-stuck: " : "";
  const text = `${stuck}${finding.message}; since ${utcText(finding.since)}, ${age} ago`;
  return wrap(text, width - 2).map((line) => `  ${line}`);
}

function masterPids({ groups }: SocketReport, role: "stale" | "serving"): string {
  return groups
    .flatMap((group) => (group.role === role ? (group.master?.pid ?? []) : []))
    .join(" ");
}

/**
 * What must not be done in a hurry. A master that gets TERM, INT, QUIT or HUP removes the
 * socket file by name (`Arbiter.stop`, gunicorn 19.7 to 26), whoever owns the file by then.
 */
function caution(socket: SocketReport): string | undefined {
  const stale = masterPids(socket, "stale");
  if (stale !== "") {
    const whose = masterPids(socket, "serving");
    const served = whose === "" ? "" : ` of pid ${whose}`;
    return (
      `never send TERM, INT, QUIT or HUP to pid ${stale}: gunicorn would remove the socket ` +
      `file${served}. To end it: onemaster remediate.`
    );
  }
  if (socket.verdict === "unreachable") {
    return "no signal brings the path back, HUP neither: a new master has to bind it.";
  }
  return undefined;
}

function fileText({ file, boundAs, path }: SocketReport): string {
  const bound = boundAs === null || boundAs === path ? "" : `, bound as ${boundAs}`;
  if (file === null) return `none stands at the path${bound}`;
  return `inode ${file.inode}, mode ${file.mode}, ${file.owner}:${file.group}${bound}`;
}

function pidfileText({ path, pid, names }: PidfileReport): string {
  switch (names) {
    case "missing":
    case "empty":
      return `${path} is ${names}`;
    case "malformed":
      return `${path} holds no pid`;
    case "unreadable":
      return `${path} could not be read`;
    case "dead":
      return `${path} names pid ${pid}, which is dead`;
    case "stranger":
      return `${path} names pid ${pid}, which is no master of this socket`;
    case "serving":
    case "stale":
    case "draining":
    case "predecessor":
    case "successor":
    case "orphaned":
    case "stranded":
    case "unclear":
      return `${path} names pid ${pid}, the ${names} master`;
  }
}

/** The unit as systemd knows it; what systemd did not tell is left out. */
function unitText({ name, activeState, mainPid, killMode, generated }: UnitReport): string {
  const facts = [
    ...(activeState === null ? [] : [activeState]),
    ...(mainPid === null ? [] : [`MainPID=${mainPid}`]),
    ...(killMode === null ? [] : [`KillMode=${killMode}`]),
    ...(generated === true ? ["made from an init script"] : []),
  ];
  return [name, ...facts].join(", ");
}

/** A share in whole percent; what is not nothing is never called 0 %. */
function percent(ratio: number): string {
  return ratio > 0 && ratio < 0.01 ? "under 1 %" : `${Math.round(ratio * 100)} %`;
}

function orphanText({ orphanMemory }: SocketReport): string | undefined {
  const { rssBytes, reclaimableBytes, budgetBytes, budgetRatio } = orphanMemory;
  if (rssBytes === 0 && reclaimableBytes === 0) return undefined;
  if (rssBytes === null || reclaimableBytes === null) return "held, but how much is unknown";
  const share =
    budgetBytes === null || budgetRatio === null
      ? ""
      : `, ${percent(budgetRatio)} of the budget of ${formatBytes(budgetBytes)}`;
  return `${formatBytes(reclaimableBytes)} reclaimable, ${formatBytes(rssBytes)} RSS${share}`;
}

const assumedOwner =
  "taken to be the newest master; which file each listener is bound to was not seen";

/** Verdict and path; a path that does not fit beside the verdict gets a line of its own, uncut. */
function header({ verdict, path }: SocketReport, width: number, colours: Colours): string[] {
  const word = colours.bold(colours.verdict(verdict)(verdict.toUpperCase()));
  return textWidth(verdict) + 2 + textWidth(path) <= width
    ? [`${word}  ${colours.bold(path)}`]
    : [word, colours.bold(path)];
}

/** One socket for people: lines of at most `width` characters, but for paths, which stay whole. */
export function socketLines(
  socket: SocketReport,
  { takenAt }: Report,
  { width, colours }: TextStyle,
): string[] {
  const lines = header(socket, width, colours);
  lines.push(...socket.findings.flatMap((finding) => findingLines(finding, takenAt, width)));
  if (socket.groups.length > 0) lines.push("", ...groupTable(socket, takenAt, colours));
  lines.push("", ...labelled("file     ", fileText(socket), width));
  if (socket.evidence === "start-time") lines.push(...labelled("owner    ", assumedOwner, width));
  if (socket.unit !== null) lines.push(...labelled("unit     ", unitText(socket.unit), width));
  if (socket.pidfile !== null) {
    lines.push(...labelled("pidfile  ", pidfileText(socket.pidfile), width));
  }
  const orphans = orphanText(socket);
  if (orphans !== undefined) lines.push(...labelled("wasted   ", orphans, width));
  const warning = caution(socket);
  if (warning !== undefined) {
    lines.push(...labelled("caution  ", warning, width).map(colours.warning));
  }
  return lines;
}
