import { describe, expect, type TestContext, test } from "vitest";
import { waitFor } from "../support/wait.ts";
import type { ContainerHost } from "../testbed/host.ts";
import { installPlatform, platform, startPlatform } from "../testbed/incident.ts";
import { checkOn, installAgent, reportOf, startAgentService } from "../testbed/installed-agent.ts";
import { type Release, releases } from "../testbed/test-host.ts";
import { testHost } from "./host-fixture.ts";
import { told, truth } from "./support-told.ts";
import { fileAtPath, mainPid, mastersOn, soleMaster, type TrueMaster } from "./support-truth.ts";
import { everTold, incidentsOf, platformAsked, unitIn, whileLooking } from "./support-watched.ts";

describe.each(releases)("the native unit on %s, under a running agent", (release) => {
  test("five restarts: one master each time, systemd's own, never two", async (context) => {
    const host = await startedHost(context, release);
    let master = await soundMaster(host);
    for (let restart = 1; restart <= 5; restart += 1) {
      const old = master;
      // starts by hand count towards the limit of starts in 10 s, too
      await host.run(["systemctl", "reset-failed", platform.unit]);
      master = await whileLooking(host, async () => {
        await host.run(["systemctl", "restart", platform.unit]);
        return await soundMaster(host);
      });
      expect(master.pid).not.toBe(old.pid);
      expect(told(await reportOf(host))).toEqual([
        await truth(host, "one-master", ["serving", master]),
      ]);
    }
    expect(await everTold(host)).not.toContain("duplicate");
    expect(await incidentsOf(host)).not.toHaveProperty("duplicate");
  });

  test("a reload: the same master with other workers", async (context) => {
    const host = await startedHost(context, release);
    const old = await soundMaster(host);
    const next = await whileLooking(host, async () => {
      await host.run(["systemctl", "reload", platform.unit]);
      return await waitFor("all workers to be others", async () => {
        const master = await soundMaster(host);
        return shareWorkers(old, master) ? undefined : master;
      });
    });
    expect(next).toMatchObject({ pid: old.pid, listeners: old.listeners });
    expect(told(await reportOf(host))).toEqual([
      await truth(host, "one-master", ["serving", next]),
    ]);
    expect(await everTold(host)).toEqual(["one-master"]);
    expect(await incidentsOf(host)).toEqual({});
  });

  test("its main process is killed: systemd brings back one master", async (context) => {
    const host = await startedHost(context, release);
    const old = await soundMaster(host);
    const next = await whileLooking(host, async () => {
      await host.run(["kill", "-KILL", `${old.pid}`]);
      return await waitFor("systemd to start it again", async () => {
        const pid = await mainPid(host);
        return pid !== 0 && pid !== old.pid ? await soundMaster(host) : undefined;
      });
    });
    expect(next.pid).not.toBe(old.pid);
    expect(told(await reportOf(host))).toEqual([
      await truth(host, "one-master", ["serving", next]),
    ]);
    expect(await everTold(host)).not.toContain("duplicate");
    expect(await incidentsOf(host)).not.toHaveProperty("duplicate");
  });

  test("stopped: no master at a path that was asked for", async (context) => {
    const host = await startedHost(context, release);
    await soundMaster(host);
    await host.run(["systemctl", "stop", platform.unit]);
    await unitIn(host, "inactive", platform.unit);
    expect([await mastersOn(host), await mainPid(host), await fileAtPath(host)]).toEqual([
      [],
      0,
      null,
    ]);
    expect(told(await reportOf(host))).toEqual([await truth(host, "no-master")]);
    const { exitCode, stdout } = await checkOn(host, "--socket", platform.socket);
    expect({ exitCode, stdout: stdout.slice(0, stdout.indexOf(" |")) }).toEqual({
      exitCode: 2,
      stdout:
        `ONEMASTER CRITICAL - no-master: no master on ${platform.socket} ` +
        `(nothing listens: ${platform.socket} does not exist)`,
    });
  });
});

/** A host with the platform as a native unit, and the agent that watches it. */
async function startedHost(context: TestContext, release: Release): Promise<ContainerHost> {
  const host = await testHost(context, { release, name: "web1" });
  await installPlatform(host, { service: "native", holdMib: 1 });
  await installAgent(host);
  await startPlatform(host);
  await startAgentService(host, platformAsked);
  return host;
}

/** The only master, when it is what systemd takes for the main process of the unit. */
async function soundMaster(host: ContainerHost): Promise<TrueMaster> {
  const master = await soleMaster(host);
  expect(master).toMatchObject({ pid: await mainPid(host), unit: platform.unit });
  return master;
}

function shareWorkers(one: TrueMaster, other: TrueMaster): boolean {
  const pids = new Set(one.workers.map(({ pid }) => pid));
  return other.workers.some(({ pid }) => pids.has(pid));
}
