import { describe, expect, test } from "vitest";
import { stepNames } from "../../agent/model/remediation.ts";
import { waitFor } from "../support/wait.ts";
import { platform } from "../testbed/incident.ts";
import { agentLog, checkOn, statusOn } from "../testbed/installed-agent.ts";
import { whileLoaded } from "../testbed/load.ts";
import { releases, type TestHost } from "../testbed/test-host.ts";
import {
  actingSettings,
  countedOn,
  doneSteps,
  endablePlan,
  lastRecord,
  sampleOn,
  untilOutcome,
} from "./support-acting.ts";
import {
  expectNoneFailed,
  expectOnlyStaleGone,
  expectEndedUnfelt,
  expectUntouched,
  incidentHost,
  incidentOn,
} from "./support-incident.ts";
import { groupPids } from "./sysv-platform.ts";

describe.concurrent.each(releases)("ending the stale group on %s", (release) => {
  test("a person does, under load; a TERM instead is the outage", async (context) => {
    const incident = await incidentHost(context, release);
    const { host, stale, serving, truth, file } = incident;
    const plan = await endablePlan(host);
    expect(plan).toMatchObject({
      socket: platform.socket,
      role: "stale",
      master: { pid: stale },
      owner: { master: { pid: serving } },
      file: { inode: file },
      refusals: [],
    });
    expect([stale, ...plan.workers.map(({ pid }) => pid)].toSorted(ascending)).toEqual(
      groupPids(truth, stale),
    );
    const explained = await host.run(["onemaster", "remediate"]);
    for (const pid of [...groupPids(truth, stale), serving]) {
      expect(explained).toContain(`${pid}`);
    }
    await expectUntouched(incident);

    const load = await expectEndedUnfelt(incident);
    const record = await lastRecord(host);
    expect(record).toMatchObject({
      by: "person",
      dryRun: false,
      outcome: "ended",
      plan: { file: { inode: file } },
    });
    expect(doneSteps(record)).toEqual(stepNames);
    expect((await statusOn(host)).verdict).toBe("one-master");
    expect((await checkOn(host)).exitCode).toBe(0);
    await expectStory(host, [stale, serving]);
    say(`${release}: remediate --yes`, load);

    const again = await incidentOn(host, 0);
    const naive = await whileLoaded(host, async () => {
      await host.run(["kill", "-TERM", `${again.stale}`]);
      await waitFor("the stale master to be gone", async () => {
        return (await host.attempt(["test", "-e", `/proc/${again.stale}`])).exitCode !== 0;
      });
    });
    expect(naive.load.failed).toBeGreaterThan(0);
    expect(naive.load.failures.at(-1)?.why).toContain(" 502 ");
    expect((await statusOn(host)).verdict).toBe("unreachable");
    say(`${release}: kill -TERM`, naive.load);
  });

  test("the agent does by itself, after a walk through it", async (context) => {
    const remediation = { mode: "dry-run", confirm_for: "2s", grace: "5s" };
    const incident = await incidentHost(context, release, {
      settings: actingSettings(remediation),
      inFlight: 0,
    });
    const { host, serving } = incident;
    await untilOutcome(host, "dry-run");
    await expectUntouched(incident);
    const walked = (await agentLog(host)).matchAll(/"step":"([a-z-]+)","result":"would-do"/g);
    expect([...walked].map(([, step]) => step)).toEqual(stepNames);
    expect(await sampleOn(host, "onemaster_remediation_mode", { mode: "dry-run" })).toBe(1);

    const { load } = await whileLoaded(host, async () => {
      await host.write(
        "/etc/onemaster/onemaster.yml",
        JSON.stringify(actingSettings({ ...remediation, mode: "on" })),
      );
      await untilOutcome(host, "ended");
    });
    expectNoneFailed(load, serving);
    await expectOnlyStaleGone(incident);
    const record = await lastRecord(host);
    expect(record).toMatchObject({ by: "agent", dryRun: false, outcome: "ended" });
    expect(doneSteps(record)).toEqual(stepNames);
    expect((await countedOn(host)).outcomes).toEqual({ "dry-run": 1, ended: 1 });
    const { socket } = platform;
    expect(await sampleOn(host, "onemaster_remediation_mode", { mode: "on" })).toBe(1);
    expect(await sampleOn(host, "onemaster_remediation_breaker_open")).toBe(0);
    const freed = await sampleOn(host, "onemaster_remediation_freed_bytes_total", { socket });
    // four workers of 5 MiB at the least
    expect(freed).toBeGreaterThan(20 << 20);
  });
});

/** The incident's record, once it is closed, tells what was done and to whom. */
async function expectStory(host: TestHost, pids: readonly number[]): Promise<void> {
  const text = await waitFor("the incident to be told to its end", async () => {
    const shown = await host.run(["onemaster", "incidents", "show", "last"]);
    return shown.includes("what was done about it") && shown.includes("ending ") && shown;
  });
  for (const pid of pids) {
    expect(text).toContain(`${pid}`);
  }
}

function say(what: string, load: { readonly asked: number; readonly failed: number }): void {
  process.stderr.write(`${what}: ${load.failed} of ${load.asked} requests failed\n`);
}

function ascending(one: number, other: number): number {
  return one - other;
}
