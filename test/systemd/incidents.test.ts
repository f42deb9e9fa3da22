import { beforeEach, describe, expect, test } from "vitest";
import type { IncidentRecord, IncidentSummary } from "../../agent/model/incident-record.ts";
import type { MetricsPage } from "../support/metrics.ts";
import { requireReal } from "../support/require-real.ts";
import { waitFor } from "../support/wait.ts";
import type { ContainerHost } from "../testbed/host.ts";
import { installPlatform, makeDuplicate, platform, startPlatform } from "../testbed/incident.ts";
import { installAgent, metricsOf, startAgentService } from "../testbed/installed-agent.ts";
import { releases, type TestHost } from "../testbed/test-host.ts";
import { testHost } from "./host-fixture.ts";
import { endSafely } from "./support-ending.ts";

beforeEach((context) => requireReal(context, "root", "debootstrap", "nspawn"));

const settings = { scan: { confirm_for: "1s", interval: "1s" } };

describe.each(releases)("incidents on %s", (release) => {
  test("one with its cause, that outlives its agent, and its end", async (context) => {
    const host = await testHost(context, { release, name: "web1" });
    await readyHost(host, settings);
    const { stale, serving } = await makeDuplicate(host);
    const record = await waitFor("the incident with its cause", async () => {
      const found = await shown(host);
      return found?.cause === null ? undefined : found;
    });
    const group = (await host.run(["pgrep", "--parent", `${stale}`]))
      .trim()
      .split("\n")
      .map(Number);
    expect(record).toMatchObject({
      state: "open",
      socket: platform.socket,
      kind: "duplicate",
      closedAt: null,
      subjects: [expect.stringMatching(new RegExp(`^${stale}:`))],
      cause: {
        trigger: "manual-restart",
        by: null,
        unit: platform.unit,
        secondPid: serving,
      },
      unitProperties: { KillMode: "process", MainPID: "0", GuessMainPID: "no" },
    });
    expect(record.cause?.survivors.toSorted((a, b) => a - b)).toEqual([stale, ...group]);
    expect(record.journal.map(({ text }) => text)).toEqual(
      expect.arrayContaining([
        expect.stringContaining(`process ${stale} (gunicorn`),
        expect.stringContaining("stopped (job restart)"),
      ]),
    );
    await killAgent(host);
    await startAgentService(host, settings);
    // as long as it would take to confirm a new one, and more
    await waitFor("the duplicate to be confirmed again", async () => {
      const page = await metricsOf(host);
      return valueOf(page, "onemaster_duplicate_confirmed", { socket: platform.socket }) === 1;
    });
    expect((await listed(host)).map(({ id, state }) => [id, state])).toEqual([[record.id, "open"]]);
    await endSafely(host, stale, group);
    const closed = await waitFor("the end to be recorded", async () => {
      const found = await shown(host);
      return found?.state === "closed" ? found : undefined;
    });
    expect(closed).toMatchObject({
      id: record.id,
      cause: record.cause,
      ending: `the socket is one-master: master ${serving} serving`,
      reports: { closed: { verdict: "one-master" } },
    });
    const overHttp: unknown = JSON.parse(
      await host.run("curl -sf http://127.0.0.1:10709/api/v1/incidents"),
    );
    expect(overHttp).toEqual({ schema: 1, incidents: await listed(host) });
    const text = await host.run(["onemaster", "incidents", "show", "last"]);
    expect(text).toContain("trigger  manual-restart");
  });

  test("a disk that is full delays the record, not the agent", async (context) => {
    const host = await testHost(context, { release, name: "web1" });
    await host.run("mkdir /mnt/state; mount -t tmpfs -o size=64k tmpfs /mnt/state");
    await host.run("dd if=/dev/zero of=/mnt/state/full bs=4k 2>/dev/null || true");
    await readyHost(host, { ...settings, state_dir: "/mnt/state" });
    const { stale } = await makeDuplicate(host);
    await waitFor("the failure to be counted", async () => {
      return (valueOf(await metricsOf(host), "onemaster_state_failures_total", {}) ?? 0) > 0;
    });
    const page = await metricsOf(host);
    const { socket } = platform;
    expect(valueOf(page, "onemaster_masters", { socket, role: "stale" })).toBe(1);
    const told = (): Promise<readonly IncidentSummary[]> => overApi(host);
    await waitFor("the incident to be told", async () => (await told()).length === 1);
    expect(await listed(host)).toEqual([]);
    await host.run("rm /mnt/state/full");
    await waitFor("the record", async () => (await listed(host)).length === 1);
    expect(await listed(host)).toEqual(await told());
    expect((await shown(host))?.subjects).toEqual([
      expect.stringMatching(new RegExp(`^${stale}:`)),
    ]);
  });
});

async function readyHost(
  host: ContainerHost,
  how: Readonly<Record<string, unknown>>,
): Promise<void> {
  await installPlatform(host, { holdMib: 1 });
  await installAgent(host);
  await startPlatform(host);
  await startAgentService(host, how);
}

async function listed(host: TestHost): Promise<readonly IncidentSummary[]> {
  const text = await host.run(["onemaster", "incidents", "--json"]);
  return (JSON.parse(text) as { readonly incidents: readonly IncidentSummary[] }).incidents;
}

async function overApi(host: TestHost): Promise<readonly IncidentSummary[]> {
  const text = await host.run("curl -sf http://127.0.0.1:10709/api/v1/incidents");
  return (JSON.parse(text) as { readonly incidents: readonly IncidentSummary[] }).incidents;
}

/** The newest incident; undefined while there is none. */
async function shown(host: TestHost): Promise<IncidentRecord | undefined> {
  const ran = await host.attempt(["onemaster", "incidents", "show", "last", "--json"]);
  return ran.exitCode === 0 ? (JSON.parse(ran.stdout) as IncidentRecord) : undefined;
}

/** The sample of a metric with these labels; undefined: there is none. */
function valueOf(
  page: MetricsPage,
  name: string,
  labels: Readonly<Record<string, string>>,
): number | undefined {
  return page.find(
    (one) =>
      one.name === name && Object.entries(labels).every(([key, text]) => one.labels[key] === text),
  )?.value;
}

async function killAgent(host: TestHost): Promise<void> {
  await host.run("systemctl kill --signal=SIGKILL onemaster.service");
  await waitFor("the agent to be gone", async () => {
    return (await host.attempt("systemctl is-active onemaster.service")).exitCode !== 0;
  });
}
