import { beforeEach, describe, expect, onTestFinished, test } from "vitest";
import { testFolder } from "../support/folder.ts";
import { requireReal } from "../support/require-real.ts";
import { waitFor } from "../support/wait.ts";
import { startHost } from "../testbed/host.ts";
import { installPlatform, makeDuplicate, platform, startPlatform } from "../testbed/incident.ts";
import { installAgent, startAgentService } from "../testbed/installed-agent.ts";
import { type Chosen, readDashboard, withChosen } from "./dashboard.ts";
import { checkout } from "./checkout.ts";
import { type RunningPrometheus, startPrometheus } from "./prometheus.ts";
import { relayTo } from "./relay.ts";

beforeEach((context) => requireReal(context, "root", "debootstrap", "nspawn", "prometheus"));

const dashboard = readDashboard();

test("every panel of the dashboard has an id, a place and a query of its own", () => {
  const ids = dashboard.panels.map(({ id }) => id);
  expect(new Set(ids).size).toBe(ids.length);
  const charts = dashboard.panels.filter(({ type }) => type !== "row");
  expect(charts.filter(({ targets = [] }) => targets.length === 0)).toEqual([]);
});

describe("a host with two masters, scraped by Prometheus", () => {
  test("the dashboard has data in every panel, and the rules see the unit as it is", async () => {
    const host = await startHost({ release: "bookworm", name: "vm" });
    onTestFinished(() => host.stop());
    await installPlatform(host, { holdMib: 5 });
    await installAgent(host);
    await startPlatform(host);
    await startAgentService(host, {
      sockets: [{ path: platform.socket, unit: platform.unit, pidfile: platform.pidfile }],
      scan: { confirm_for: "1s" },
    });
    const target = await relayTo(host);
    const prometheus = await startPrometheus({
      folder: testFolder(),
      config: {
        global: { scrape_interval: "5s", evaluation_interval: "1s" },
        rule_files: [`${checkout}/rules/*.rules.yml`],
        scrape_configs: [
          {
            job_name: "onemaster",
            static_configs: [{ targets: [target], labels: { cluster: "eu1" } }],
          },
        ],
      },
    });
    await makeDuplicate(host);
    await waitFor(
      "Prometheus to have the second master for some scrapes",
      async () => {
        const [seen] = await prometheus.query(
          "sum_over_time(cluster:onemaster_hosts_duplicate:sum[1m])",
        );
        // a rate is that of two scrapes at the least
        const [scrapes] = await prometheus.query(
          "min(count_over_time(onemaster_scans_total[30s]))",
        );
        return (seen?.value ?? 0) >= 5 && (scrapes?.value ?? 0) >= 4;
      },
      120_000,
    );

    await expectData(prometheus, { cluster: ".*", instance: ".*", socket: ".*" });
    await expectData(prometheus, { cluster: "eu1", instance: target, socket: platform.socket });
    await expectValues(prometheus, { cluster: "eu1", instance: target, socket: platform.socket });
    const targetLabels = { job: "onemaster", instance: target, cluster: "eu1" };
    const critical = { ...targetLabels, severity: "critical", socket: platform.socket };
    const warning = { ...targetLabels, severity: "warning", unit: platform.unit };
    expect(await alertsOf(prometheus, "OnemasterDuplicateMaster")).toEqual([critical]);
    // the second master has written the pidfile, so the next stop finds it
    expect(await alertsOf(prometheus, "OnemasterUnitWillDuplicate")).toEqual([]);

    await host.run(["rm", platform.pidfile]);
    await host.run("systemctl restart onemaster.service");
    await waitFor(
      "a unit without its pidfile to be told",
      async () => (await alertsOf(prometheus, "OnemasterUnitWillDuplicate")).length > 0,
      90_000,
    );
    expect(await alertsOf(prometheus, "OnemasterUnitWillDuplicate")).toEqual([warning]);
    expect(await alertsOf(prometheus, "OnemasterLeftoversAfterStop")).toEqual([]);

    await host.run(["systemctl", "stop", platform.unit]);
    await waitFor(
      "what the stop has left to be told",
      async () => (await alertsOf(prometheus, "OnemasterLeftoversAfterStop")).length > 0,
      90_000,
    );
    expect(await alertsOf(prometheus, "OnemasterLeftoversAfterStop")).toEqual([warning]);
  });
});

/** Every query and every variable has to give at least one sample, and none that is no number. */
async function expectData(prometheus: RunningPrometheus, chosen: Chosen): Promise<void> {
  const empty: string[] = [];
  for (const { panel, expression } of dashboard.queries) {
    const samples = await prometheus.query(withChosen(expression, chosen));
    if (samples.length === 0 || samples.some(({ value }) => Number.isNaN(value))) {
      empty.push(`${panel}: ${withChosen(expression, chosen)}`);
    }
  }
  for (const { name, selector, label } of dashboard.variables) {
    const samples = await prometheus.query(withChosen(selector, chosen));
    if (!samples.some(({ labels }) => labels[label] !== undefined)) empty.push(`$${name}`);
  }
  expect(empty).toEqual([]);
}

/** What the first row has to say of one host with a second master. */
async function expectValues(prometheus: RunningPrometheus, chosen: Chosen): Promise<void> {
  const said: Record<string, number | undefined> = {};
  for (const panel of [
    "Hosts with a second master",
    "Sockets that nobody reaches",
    "Hosts that do not answer",
    "Hosts that see too little",
  ]) {
    const query = dashboard.queries.find((one) => one.panel === panel);
    const [sample] = await prometheus.query(withChosen(query?.expression ?? "", chosen));
    said[panel] = sample?.value;
  }
  expect(said).toEqual({
    "Hosts with a second master": 1,
    "Sockets that nobody reaches": 0,
    "Hosts that do not answer": 0,
    "Hosts that see too little": 0,
  });
}

/** The labels of the alerts of a name, pending or firing, without that name. */
async function alertsOf(prometheus: RunningPrometheus, name: string) {
  return (await prometheus.alerts())
    .filter(({ labels }) => labels["alertname"] === name)
    .map(({ labels }) => {
      const others = Object.entries(labels).filter(([label]) => label !== "alertname");
      return Object.fromEntries(others);
    });
}
