import { describe, expect, it } from "vitest";
import { blindSpots } from "../../../agent/model/blind.ts";
import { scanCauses } from "../../../agent/model/scan.ts";
import { findingKinds, roles, verdicts } from "../../../agent/model/verdict.ts";
import { newMetrics, samples } from "./page.ts";
import {
  duplicateSocket,
  memoryOf,
  orphanedGroup,
  reportOf,
  servingGroup,
  socketPath,
  soundSocket,
  staleGroup,
} from "./reports.ts";

const other = "/run/other/api.sock";

describe("before the first scan", () => {
  it("has every series whose labels are known, at zero, and nothing that nobody told", async () => {
    expect(await samples(newMetrics())).toEqual([
      'onemaster_scan_duration_seconds_bucket{le="0.001"} 0',
      'onemaster_scan_duration_seconds_bucket{le="0.005"} 0',
      'onemaster_scan_duration_seconds_bucket{le="0.02"} 0',
      'onemaster_scan_duration_seconds_bucket{le="0.1"} 0',
      'onemaster_scan_duration_seconds_bucket{le="0.5"} 0',
      'onemaster_scan_duration_seconds_bucket{le="+Inf"} 0',
      "onemaster_scan_duration_seconds_sum 0",
      "onemaster_scan_duration_seconds_count 0",
      ...scanCauses.map((cause) => `onemaster_scans_total{cause="${cause}"} 0`),
      "onemaster_last_complete_scan_timestamp_seconds 0",
      ...["gone", "denied", "malformed", "failed"].map(
        (kind) => `onemaster_read_failures_total{kind="${kind}"} 0`,
      ),
      ...blindSpots.map((what) => `onemaster_blind{what="${what}"} 0`),
      "onemaster_state_failures_total 0",
      "onemaster_log_failures_total 0",
      'onemaster_build_info{version="1.2.3",node="v20.19.0"} 1',
    ]);
  });
});

describe("a sound socket", () => {
  it("has all roles, verdicts and kinds at once, at zero where nothing is", async () => {
    const metrics = newMetrics();
    metrics.showReport(reportOf([soundSocket()]));
    const at = `socket="${socketPath}"`;
    expect(await samples(metrics, at)).toEqual([
      ...roles.map(
        (role) => `onemaster_masters{${at},role="${role}"} ${role === "serving" ? 1 : 0}`,
      ),
      ...roles.map(
        (role) => `onemaster_workers{${at},role="${role}"} ${role === "serving" ? 4 : 0}`,
      ),
      ...verdicts.map(
        (one) => `onemaster_socket_verdict{${at},verdict="${one}"} ${one === "one-master" ? 1 : 0}`,
      ),
      `onemaster_duplicate_confirmed{${at}} 0`,
      `onemaster_group_memory_bytes{${at},role="serving",type="rss"} 484442112`,
      `onemaster_group_memory_bytes{${at},role="serving",type="pss"} 420478976`,
      `onemaster_group_memory_bytes{${at},role="serving",type="uss"} 389021696`,
      `onemaster_group_memory_bytes{${at},role="serving",type="swap"} 3145728`,
      `onemaster_group_memory_bytes{${at},role="serving",type="reclaimable"} 398458880`,
      `onemaster_orphan_memory_bytes{${at},type="rss"} 0`,
      `onemaster_orphan_memory_bytes{${at},type="reclaimable"} 0`,
      `onemaster_orphan_memory_budget_ratio{${at}} 0`,
      ...findingKinds.map((kind) => `onemaster_incidents_total{${at},kind="${kind}"} 0`),
      ...findingKinds.map(
        (kind) => `onemaster_incident_open_timestamp_seconds{${at},kind="${kind}"} 0`,
      ),
    ]);
  });
});

describe("facts that could not be told", () => {
  it("leave no count of masters and workers, not a zero", async () => {
    const metrics = newMetrics();
    metrics.showReport(reportOf([soundSocket({ verdict: "unknown", masters: null, groups: [] })]));
    expect(await samples(metrics, "onemaster_masters")).toEqual([]);
    expect(await samples(metrics, "onemaster_workers")).toEqual([]);
    expect(await samples(metrics, 'verdict="unknown"')).toEqual([
      `onemaster_socket_verdict{socket="${socketPath}",verdict="unknown"} 1`,
    ]);
  });

  it("leave no memory for a role of which one group could not be read", async () => {
    const metrics = newMetrics();
    const groups = [servingGroup(), staleGroup(), staleGroup({ memory: null })];
    metrics.showReport(reportOf([duplicateSocket({ groups })]));
    expect(await samples(metrics, "group_memory", 'role="stale"')).toEqual([]);
    expect(await samples(metrics, "group_memory", 'role="serving"')).toHaveLength(5);
  });

  it("leave no orphan memory, no ratio and no budget", async () => {
    const metrics = newMetrics();
    const unread = { rssBytes: null, reclaimableBytes: null, budgetBytes: null, budgetRatio: null };
    metrics.showReport(reportOf([duplicateSocket({ orphanMemory: unread })]));
    expect(await samples(metrics, "onemaster_orphan")).toEqual([]);
    expect(await samples(metrics, "onemaster_memory_budget")).toEqual([]);
  });
});

describe("several groups and sockets", () => {
  it("adds up masters, workers and memory of one role", async () => {
    const metrics = newMetrics();
    const groups = [servingGroup(), staleGroup(), staleGroup({ memory: memoryOf(100) })];
    metrics.showReport(reportOf([duplicateSocket({ masters: 3, groups })]));
    const at = `socket="${socketPath}",role="stale"`;
    expect(await samples(metrics, at)).toEqual([
      `onemaster_masters{${at}} 2`,
      `onemaster_workers{${at}} 6`,
      `onemaster_group_memory_bytes{${at},type="rss"} ${(451 + 182) * 1_048_576}`,
      `onemaster_group_memory_bytes{${at},type="pss"} ${(390 + 121) * 1_048_576}`,
      `onemaster_group_memory_bytes{${at},type="uss"} ${(360 + 91) * 1_048_576}`,
      `onemaster_group_memory_bytes{${at},type="swap"} ${(3 + 3) * 1_048_576}`,
      `onemaster_group_memory_bytes{${at},type="reclaimable"} ${(369 + 100) * 1_048_576}`,
    ]);
  });

  it("counts workers without a master as no master", async () => {
    const metrics = newMetrics();
    metrics.showReport(reportOf([soundSocket({ groups: [servingGroup(), orphanedGroup()] })]));
    expect(await samples(metrics, 'role="orphaned"', "ers{")).toEqual([
      `onemaster_masters{socket="${socketPath}",role="orphaned"} 0`,
      `onemaster_workers{socket="${socketPath}",role="orphaned"} 3`,
    ]);
  });

  it("gives the smallest budget of all sockets", async () => {
    const metrics = newMetrics();
    const { orphanMemory } = soundSocket();
    const tight = { ...orphanMemory, budgetBytes: 536_870_912 };
    const untold = { ...orphanMemory, budgetBytes: null, budgetRatio: null };
    metrics.showReport(
      reportOf([
        soundSocket(),
        soundSocket({ path: other, orphanMemory: tight }),
        soundSocket({ path: "/run/third.sock", orphanMemory: untold }),
      ]),
    );
    expect(await samples(metrics, "memory_budget_bytes")).toEqual([
      "onemaster_memory_budget_bytes 536870912",
    ]);
  });

  it("takes every series of a socket that is gone off the page", async () => {
    const metrics = newMetrics();
    metrics.showReport(reportOf([soundSocket(), duplicateSocket({ path: other })]));
    expect((await samples(metrics, `socket="${other}"`)).length).toBeGreaterThan(40);
    metrics.showReport(reportOf([soundSocket()]));
    expect(await samples(metrics, `socket="${other}"`)).toEqual([]);
    expect((await samples(metrics, `socket="${socketPath}"`)).length).toBeGreaterThan(40);
    metrics.showReport(reportOf([]));
    expect(await samples(metrics, "socket=")).toEqual([]);
    expect(await samples(metrics, "memory_budget_bytes")).toEqual([]);
  });

  it("escapes a path with a quote, a backslash and a line break", async () => {
    const metrics = newMetrics();
    metrics.showReport(reportOf([soundSocket({ path: '/run/a"b\\c\nd.sock' })]));
    expect(await samples(metrics, "duplicate_confirmed")).toEqual([
      String.raw`onemaster_duplicate_confirmed{socket="/run/a\"b\\c\nd.sock"} 0`,
    ]);
  });
});

describe("the agent's own health", () => {
  it("counts scans by cause and sorts their durations", async () => {
    const metrics = newMetrics();
    metrics.countScan("scrape", 0.004);
    metrics.countScan("scrape", 0.6);
    expect(await samples(metrics, "onemaster_scan", " 2")).toEqual([
      'onemaster_scan_duration_seconds_bucket{le="+Inf"} 2',
      "onemaster_scan_duration_seconds_count 2",
      'onemaster_scans_total{cause="scrape"} 2',
    ]);
    expect(await samples(metrics, "_bucket", " 1")).toHaveLength(4);
  });

  it("grows read failures to the totals it is given and refuses totals that shrink", async () => {
    const metrics = newMetrics();
    metrics.setReadFailures({ gone: 3, denied: 1, malformed: 0, failed: 0 });
    metrics.setReadFailures({ gone: 5, denied: 1, malformed: 0, failed: 2 });
    expect(await samples(metrics, "read_failures")).toEqual([
      'onemaster_read_failures_total{kind="gone"} 5',
      'onemaster_read_failures_total{kind="denied"} 1',
      'onemaster_read_failures_total{kind="malformed"} 0',
      'onemaster_read_failures_total{kind="failed"} 2',
    ]);
    expect(() => metrics.setReadFailures({ gone: 4, denied: 1, malformed: 0, failed: 2 })).toThrow(
      /decrease/,
    );
  });

  it("shows what is blind until a report says otherwise", async () => {
    const metrics = newMetrics();
    const blind = [
      { what: "fd-links", pid: 812, reason: "denied" },
      { what: "fd-links", pid: 813, reason: "denied" },
      { what: "memory", reason: "EACCES" },
    ];
    metrics.showReport(reportOf([], { blind }));
    expect(await samples(metrics, "onemaster_blind", " 1")).toEqual([
      'onemaster_blind{what="fd-links"} 1',
      'onemaster_blind{what="memory"} 1',
    ]);
    metrics.showReport(reportOf([]));
    expect(await samples(metrics, "onemaster_blind")).toEqual(
      blindSpots.map((what) => `onemaster_blind{what="${what}"} 0`),
    );
  });

  it("says how the last load of the settings went, and nothing before", async () => {
    const metrics = newMetrics();
    expect(await samples(metrics, "settings_reload")).toEqual([]);
    metrics.setSettingsReload(false, 1_795_353_598_500);
    expect(await samples(metrics, "settings_reload")).toEqual([
      "onemaster_settings_reload_success 0",
      "onemaster_settings_reload_timestamp_seconds 1795353598.5",
    ]);
  });

  it("shares nothing between two agents in one process", async () => {
    const one = newMetrics();
    const two = newMetrics();
    one.countScan("start", 0.1);
    expect(await samples(two, 'cause="start"')).toEqual(['onemaster_scans_total{cause="start"} 0']);
  });
});
