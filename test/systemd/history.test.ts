import { describe, expect, it, onTestFinished } from "vitest";
import type { Occurrence } from "../../agent/model/occurrence.ts";
import type { AuditReport } from "../../agent/model/audit.ts";
import { type LinkMap, wrappedScript } from "./audited-host.ts";
import { latePidfile, latePidfileSource } from "./late-pidfile.ts";
import { requireReal } from "../support/require-real.ts";
import { waitFor } from "../support/wait.ts";
import { type ContainerHost, startHost } from "../testbed/host.ts";
import {
  answering,
  installPlatform,
  makeDuplicate,
  platform,
  type PlatformOptions,
  startPlatform,
} from "../testbed/incident.ts";
import { installAgent, statusOn } from "../testbed/installed-agent.ts";
import { releases, type Release, type TestHost } from "../testbed/test-host.ts";

interface History {
  readonly summary: Readonly<Record<string, number>>;
  readonly occurrences: readonly Occurrence[];
}

async function readyHost(release: Release, options: PlatformOptions = {}): Promise<ContainerHost> {
  const host = await startHost({ release, name: "web1" });
  onTestFinished(() => host.stop());
  await installPlatform(host, { holdMib: 1, ...options });
  await installAgent(host);
  return host;
}

async function historyOn(host: TestHost): Promise<History> {
  const command = ["onemaster", "history", "--json", "--error-log", platform.errorLog];
  return JSON.parse(await host.run(command)) as History;
}

/** The links of the platform's unit, as the audit finds them. */
async function auditOf(host: TestHost): Promise<LinkMap> {
  const { stdout } = await host.attempt(["onemaster", "audit", "--json", platform.unit]);
  const { units } = JSON.parse(stdout) as AuditReport;
  const items = units.find(({ unit }) => unit === platform.unit)?.items ?? [];
  return Object.fromEntries(items.map(({ link, state }) => [link, state]));
}

/** gunicorn logs whole seconds: what comes after is to be in another one. */
async function nextSecond(host: TestHost): Promise<void> {
  const before = await host.run("date +%s");
  await waitFor("the next second", async () => (await host.run("date +%s")) !== before);
}

/** A master that leaves removes its pidfile last. */
async function stopAndWait(host: TestHost): Promise<void> {
  await host.run("systemctl stop platform.service");
  // a worker that was forked a moment ago misses TERM, and gunicorn then waits for it for 30 s
  await waitFor(
    "the master to leave",
    async () => (await host.attempt(["test", "-e", platform.pidfile])).exitCode !== 0,
    45_000,
  );
}

/** The pids of the two masters by the kernel's word. */
async function twoMasters(host: TestHost): Promise<{ stale: number; serving: number }> {
  const masters = await waitFor("two masters", async () => {
    const groups = (await statusOn(host)).sockets.flatMap((socket) => socket.groups);
    const pidOf = (role: string) => groups.find((group) => group.role === role)?.master?.pid;
    const [stale, serving] = [pidOf("stale"), pidOf("serving")];
    return stale !== undefined && serving !== undefined && { stale, serving };
  });
  // it listens a moment before it says so
  await waitFor("its line in the log", async () => {
    const line = `Listening at: .* (${masters.serving})`;
    return (await host.attempt(["grep", "-q", line, platform.errorLog])).exitCode === 0;
  });
  return masters;
}

async function expectOne(
  host: TestHost,
  { stale, serving }: { readonly stale: number; readonly serving: number },
  expected: { readonly trigger: string; readonly unit: string | null; readonly sources: string[] },
): Promise<Occurrence> {
  const { occurrences } = await historyOn(host);
  const told = occurrences.map((one) => ({
    certainty: one.certainty,
    trigger: one.cause.trigger,
    unit: one.unit,
    address: one.address,
    first: one.first.map(({ pid }) => pid),
    second: one.second?.pid,
    ongoing: one.ongoing,
    sources: one.sources,
  }));
  expect(told).toEqual([
    {
      certainty: "proven",
      address: platform.socket,
      first: [stale],
      second: serving,
      ongoing: true,
      ...expected,
    },
  ]);
  return occurrences[0] as Occurrence;
}

describe.each(releases)("history on %s", (release) => {
  it("finds nothing where every stop and start was sound", async (context) => {
    requireReal(context, "root", "debootstrap", "nspawn");
    const host = await readyHost(release);
    await startPlatform(host);
    for (let round = 0; round < 3; round += 1) {
      await stopAndWait(host);
      await startPlatform(host);
    }
    // the pidfile still names the one that is leaving: the new one is refused
    await host.run("systemctl restart platform.service");
    expect((await historyOn(host)).occurrences).toEqual([]);
  });

  it("finds a missing pidfile and a manual restart", async (context) => {
    requireReal(context, "root", "debootstrap", "nspawn");
    const host = await readyHost(release);
    await startPlatform(host);
    await nextSecond(host);
    const masters = await makeDuplicate(host);
    const { cause } = await expectOne(host, masters, {
      trigger: "manual-restart",
      unit: platform.unit,
      sources: ["error.log", "journal", "process"],
    });
    expect(cause.survivors).toContain(masters.stale);
    expect(cause.stoppedAt).not.toBeNull();
  });

  it("finds each of several, and no start after all were killed", async (context) => {
    requireReal(context, "root", "debootstrap", "nspawn");
    const host = await readyHost(release);
    await startPlatform(host);
    const pids: number[][] = [];
    for (let round = 0; round < 2; round += 1) {
      await nextSecond(host);
      const { stale, serving } = await makeDuplicate(host);
      pids.push([stale, serving]);
      if (round > 0) break;
      // all that is in the unit's cgroup, which leaves no word in any log of gunicorn
      await nextSecond(host);
      await host.run("systemctl kill --signal=KILL platform.service");
      await nextSecond(host);
      await host.run(`rm ${platform.pidfile}; systemctl restart platform.service`);
    }
    const { occurrences, summary } = await historyOn(host);
    expect(occurrences.map(({ first, second }) => [first[0]?.pid, second?.pid])).toEqual(pids);
    expect(summary).toEqual({ proven: 2, confirmedInJournal: 2, possible: 0, ongoing: 1 });
    expect(occurrences.map(({ cause }) => cause.trigger)).toEqual([
      "manual-restart",
      "manual-restart",
    ]);
  });

  it("finds a restart race", async (context) => {
    requireReal(context, "root", "debootstrap", "nspawn");
    const host = await readyHost(release, { gunicornOptions: `-c ${latePidfile}` });
    await host.write(latePidfile, latePidfileSource);
    await host.run("systemctl start platform.service; systemctl restart platform.service");
    await answering(host);
    const masters = await twoMasters(host);
    await expectOne(host, masters, {
      trigger: "restart-race",
      unit: platform.unit,
      sources: expect.arrayContaining(["error.log", "process"]) as string[],
    });
  });

  it("finds the unattended upgrade that re-executed systemd", async (context) => {
    requireReal(context, "root", "debootstrap", "nspawn");
    const host = await readyHost(release);
    await host.write(
      "/usr/local/sbin/upgrade",
      `#!/bin/sh\nsystemctl daemon-reexec\nrm ${platform.pidfile}\nsystemctl restart platform.service\n`,
      0o755,
    );
    await host.write(
      "/etc/systemd/system/apt-daily-upgrade.service",
      "[Unit]\nDescription=Daily apt upgrade and clean activities\n\n" +
        "[Service]\nType=oneshot\nExecStart=/usr/local/sbin/upgrade\n",
    );
    await host.run("systemctl daemon-reload");
    await startPlatform(host);
    await nextSecond(host);
    // a client that waits would lose its connection to the systemd that executes itself again
    await host.run("systemctl start --no-block apt-daily-upgrade.service");
    await expectOne(host, await twoMasters(host), {
      trigger: "apt-daily-upgrade",
      unit: platform.unit,
      sources: ["error.log", "journal", "process"],
    });
    expect(await auditOf(host)).toEqual({ ...wrappedScript, "one-group": "bad" });
  });

  it("finds two starts of one boot", async (context) => {
    requireReal(context, "root", "debootstrap", "nspawn");
    const host = await readyHost(release);
    // as an @reboot line beside the rc link
    await host.write(
      "/etc/systemd/system/at-reboot.service",
      "[Unit]\nAfter=platform.service\n\n[Service]\nType=oneshot\n" +
        // cron lets its children live
        "RemainAfterExit=yes\nKillMode=process\n" +
        `ExecStart=/usr/bin/gunicorn --daemon -b unix:sampleplatform.sock --chdir=${platform.root}` +
        ` --log-file ${platform.errorLog} run:app\n`,
    );
    await host.run("systemctl daemon-reload");
    await startPlatform(host);
    await host.run("systemctl start at-reboot.service");
    const masters = await twoMasters(host);
    await expectOne(host, masters, {
      trigger: "boot",
      unit: null,
      sources: ["error.log", "process"],
    });
    // what depends on time is a warning as long as the unit's state is young
    await waitFor("the unit to settle", async () => {
      return (await auditOf(host)).serving !== "warning";
    });
    // the second one is in the unit of what started it at boot
    expect(await auditOf(host)).toEqual({
      ...wrappedScript,
      serving: "bad",
      "outside-unit": "bad",
    });
  });
});
