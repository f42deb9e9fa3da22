import { waitFor } from "../support/wait.ts";
import { startHost } from "../testbed/host.ts";
import { answering, installPlatform, startPlatform } from "../testbed/incident.ts";
import { installAgent } from "../testbed/installed-agent.ts";
import { type Load, whileLoaded } from "../testbed/load.ts";
import type { Release, TestHost } from "../testbed/test-host.ts";
import { actingSettings, endablePlan, recordsOn, remediateOn } from "../systemd/support-acting.ts";
import {
  expectOnlyStaleGone,
  type Incident,
  incidentOn,
  releaseLongRequests,
  staleWorkers,
} from "../systemd/support-incident.ts";
import { showProgress } from "./progress.ts";

/** What the command line asks for. */
export interface RemediateSoakOptions {
  /** Over all hosts together. */
  readonly remediate: number;
  readonly releases: readonly Release[];
  readonly json: boolean;
}

/** One round: a duplicate was made and its stale group ended. */
interface Round {
  readonly release: Release;
  readonly asked: number;
  readonly failed: number;
  readonly perSecond: number;
  readonly slowestMs: number;
  readonly tookMs: number;
}

/** One request is in flight on the stale group in each round. */
const inFlight = 1;

/**
 * Makes the duplicate and ends its stale group again and again, under load, and prints how many
 * requests were asked and failed. Promises the exit code: 0 every round was as it should be, 1 a
 * request failed, 70 a round did not end as it should, which is then told.
 */
export async function runRemediateSoak(options: RemediateSoakOptions): Promise<number> {
  const { remediate, releases, json } = options;
  const rounds: Round[] = [];
  const startedMs = performance.now();
  const endProgress = showProgress(() => {
    const seconds = Math.round((performance.now() - startedMs) / 1000);
    return `soak: ${rounds.length} of ${remediate} remediations after ${seconds} s`;
  });
  const hosts = releases.map(async (release, index) => {
    const own =
      Math.floor(remediate / releases.length) + (index < remediate % releases.length ? 1 : 0);
    await soakHost(release, own, rounds);
  });
  const ended = await Promise.allSettled(hosts);
  endProgress();
  const broken = ended.flatMap((one) => (one.status === "rejected" ? [one.reason] : []));
  for (const reason of broken) {
    process.stderr.write(`soak: ${reason instanceof Error ? reason.stack : String(reason)}\n`);
  }
  process.stdout.write(json ? `${JSON.stringify({ rounds })}\n` : asText(rounds, releases));
  if (broken.length > 0) {
    return 70;
  }
  return rounds.every(({ failed }) => failed === 0) ? 0 : 1;
}

async function soakHost(release: Release, count: number, rounds: Round[]): Promise<void> {
  const host = await startHost({ release, name: release });
  try {
    await installPlatform(host, { holdMib: 1 });
    await installAgent(host);
    await host.write("/etc/onemaster/onemaster.yml", JSON.stringify(actingSettings()));
    await startPlatform(host);
    for (let round = 0; round < count; round += 1) {
      const startedMs = performance.now();
      const incident = await incidentOn(host, inFlight);
      await endablePlan(host);
      const load = await endedUnderLoad(incident);
      await expectOnlyStaleGone(incident);
      await expectAnswered(host, incident, load);
      const { asked, failed, perSecond, slowestMs } = load;
      const tookMs = performance.now() - startedMs;
      rounds.push({ release, asked, failed, perSecond, slowestMs, tookMs });
    }
    const records = await recordsOn(host);
    const others = records.filter(({ outcome }) => outcome !== "ended");
    if (others.length > 0) {
      throw new Error(`${release}: not all attempts ended: ${JSON.stringify(others)}`);
    }
  } finally {
    await host.stop();
  }
}

async function endedUnderLoad(incident: Incident): Promise<Load> {
  const { host } = incident;
  const { load, worked: ran } = await whileLoaded(host, async () => {
    const acting = remediateOn(host);
    await releaseLongRequests(incident, staleWorkers(incident));
    return await acting;
  });
  if (ran.exitCode !== 0) {
    throw new Error(`${host.name}: remediate --yes ended with ${ran.exitCode}: ${ran.stderr}`);
  }
  return load;
}

async function expectAnswered(
  host: TestHost,
  { long, serving }: Incident,
  { byMaster }: Load,
): Promise<void> {
  const answers = (await long?.answers()) ?? [];
  const unanswered = answers.filter(({ status }) => status !== 200);
  if (unanswered.length > 0) {
    throw new Error(`${host.name}: requests in flight failed: ${JSON.stringify(unanswered)}`);
  }
  const others = Object.keys(byMaster).filter((pid) => pid !== `${serving}`);
  if (others.length > 0) {
    throw new Error(`${host.name}: ${others.join(", ")} answered beside master ${serving}`);
  }
  await waitFor("the owner to answer", async () => (await answering(host)) === serving);
}

function asText(rounds: readonly Round[], releases: readonly Release[]): string {
  return releases
    .map((release) => {
      const own = rounds.filter((round) => round.release === release);
      const sum = (value: (round: Round) => number): number =>
        own.reduce((total, round) => total + value(round), 0);
      const slowestMs = Math.max(0, ...own.map((round) => round.slowestMs));
      const leastPerSecond = Math.min(...own.map(({ perSecond }) => perSecond));
      return [
        `${release}: ${own.length} stale groups ended, each with ${inFlight} request in flight`,
        `  ${sum(({ failed }) => failed)} of ${sum(({ asked }) => asked)} requests failed, ` +
          `slowest ${Math.round(slowestMs)} ms, at least ${Math.floor(leastPerSecond)} a second`,
        `  ${(sum(({ tookMs }) => tookMs) / Math.max(1, own.length) / 1000).toFixed(1)} s a round`,
        "",
      ].join("\n");
    })
    .join("");
}
