import { expect, type TestContext } from "vitest";
import { waitFor } from "../support/wait.ts";
import type { ContainerHost } from "../testbed/host.ts";
import { makeDuplicate, platform, type PlatformOptions } from "../testbed/incident.ts";
import { startAgentService } from "../testbed/installed-agent.ts";
import { type Load, type LongRequests, longRequests, whileLoaded } from "../testbed/load.ts";
import type { Release, TestHost } from "../testbed/test-host.ts";
import { inodeAtPath } from "./expected-report.ts";
import { actingSettings, beginsMs, remediateOn } from "./support-acting.ts";
import { goneOf, type HostProcess, processesOn } from "./support-processes.ts";
import { groupPids, sysvPlatform } from "./sysv-platform.ts";
import { has, settledTruth, type Truth } from "./truth.ts";

/** The incident, as it is found: two groups, and requests in flight on the stale one. */
export interface Incident {
  readonly host: ContainerHost;
  readonly stale: number;
  readonly serving: number;
  /** With both groups whole. */
  readonly truth: Truth;
  /** Inode of the live socket file. */
  readonly file: number;
  /** None where none were asked for. */
  readonly long: LongRequests | undefined;
  /** All processes of the host. */
  readonly processes: readonly HostProcess[];
}

/** How the incident comes to be. */
export interface IncidentOptions extends Omit<PlatformOptions, "service"> {
  readonly settings?: Readonly<Record<string, unknown>>;
  /** Whether the agent runs as a service. Absent: it does. */
  readonly agent?: boolean;
  /** How many requests the stale group has in flight. Absent: 2. */
  readonly inFlight?: number;
}

/** A host for this test with the incident on it. */
export async function incidentHost(
  context: TestContext,
  release: Release,
  { settings = actingSettings(), agent = true, inFlight = 2, ...how }: IncidentOptions = {},
): Promise<Incident> {
  const { host } = await sysvPlatform(context, release, { holdMib: 5, ...how });
  if (agent) {
    await startAgentService(host, settings);
  } else {
    await host.write("/etc/onemaster/onemaster.yml", JSON.stringify(settings));
  }
  return await incidentOn(host, inFlight);
}

/** Makes the incident on a host, which then has so many masters: whoever served is stale then. */
export async function incidentOn(
  host: ContainerHost,
  inFlight = 2,
  masters = 2,
): Promise<Incident> {
  const long = inFlight === 0 ? undefined : await longRequests(host, inFlight);
  // more than five starts in ten seconds are refused
  await host.run(["systemctl", "reset-failed", platform.unit]);
  const { stale, serving } = await makeDuplicate(host);
  const truth = await settledTruth(host, `${masters} whole groups`, (settled) => {
    return settled.masters.length === masters;
  });
  const takers = long?.takenBy.map(({ parent }) => parent) ?? [];
  expect(takers).toEqual(takers.map(() => stale));
  const processes = await processesOn(host);
  return { host, stale, serving, truth, file: await inodeAtPath(host), long, processes };
}

/** Waits until those of some workers that have no request have left, and lets the others answer. */
export async function releaseLongRequests(
  { host, long }: Pick<Incident, "host" | "long">,
  workers: readonly number[],
): Promise<void> {
  const busy = new Set(long?.takenBy.map(({ pid }) => pid));
  await waitFor(
    "the idle workers alone to have left",
    async () => {
      const living = new Set((await processesOn(host)).map(({ pid }) => pid));
      return workers.every((pid) => living.has(pid) === busy.has(pid));
    },
    beginsMs,
  );
  await long?.release();
}

/** The workers of the stale master. */
export function staleWorkers({ truth, stale }: Incident): readonly number[] {
  return groupPids(truth, stale).filter((pid) => pid !== stale);
}

/** Every request in flight was answered by the worker that had it. */
export async function expectLongAnswered({ long }: Incident): Promise<void> {
  const answers = (await long?.answers()) ?? [];
  expect(answers.map(({ status, why }) => ({ status, why }))).toEqual(
    answers.map(() => ({ status: 200, why: null })),
  );
  const takers = long?.takenBy.map(({ pid }) => pid) ?? [];
  expect(answers.map(({ said }) => said?.pid)).toEqual(takers);
}

/** The stale group is gone, and nothing else on the host has changed. */
export async function expectOnlyStaleGone(incident: Incident): Promise<void> {
  const { host, stale, serving, truth, file } = incident;
  const after = await settledTruth(host, "one whole group", has(1));
  expect(after).toEqual({ ...truth, masters: truth.masters.filter(({ pid }) => pid === serving) });
  const group = new Set(groupPids(truth, stale));
  const gone = await goneOf(host, incident.processes);
  expect(gone).toEqual(incident.processes.filter(({ pid }) => group.has(pid)));
  await expectNothingLeft(host, file);
}

/** `onemaster remediate --yes` ends the stale group; no request of a load feels it. Gives it. */
export async function expectEndedUnfelt(incident: Incident): Promise<Load> {
  const { host, serving } = incident;
  const { load, worked: ran } = await whileLoaded(host, async () => {
    const acting = remediateOn(host);
    await releaseLongRequests(incident, staleWorkers(incident));
    return await acting;
  });
  expect(ran).toMatchObject({ exitCode: 0 });
  expectNoneFailed(load, serving);
  await expectLongAnswered(incident);
  await expectOnlyStaleGone(incident);
  return load;
}

/** Nothing was ended, nothing is stopped, and the path is as it was. */
export async function expectUntouched(incident: Incident): Promise<void> {
  expect(await goneOf(incident.host, incident.processes)).toEqual([]);
  await expectNothingLeft(incident.host, incident.file);
}

/** The live file at the path and no second name of it, and no stopped process. */
export async function expectNothingLeft(host: TestHost, file: number): Promise<void> {
  expect(await inodeAtPath(host)).toBe(file);
  const names = (await host.run(["ls", "-A", platform.root])).trim().split("\n");
  expect(names.filter((name) => name.includes("onemaster"))).toEqual([]);
  const processes = await processesOn(host);
  expect(processes.filter(({ state }) => state === "T" || state === "t")).toEqual([]);
}

/** No request of a load failed, and all were answered by this master. */
export function expectNoneFailed(load: Load, serving: number): void {
  expect(load).toMatchObject({ failed: 0, failures: [] });
  expect(load.byMaster).toEqual({ [serving]: load.asked });
  expect(load.perSecond).toBeGreaterThanOrEqual(200);
}
