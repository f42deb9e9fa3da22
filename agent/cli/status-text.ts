import type { HostReport, Report } from "../model/report.ts";
import { verdicts } from "../model/verdict.ts";
import { formatBytes } from "../parse/size.ts";
import { blindTexts, grants, nothingSeenText } from "./grants.ts";
import { remediationSentences } from "./remediation-line.ts";
import { socketLines, utcText } from "./status-socket.ts";
import type { TextStyle } from "./text-style.ts";
import { labelled } from "./wrap.ts";

function memoryText({ memoryAvailableBytes, memoryTotalBytes }: HostReport): string {
  if (memoryAvailableBytes === null || memoryTotalBytes === null) return "memory unknown";
  const available = formatBytes(memoryAvailableBytes);
  return `${available} of ${formatBytes(memoryTotalBytes)} memory available`;
}

function blindLines({ blind }: Report, { width, colours }: TextStyle): string[] {
  if (blind.length === 0) return [];
  const lines = blindTexts(blind).flatMap((text, index) =>
    labelled(index === 0 ? "not seen " : "         ", text, width),
  );
  lines.push(...grants(blind).flatMap((advice) => labelled("grant    ", advice, width)));
  return [...lines.map(colours.warning), ""];
}

function remediationLines({ remediation }: Report, { width, colours }: TextStyle): string[] {
  return remediationSentences(remediation).flatMap(({ text, urgent }, index) => {
    const lines = labelled(index === 0 ? "acting   " : "         ", text, width);
    return urgent ? lines.map(colours.warning) : lines;
  });
}

function nothingLines({ verdict, blind }: Report, { colours }: TextStyle): string[] {
  const word = colours.bold(colours.verdict(verdict)(verdict.toUpperCase()));
  return [
    verdict === "unknown"
      ? `${word}  ${nothingSeenText(blind)}`
      : `${word}  no gunicorn listens on a unix socket of this host`,
  ];
}

/**
 * The report for people, with a line end: the worst socket first, then what could not be seen
 * and what to grant, then the host. Pure: the same report and style give the same text.
 */
export function statusText(report: Report, style: TextStyle): string {
  const sockets = report.sockets.toSorted(
    (one, other) => verdicts.indexOf(one.verdict) - verdicts.indexOf(other.verdict),
  );
  const blocks =
    sockets.length === 0
      ? [nothingLines(report, style)]
      : sockets.map((socket) => socketLines(socket, report, style));
  const host = `${report.host.name}, ${memoryText(report.host)}, ${utcText(report.takenAt)}`;
  return `${[
    ...blocks.flatMap((lines) => [...lines, ""]),
    ...blindLines(report, style),
    ...remediationLines(report, style),
    ...labelled("host     ", host, style.width),
  ].join("\n")}\n`;
}
