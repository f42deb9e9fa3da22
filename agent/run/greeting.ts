import type { WebServer } from "../expose/web.ts";
import type { Report } from "../model/report.ts";

/** The first line: who speaks, and what it was told to watch. */
export function openingLine(version: string, settingsPath: string | undefined): string {
  const settings = settingsPath ?? "no settings file: every gunicorn on this host is watched";
  return `onemaster ${version} (${settings})`;
}

/** Where a web server answers. */
export function urlOf({ address: { host, port }, scheme }: WebPlace): string {
  return `${scheme}://${host.includes(":") ? `[${host}]` : host}:${port}`;
}

type WebPlace = Pick<WebServer, "address" | "scheme">;

/**
 * The lines after the first look, which has put what it found into lines of its own: what
 * could not be seen, and where to look next.
 */
export function closingLines(report: Report, server: WebPlace): readonly string[] {
  const url = urlOf(server);
  const lines: string[] = [];
  if (report.sockets.length === 0) lines.push("no gunicorn listens on a unix socket here yet");
  if (report.blind.length === 0) lines.push("nothing was hidden from this look");
  else if (report.blind.some(({ reason }) => reason === "denied")) {
    lines.push("to see all: run as root, or give CAP_SYS_PTRACE and CAP_DAC_READ_SEARCH");
  }
  lines.push(`watching; metrics ${url}/metrics, status ${url}/`);
  return lines;
}
