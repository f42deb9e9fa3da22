import { mkdtempSync, mkdirSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { checkout } from "../pipeline/checkout.ts";
import { type RunningPrometheus, startPrometheus } from "../pipeline/prometheus.ts";
import type { TestFolder } from "../support/folder.ts";
import { endLeased } from "../support/lease.ts";
import { ticksNow } from "../support/process.ts";
import { waitFor } from "../support/wait.ts";
import { showProgress } from "../soak/progress.ts";
import { type RunningAgents, startAgents } from "./agents.ts";
import { costOfGroups, followGroups, takenBy } from "./figures.ts";
import { type Fleet, planFleet } from "./plan.ts";
import { recordPages } from "./record.ts";
import { asText, type FleetReport } from "./table.ts";

/** What the command line asks for. */
export interface FleetOptions {
  readonly hosts: number;
  readonly minutes: number;
  readonly intervalSeconds: number;
  readonly json: boolean;
}

/**
 * Lets one Prometheus scrape many simulated agents with all rules, and prints what that takes.
 * Promises the exit code: 0 all targets answered and the right alerts fired, 1 not.
 */
export async function runFleet(options: FleetOptions): Promise<number> {
  process.stderr.write("fleet: recording the pages of a real agent\n");
  const recorded = await recordPages();
  const fleet = planFleet(options.hosts);
  const agents = await startAgents(
    fleet.hosts.map(({ name, duplicate }) => ({
      name,
      page: duplicate ? recorded.duplicate : recorded.sound,
    })),
  );
  const path = mkdtempSync(join(realpathSync(tmpdir()), "om-fleet-"));
  const madeTicks = ticksNow();
  const leases = join(path, "leases");
  mkdirSync(leases);
  try {
    const folder: TestFolder = { path, leases, at: (...parts) => join(path, ...parts) };
    const report = await measure(options, fleet, agents, folder);
    process.stdout.write(
      options.json ? `${JSON.stringify(report, undefined, 2)}\n` : asText(report),
    );
    return report.sound ? 0 : 1;
  } finally {
    agents.stop();
    await endLeased(leases, madeTicks);
    rmSync(path, { recursive: true, force: true });
  }
}

async function measure(
  { minutes, intervalSeconds }: FleetOptions,
  fleet: Fleet,
  agents: RunningAgents,
  folder: TestFolder,
): Promise<FleetReport> {
  const interval = `${intervalSeconds}s`;
  writeFileSync(folder.at("targets.json"), "[]");
  const prometheus = await startPrometheus({
    folder,
    config: {
      global: { scrape_interval: interval, evaluation_interval: interval },
      rule_files: [`${checkout}/rules/*.rules.yml`],
      scrape_configs: [
        {
          job_name: "onemaster",
          file_sd_configs: [{ files: ["targets.json"], refresh_interval: "1s" }],
        },
      ],
    },
  });
  const empty = await takenBy(prometheus);
  const targets = fleet.hosts.map(({ cluster }, index) => ({
    labels: { cluster },
    targets: [agents.addresses[index]],
  }));
  writeFileSync(folder.at("targets.json"), JSON.stringify(targets));
  const { groups, from } = await letItRun(prometheus, fleet, minutes, intervalSeconds);
  const full = await takenBy(prometheus);
  const seconds = (performance.now() - from.atMs) / 1000;
  const value = async (expression: string): Promise<number> =>
    (await prometheus.query(expression))[0]?.value ?? Number.NaN;
  const fired = {
    duplicates: await value(
      'count(ALERTS{alertname="OnemasterDuplicateMaster",alertstate="firing"})',
    ),
    clusters: await value(
      'count(ALERTS{alertname="OnemasterFleetDuplicates",alertstate="firing"})',
    ),
  };
  const up = await value('sum(up{job="onemaster"})');
  const costs = await costOfGroups(prometheus, 5);
  return {
    hosts: fleet.hosts.length,
    clusters: fleet.clusters,
    intervalSeconds,
    minutes,
    up,
    seriesPerHost: await value('max(scrape_samples_scraped{job="onemaster"})'),
    pageBytes: Math.round(agents.bytes() / agents.pages()),
    empty,
    full,
    cores: (full.cpuSeconds - from.taken.cpuSeconds) / seconds,
    samplesPerSecond: (full.samples - from.taken.samples) / seconds,
    scrapeSeconds: {
      median: await value('quantile(0.5, scrape_duration_seconds{job="onemaster"})'),
      p99: await value('quantile(0.99, scrape_duration_seconds{job="onemaster"})'),
    },
    groups,
    costs,
    fired,
    expected: { duplicates: fleet.duplicates, clusters: fleet.badClusters },
    sound:
      up === fleet.hosts.length &&
      fired.duplicates === fleet.duplicates &&
      fired.clusters === fleet.badClusters,
  };
}

/** Waits for all to be scraped, then for the time that was asked for, and follows the rules. */
async function letItRun(
  prometheus: RunningPrometheus,
  fleet: Fleet,
  minutes: number,
  intervalSeconds: number,
) {
  const groups = followGroups(prometheus);
  const endProgress = showProgress(() => `fleet: ${fleet.hosts.length} hosts are scraped`);
  try {
    await waitFor(
      "every host to be up",
      async () => {
        const [up] = await prometheus.query('sum(up{job="onemaster"})');
        return up?.value === fleet.hosts.length;
      },
      (60 + 2 * intervalSeconds) * 1000,
    );
    const from = { taken: await takenBy(prometheus), atMs: performance.now() };
    let lookAtMs = from.atMs;
    await waitFor(
      "the time to have passed",
      async () => {
        if (performance.now() > lookAtMs) {
          lookAtMs = performance.now() + 5_000;
          await groups.look();
        }
        return performance.now() > from.atMs + minutes * 60_000;
      },
      minutes * 60_000 + 60_000,
    );
    return { groups: groups.times(), from };
  } finally {
    endProgress();
  }
}
