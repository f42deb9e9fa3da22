import { expect, it } from "vitest";
import { type AuditReport, unitLinks } from "../../../agent/model/audit.ts";
import type { Metrics } from "../../../agent/expose/metrics.ts";
import { classicPage, linesOf, newMetrics, withoutFigures } from "./page.ts";
import { promtool } from "./promtool.ts";
import { duplicateSocket, reportOf, socketPath } from "./reports.ts";

/** Every link but what could not be told, and masters that are in no unit. */
const audit: AuditReport = {
  schema: 1,
  takenAt: "2026-11-22T13:20:09.123Z",
  units: [
    {
      unit: "platform.service",
      sockets: [socketPath],
      items: unitLinks.map((link, index) => ({
        link,
        state: (["bad", "ok", "warning", "ok"] as const)[index % 4] ?? "unknown",
        evidence: "seen",
        fix: null,
      })),
    },
    {
      unit: null,
      sockets: [socketPath],
      items: [{ link: "outside-unit", state: "bad", evidence: "seen", fix: null }],
    },
  ],
  blind: [],
};

/** An agent some time after it saw the second master of the incident. */
function afterTheIncident(): Metrics {
  const metrics = newMetrics();
  const duplicate = {
    socket: socketPath,
    kind: "duplicate",
    sinceMs: 1_795_353_598_500,
    wasConfirmed: false,
  } as const;
  metrics.setSettingsReload(true, 1_795_350_000_000);
  metrics.countScan("start", 0.0123);
  metrics.countScan("interval", 0.003);
  metrics.countScan("file-event", 0.004);
  metrics.countScan("follow-up", 0.9);
  metrics.setReadFailures({ gone: 7, denied: 0, malformed: 0, failed: 1 });
  metrics.showReport(
    reportOf([duplicateSocket()], { blind: [{ what: "pidfile", reason: "EIO" }] }),
  );
  metrics.countChanges([
    { ...duplicate, change: "suspected" },
    { ...duplicate, change: "confirmed" },
  ]);
  metrics.setLastCompleteScan(1_795_353_609_123);
  metrics.showAudit(audit);
  metrics.followJournal(["platform.service"]);
  metrics.countJournalEvent("platform.service", "leftover-after-stop");
  metrics.countStateFailure();
  return metrics;
}

it("prints the whole page of a host with two masters", async () => {
  await expect(withoutFigures(await classicPage(afterTheIncident()))).toMatchFileSnapshot(
    "./two-masters.metrics.txt",
  );
});

it("prints a page that promtool finds no fault with", async (context) => {
  const page = await classicPage(afterTheIncident());
  expect(promtool(context, ["check", "metrics"], page)).toEqual({ status: 0, output: "" });
});

it("prints a page that promtool finds no fault with before the first scan", async (context) => {
  const page = await classicPage(newMetrics());
  expect(promtool(context, ["check", "metrics"], page)).toEqual({ status: 0, output: "" });
});

it("leaves promtool something to find", (context) => {
  const run = promtool(context, ["check", "metrics"], "# TYPE a_total gauge\na_total 1\n");
  expect(run.status).not.toBe(0);
});

it("stays well under 150 series for one socket, so that later families fit", async () => {
  const lines = linesOf(await classicPage(afterTheIncident()));
  const gc = lines.filter((line) => line.startsWith("nodejs_gc_duration_seconds"));
  const kindsOfCollection = 4;
  expect(lines.length - gc.length + kindsOfCollection * 3).toBeLessThanOrEqual(140);
});

it("gives no series twice", async () => {
  const names = linesOf(await classicPage(afterTheIncident())).map((line) =>
    line.slice(0, line.lastIndexOf(" ")),
  );
  expect(names).toEqual([...new Set(names)]);
});
