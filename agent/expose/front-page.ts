import type { Report, SocketReport } from "../model/report.ts";

/** The page at `/`: the verdict of each socket and where to read more. No script, no style. */
export function frontPage(report: Report, routes: readonly string[]): string {
  const links = routes.map(
    (route) => `<li><a href="${escapeHtml(route)}">${escapeHtml(route)}</a>`,
  );
  return `<!DOCTYPE html>
<html lang="en">
<meta charset="utf-8">
<title>onemaster: ${escapeHtml(report.verdict)}</title>
<h1>onemaster on ${escapeHtml(report.host.name)}: ${escapeHtml(report.verdict)}</h1>
${report.sockets.length === 0 ? "<p>No socket to watch." : socketTable(report.sockets)}
<p>Seen at ${escapeHtml(report.takenAt)}.${blindNote(report)}
<ul>
${links.join("\n")}
</ul>
</html>
`;
}

function socketTable(sockets: readonly SocketReport[]): string {
  const rows = sockets.map(
    ({ path, verdict, confirmed, masters }) =>
      `<tr><td>${escapeHtml(path)}<td>${escapeHtml(verdict)}${confirmed ? ", confirmed" : ""}` +
      `<td>${masters ?? "could not tell"}`,
  );
  return `<table>\n<tr><th>Socket<th>Verdict<th>Masters\n${rows.join("\n")}\n</table>`;
}

function blindNote({ blind }: Report): string {
  const spots = [...new Set(blind.map(({ what }) => what))];
  return spots.length === 0 ? "" : ` Could not see: ${escapeHtml(spots.join(", "))}.`;
}

/** Socket paths and host names are written by others. */
function escapeHtml(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;")
    .replaceAll("'", "&#39;");
}
