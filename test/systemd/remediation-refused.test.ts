import { describe, expect, test } from "vitest";
import { waitFor } from "../support/wait.ts";
import { answering, installPlatform, platform, startPlatform } from "../testbed/incident.ts";
import { installAgent, statusOn } from "../testbed/installed-agent.ts";
import { releases, type TestHost } from "../testbed/test-host.ts";
import { testHost } from "./host-fixture.ts";
import {
  actingSettings,
  countedOn,
  endablePlan,
  lastRecord,
  recordsOn,
  refusalsOn,
  remediateOn,
  sampleOn,
  stateDir,
  untilEndingWorkers,
  untilOutcome,
  untilRefused,
} from "./support-acting.ts";
import { startByHand } from "./support-by-hand.ts";
import {
  expectOnlyStaleGone,
  expectUntouched,
  type Incident,
  incidentHost,
  incidentOn,
  releaseLongRequests,
  staleWorkers,
} from "./support-incident.ts";
import { goneOf, processesOn } from "./support-processes.ts";
import { mainPid, soleMaster, twoMasters } from "./support-truth.ts";
import { groupPids } from "./sysv-platform.ts";

describe.concurrent.each(releases)("a stale group that must not be ended on %s", (release) => {
  test("its master is the unit's own, one started by hand serves", async (context) => {
    const host = await testHost(context, { release, name: "web1" });
    await installPlatform(host, { service: "native", holdMib: 1 });
    await installAgent(host);
    await host.write("/etc/onemaster/onemaster.yml", JSON.stringify(actingSettings()));
    await startPlatform(host);
    await soleMaster(host);
    await startByHand(host, "a login session", "as a daemon");
    const { older, newer } = await twoMasters(host);
    expect([await mainPid(host), await answering(host)]).toEqual([older.pid, newer.pid]);
    const processes = await processesOn(host);
    await waitFor(
      "the one that serves to have lasted",
      async () => !(await refusalsOn(host)).includes("owner-too-young"),
      40_000,
    );
    const ran = await remediateOn(host);
    expect(ran.exitCode).toBe(1);
    expect(ran.stderr).toContain("supervised");
    expect(ran.stderr).toContain(`${older.pid}`);
    expect(await goneOf(host, processes)).toEqual([]);
    await expectNoneStopped(host);
    expect(await twoMasters(host)).toEqual({ older, newer });
  });

  test("while a job of its unit waits", async (context) => {
    const incident = await incidentHost(context, release, {
      settings: actingSettings({ mode: "off" }),
      inFlight: 0,
    });
    const { host } = incident;
    await endablePlan(host);
    await queueRestart(host);
    const refused = await remediateOn(host);
    expect(refused.exitCode).toBe(1);
    expect(refused.stderr).toMatch(/unit-job-running: platform\.service has job \d+/);
    await expectUntouched(incident);

    await host.run(["systemctl", "cancel"]);
    expect(await remediateOn(host)).toMatchObject({ exitCode: 0 });
    await expectOnlyStaleGone(incident);
  });

  test("while a pause is ordered, and more than so often an hour", async (context) => {
    const incident = await incidentHost(context, release, {
      settings: actingSettings({ mode: "on", max_per_hour: 1 }),
      inFlight: 0,
    });
    const { host } = incident;
    await host.write(`${stateDir}/pause`, "");
    await untilRefused(host, "paused");
    const ran = await remediateOn(host);
    expect(ran.exitCode).toBe(1);
    expect(ran.stderr).toContain("paused");
    await expectUntouched(incident);
    expect(await recordsOn(host)).toEqual([]);

    await host.run(["rm", `${stateDir}/pause`]);
    await untilOutcome(host, "ended");
    await expectOnlyStaleGone(incident);

    const again = await incidentOn(host, 0);
    await untilRefused(host, "rate-limited");
    expect((await countedOn(host)).outcomes).toEqual({ ended: 1 });
    await expectUntouched(again);
    // binds the agent alone
    expect(await remediateOn(host)).toMatchObject({ exitCode: 0 });
    await expectOnlyStaleGone(again);
  });
});

test.concurrent("a second failure in a row opens the breaker, until a person closes it", async (context) => {
  const incident = await incidentHost(context, "trixie", {
    settings: actingSettings({ mode: "off" }),
  });
  const { host } = incident;
  const before = { schema: 1, failuresInARow: 1, breakerOpenedAt: null, attempts: [] };
  await host.write(`${stateDir}/remediation.json`, JSON.stringify(before));
  await endablePlan(host);
  await failingRound(incident);
  await waitFor("the agent to tell", async () => {
    return (await sampleOn(host, "onemaster_remediation_breaker_open")) === 1;
  });

  const second = await incidentOn(host, 0);
  const refused = await waitFor(
    "nothing else to speak against it",
    async () => {
      const ran = await remediateOn(host);
      expect(ran.exitCode).toBe(1);
      return ran.stderr.includes("owner-too-young") ? undefined : ran;
    },
    40_000,
  );
  expect(refused.stderr).toContain("breaker-open");
  await expectUntouched(second);

  await host.run(["onemaster", "remediate", "--reset-breaker"]);
  expect(await remediateOn(host)).toMatchObject({ exitCode: 0 });
  await expectOnlyStaleGone(second);
  expect((await statusOn(host)).verdict).toBe("one-master");
});

/** Whoever serves stops to answer while the stale workers finish: the group is gone, not well. */
async function failingRound(incident: Incident): Promise<void> {
  const { host, serving, truth } = incident;
  const live = groupPids(truth, serving).map(String);
  const acting = remediateOn(host);
  await untilEndingWorkers(host);
  await host.run(["kill", "-STOP", ...live]);
  await releaseLongRequests(incident, staleWorkers(incident));
  const ran = await acting;
  await host.run(["kill", "-CONT", ...live]);
  expect(ran.exitCode).toBe(1);
  expect(await lastRecord(host)).toMatchObject({ outcome: "failed" });
  expect(await answering(host)).toBe(serving);
}

/** A restart that waits for the stop of another unit, which takes its time. */
async function queueRestart(host: TestHost): Promise<void> {
  const service =
    "[Service]\nType=oneshot\nRemainAfterExit=yes\nExecStart=true\nExecStop=sleep 600\n";
  await host.write(
    "/run/systemd/system/slow.service",
    `[Unit]\nAfter=${platform.unit}\n${service}`,
  );
  await host.run(["systemctl", "daemon-reload"]);
  await host.run(["systemctl", "start", "slow.service"]);
  await host.run(["systemctl", "stop", "--no-block", "slow.service"]);
  await host.run(["systemctl", "restart", "--no-block", platform.unit]);
}

async function expectNoneStopped(host: TestHost): Promise<void> {
  const processes = await processesOn(host);
  expect(processes.filter(({ state }) => state === "T")).toEqual([]);
}
