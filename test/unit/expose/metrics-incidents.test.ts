import { describe, expect, it } from "vitest";
import type { IncidentChange } from "../../../agent/model/incident.ts";
import { newMetrics, samples } from "./page.ts";
import { duplicateSocket, reportOf, socketPath, soundSocket } from "./reports.ts";

describe("incidents", () => {
  const suspected: IncidentChange = {
    change: "suspected",
    socket: socketPath,
    kind: "duplicate",
    sinceMs: 1_795_353_598_500,
    wasConfirmed: false,
  };
  const confirmed: IncidentChange = { ...suspected, change: "confirmed" };
  const cleared: IncidentChange = { ...suspected, change: "cleared", wasConfirmed: true };
  const doubled = duplicateSocket({ confirmed: false });
  const blinded = soundSocket({ verdict: "unknown", masters: null, groups: [] });

  it("count once confirmed and are open from the first suspicion, through blind scans", async () => {
    const metrics = newMetrics();
    const story: readonly {
      readonly saw: ReturnType<typeof reportOf>;
      readonly changes: readonly IncidentChange[];
      readonly told: readonly [total: number, openSince: number, confirmed: number];
    }[] = [
      { saw: reportOf([soundSocket()]), changes: [], told: [0, 0, 0] },
      { saw: reportOf([doubled]), changes: [suspected], told: [0, 1_795_353_598.5, 0] },
      { saw: reportOf([doubled]), changes: [confirmed], told: [1, 1_795_353_598.5, 1] },
      { saw: reportOf([blinded]), changes: [], told: [1, 1_795_353_598.5, 1] },
      // Not even seeing the socket any more ends nothing.
      { saw: reportOf([], { verdict: "unknown" }), changes: [], told: [1, 1_795_353_598.5, 1] },
      { saw: reportOf([soundSocket()]), changes: [cleared], told: [1, 0, 0] },
      { saw: reportOf([doubled]), changes: [suspected, confirmed], told: [2, 1_795_353_598.5, 1] },
      { saw: reportOf([soundSocket()]), changes: [cleared], told: [2, 0, 0] },
    ];
    for (const [step, { saw, changes, told }] of story.entries()) {
      metrics.showReport(saw);
      metrics.countChanges(changes);
      const [total, openSince, isConfirmed] = told;
      const at = `socket="${socketPath}"`;
      expect(
        [
          ...(await samples(metrics, "incident", 'kind="duplicate"')),
          ...(await samples(metrics, "duplicate_confirmed")),
        ],
        `step ${step}`,
      ).toEqual([
        `onemaster_incidents_total{${at},kind="duplicate"} ${total}`,
        `onemaster_incident_open_timestamp_seconds{${at},kind="duplicate"} ${openSince}`,
        `onemaster_duplicate_confirmed{${at}} ${isConfirmed}`,
      ]);
    }
  });

  it("say the same when the changes are told before the report", async () => {
    const metrics = newMetrics();
    metrics.countChanges([suspected, confirmed]);
    metrics.showReport(reportOf([doubled]));
    const at = `socket="${socketPath}",kind="duplicate"`;
    expect(await samples(metrics, at)).toEqual([
      `onemaster_incidents_total{${at}} 1`,
      `onemaster_incident_open_timestamp_seconds{${at}} 1795353598.5`,
    ]);
    metrics.countChanges([cleared]);
    metrics.showReport(reportOf([]));
    expect(await samples(metrics, "socket=")).toEqual([]);
  });

  it("do not make a duplicate of another confirmed finding", async () => {
    const metrics = newMetrics();
    metrics.showReport(reportOf([soundSocket({ verdict: "orphaned-workers", confirmed: true })]));
    metrics.countChanges([{ ...confirmed, kind: "orphaned-workers" }]);
    expect(await samples(metrics, "duplicate_confirmed")).toEqual([
      `onemaster_duplicate_confirmed{socket="${socketPath}"} 0`,
    ]);
  });

  it("take the report's word for a confirmed duplicate", async () => {
    const metrics = newMetrics();
    metrics.showReport(reportOf([duplicateSocket({ confirmed: true })]));
    expect(await samples(metrics, "duplicate_confirmed")).toEqual([
      `onemaster_duplicate_confirmed{socket="${socketPath}"} 1`,
    ]);
  });
});
