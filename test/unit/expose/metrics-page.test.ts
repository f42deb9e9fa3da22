import { expect, it } from "vitest";
import { type AuditReport, unitLinks } from "../../../agent/model/audit.ts";
import type { Metrics } from "../../../agent/expose/metrics.ts";
import { classicPage, linesOf, newMetrics, withoutFigures } from "./page.ts";
import { promtool, promtoolLimit } from "./promtool.ts";
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
  metrics.showRemediation({ mode: "off", paused: false, breakerOpen: false, unfinished: [] });
  return metrics;
}

/** The same with an agent that acts. */
function afterEndingIt(): Metrics {
  const metrics = afterTheIncident();
  metrics.showRemediation({ mode: "on", paused: null, breakerOpen: true, unfinished: ["one"] });
  for (const reason of ["not-confirmed", "blind", "blind"] as const) {
    metrics.countRemediation(socketPath, { kind: "refusal", reason });
  }
  metrics.countRemediation(socketPath, { kind: "attempt", outcome: "failed", freedBytes: 0 });
  metrics.countRemediation(socketPath, { kind: "attempt", outcome: "ended", freedBytes: 5_000 });
  metrics.countRemediation(socketPath, { kind: "attempt", outcome: "ended", freedBytes: 7_000 });
  metrics.countRemediation(socketPath, { kind: "pidfile-repair" });
  return metrics;
}

it("tells what was ended, and what was left alone and why", async () => {
  const page = await classicPage(afterEndingIt());
  const told = linesOf(page).filter((line) => /remediation|pidfile_repairs/.test(line));
  const socket = `socket="${socketPath}"`;
  expect(told.filter((line) => !/^#| 0$/.test(line))).toEqual([
    `onemaster_remediations_total{${socket},outcome="ended"} 2`,
    `onemaster_remediations_total{${socket},outcome="failed"} 1`,
    `onemaster_remediation_refusals_total{${socket},reason="not-confirmed"} 1`,
    `onemaster_remediation_refusals_total{${socket},reason="blind"} 2`,
    `onemaster_remediation_freed_bytes_total{${socket}} 12000`,
    `onemaster_pidfile_repairs_total{${socket}} 1`,
    'onemaster_remediation_mode{mode="on"} 1',
    "onemaster_remediation_breaker_open 1",
    "onemaster_remediation_unfinished 1",
  ]);
  expect(told).toContain(`onemaster_remediation_refusals_total{${socket},reason="paused"} 0`);
  expect(told).toContain('onemaster_remediation_mode{mode="off"} 0');
});

it("has no counters of remediation while nothing is done, and takes them away again", async () => {
  const metrics = afterEndingIt();
  await classicPage(metrics);
  metrics.showRemediation({ mode: "off", paused: false, breakerOpen: false, unfinished: [] });
  const page = await classicPage(metrics);
  expect(page).not.toMatch(/^onemaster_(remediations|remediation_refusals|pidfile)\w*_total\{/m);
  expect(page).toMatch(/^onemaster_remediation_paused 0$/m);
});

it("prints the whole page of a host with two masters", async () => {
  await expect(withoutFigures(await classicPage(afterTheIncident()))).toMatchFileSnapshot(
    "./two-masters.metrics.txt",
  );
});

it("prints a page that promtool finds no fault with", promtoolLimit, async (context) => {
  const page = await classicPage(afterTheIncident());
  expect(promtool(context, ["check", "metrics"], page)).toEqual({ status: 0, output: "" });
});

it(
  "prints a page that promtool finds no fault with before the first scan",
  promtoolLimit,
  async (context) => {
    const page = await classicPage(newMetrics());
    expect(promtool(context, ["check", "metrics"], page)).toEqual({ status: 0, output: "" });
  },
);

it("leaves promtool something to find", promtoolLimit, (context) => {
  const run = promtool(context, ["check", "metrics"], "# TYPE a_total gauge\na_total 1\n");
  expect(run.status).not.toBe(0);
});

/** The same with TLS and passwords. */
function behindPasswords(): Metrics {
  const metrics = afterTheIncident();
  const web = metrics.followWeb();
  web.setGood(true);
  web.setExpiry(1_800_000_000_000);
  web.countRefusal("credentials");
  return metrics;
}

it("tells of a web configuration, every refusal at zero from the start", async () => {
  const page = await classicPage(behindPasswords());
  expect(linesOf(page).filter((line) => line.startsWith("onemaster_web_"))).toEqual([
    "onemaster_web_config_reload_success 1",
    "onemaster_web_certificate_expiry_timestamp_seconds 1800000000",
    'onemaster_web_refusals_total{reason="credentials"} 1',
    'onemaster_web_refusals_total{reason="handshake"} 0',
  ]);
  expect(await classicPage(afterTheIncident())).not.toContain("onemaster_web_");
});

it.each([
  ["150 series for one socket", afterTheIncident, 150],
  ["150 behind TLS and passwords", behindPasswords, 150],
  ["170 where it acts, whose counters are there at zero as well", afterEndingIt, 170],
] as const)("stays under %s", async (_, metrics, most) => {
  const lines = linesOf(await classicPage(metrics()));
  const gc = lines.filter((line) => line.startsWith("nodejs_gc_duration_seconds"));
  const kindsOfCollection = 4;
  expect(lines.length - gc.length + kindsOfCollection * 3).toBeLessThanOrEqual(most);
});

it("gives no series twice", async () => {
  const names = linesOf(await classicPage(afterTheIncident())).map((line) =>
    line.slice(0, line.lastIndexOf(" ")),
  );
  expect(names).toEqual([...new Set(names)]);
});
