import { writeFileSync } from "node:fs";
import { beforeEach, expect, test } from "vitest";
import { testFolder } from "../support/folder.ts";
import { requireReal } from "../support/require-real.ts";
import { waitFor } from "../support/wait.ts";
import { makeDuplicate, platform } from "../testbed/incident.ts";
import { statusOn } from "../testbed/installed-agent.ts";
import { ensurePackages } from "../testbed/package.ts";
import { startAlertmanagerPair } from "./alertmanager.ts";
import { impatientRules } from "./examples.ts";
import {
  boundAtMs,
  type FleetHost,
  makeScraper,
  type Scraper,
  settle,
  startFleetHost,
} from "./installed-fleet.ts";
import { type RunningPrometheus, startPrometheus } from "./prometheus.ts";
import { routeAtOnce } from "./pushing-agent.ts";
import { type NotifiedAlert, type Receiver, startReceiver } from "./receiver.ts";

beforeEach((context) =>
  requireReal(context, "root", "debootstrap", "nspawn", "prometheus", "alertmanager"),
);

const confirmForMs = 1_000;

const hosts = [
  { name: "web1", cluster: "eu1", release: "bookworm", kind: "executable" },
  { name: "web2", cluster: "eu2", release: "trixie", kind: "all" },
  { name: "web3", cluster: "eu3", release: "bookworm", kind: "executable" },
] as const;

/*
 * Three hosts with the package, one Prometheus, a pair of Alertmanagers, one pager: what happens
 * on one host wakes somebody once, whether Prometheus alone finds it or the agent says it as well.
 * Each has a cluster of its own: with who is ill in one, Alertmanager tells again of who was.
 */
test(
  "a second master on one of three hosts is one page, and it resolves",
  { timeout: 600_000 },
  async (context) => {
    const folder = testFolder();
    const receiver = await startReceiver();
    const scraper = makeScraper(folder);
    // once, not by each host
    await ensurePackages();
    const fleet = await Promise.all(hosts.map((one) => startFleetHost(context, folder, one)));
    const [byPrometheus, pushing, quiet] = fleet;
    if (byPrometheus === undefined || pushing === undefined || quiet === undefined) {
      throw new Error("three hosts were started");
    }
    const ourAddress = await gatewayOf(pushing);
    const pair = await startAlertmanagerPair({
      folder,
      config: routeAtOnce(receiver, 5),
      host: ourAddress,
    });
    const scan = { confirm_for: `${confirmForMs}ms` };
    // who serves has to have lasted for that long anyway before the other is ended
    const remediation = { confirm_for: "10s" };
    await settle(byPrometheus, { scan, remediation });
    await settle(quiet, { scan, remediation });
    await settle(pushing, {
      scan,
      remediation,
      alertmanager: {
        url: pair.map(({ url }) => url),
        // scraped every five seconds, Prometheus sees the end that much later
        resolve_after: "15s",
        labels: { instance: pushing.instance, cluster: pushing.cluster },
      },
    });
    // how long the shipped rule waits is what page.test.ts is about
    writeFileSync(folder.at("onemaster.rules.yml"), impatientRules());
    const prometheus = await startPrometheus({
      folder,
      config: configFor(
        fleet,
        scraper,
        pair.map(({ address }) => address),
      ),
    });
    await waitFor(
      "three sound sockets",
      async () => (await prometheus.query("onemaster_duplicate_confirmed == 0")).length === 3,
      30_000,
    ).catch(async (error: unknown) => {
      throw new Error(JSON.stringify(await prometheus.targets()), { cause: error });
    });

    await Promise.all([
      incident(byPrometheus, "through Prometheus", prometheus, receiver),
      incident(pushing, "pushed directly", prometheus, receiver),
    ]);

    // whoever waits for the other's turn would have told by then what he knew before he waited
    const lastMs = Math.max(...receiver.notifications().map(({ receivedAtMs }) => receivedAtMs));
    await waitFor("the other's turn to have passed", () => Date.now() > lastMs + 3_000);
    expect(fleet.map(({ instance }) => pagesAbout(receiver, instance))).toEqual([
      ["firing", "resolved"],
      ["firing", "resolved"],
      [],
    ]);
    expect(alertsAbout(receiver, quiet.instance)).toEqual([]);
  },
);

/** The incident on one host, the one page that comes of it, and its end by `remediate --yes`. */
async function incident(
  one: FleetHost,
  way: string,
  prometheus: RunningPrometheus,
  receiver: Receiver,
): Promise<void> {
  const { host, instance, cluster } = one;
  const { stale, serving } = await makeDuplicate(host);
  const boundMs = await boundAtMs(one);
  const after = (ms: number): string => `${((ms - boundMs) / 1_000).toFixed(2)} s`;
  const about = `{instance="${instance}"}`;
  const inPrometheus = await reached("the metric", async () => {
    return (await prometheus.query(`onemaster_duplicate_confirmed${about} == 1`)).length > 0;
  });
  const firing = await reached("the rule", async () =>
    (await prometheus.alerts()).some(
      ({ state, labels }) =>
        state === "firing" &&
        labels["alertname"] === "OnemasterDuplicateMaster" &&
        labels["instance"] === instance,
    ),
  );
  await untilPages(receiver, instance, ["firing"], 60_000);
  const page = receiver
    .notifications()
    .find(({ alerts }) => alerts.some(({ labels }) => labels["instance"] === instance));
  expect(page?.alerts.map(({ labels }) => labels)).toEqual([
    {
      alertname: "OnemasterDuplicateMaster",
      severity: "critical",
      job: "onemaster",
      instance,
      cluster,
      socket: platform.socket,
    },
  ]);
  expect(page?.alerts[0]?.annotations["description"]).toMatch(/onemaster remediate/);
  process.stderr.write(
    `${way}: after the bind, metric in Prometheus ${after(inPrometheus)}, rule ${after(firing)}, ` +
      `page ${after(page?.receivedAtMs ?? NaN)} (confirm_for ${confirmForMs / 1_000} s)\n`,
  );

  const ran = await waitFor(
    "the stale group to be ended",
    async () => {
      const tried = await host.attempt(["onemaster", "remediate", "--yes"]);
      if (tried.exitCode === 0) return tried;
      throw new Error(tried.stderr);
    },
    40_000,
  );
  expect(ran.stdout).toContain(`${stale}`);
  const { verdict, sockets } = await statusOn(host);
  expect([verdict, sockets[0]?.groups[0]?.master?.pid]).toEqual(["one-master", serving]);
  await untilPages(receiver, instance, ["firing", "resolved"], 90_000);
}

/** All that was told of a host, oldest first. */
function alertsAbout(receiver: Receiver, instance: string): readonly NotifiedAlert[] {
  return receiver
    .notifications()
    .flatMap(({ alerts }) => alerts)
    .filter(({ labels }) => labels["instance"] === instance);
}

/** Whether each page about a host woke somebody or let him sleep again. */
function pagesAbout(receiver: Receiver, instance: string): readonly string[] {
  return alertsAbout(receiver, instance)
    .filter(({ labels }) => labels["severity"] === "critical")
    .map(({ status }) => status);
}

async function untilPages(
  receiver: Receiver,
  instance: string,
  wanted: readonly string[],
  timeoutMs: number,
): Promise<void> {
  await waitFor(
    `the pages ${wanted.join(", ")} about ${instance}`,
    () => pagesAbout(receiver, instance).join() === wanted.join(),
    timeoutMs,
  ).catch((error: unknown) => {
    const came = JSON.stringify(alertsAbout(receiver, instance));
    throw new Error(`came: ${came}`, { cause: error });
  });
}

async function reached(what: string, seen: () => Promise<boolean>): Promise<number> {
  await waitFor(what, seen, 120_000);
  return Date.now();
}

function configFor(
  fleet: readonly FleetHost[],
  scraper: Scraper,
  alertmanagers: readonly string[],
) {
  return {
    global: { scrape_interval: "5s", evaluation_interval: "1s" },
    rule_files: ["onemaster.rules.yml"],
    alerting: { alertmanagers: [{ static_configs: [{ targets: alertmanagers }] }] },
    scrape_configs: [
      {
        job_name: "onemaster",
        scheme: "https",
        tls_config: { ca_file: scraper.caFile },
        basic_auth: { username: scraper.username, password_file: scraper.passwordFile },
        static_configs: fleet.map(({ instance, cluster }) => ({
          targets: [instance],
          labels: { cluster },
        })),
      },
    ],
  };
}

/** The address of this machine that a host reaches. */
async function gatewayOf({ host }: FleetHost): Promise<string> {
  const route = await host.run("ip -4 route show default");
  const address = /via (\S+)/.exec(route)?.[1];
  if (address === undefined) throw new Error(`no way out of ${host.name}: ${route}`);
  return address;
}
