import { describe, expect, type TestContext, test } from "vitest";
import type { ContainerHost } from "../testbed/host.ts";
import { installPlatform, platform, startPlatform } from "../testbed/incident.ts";
import { installAgent, reportOf, startAgentService } from "../testbed/installed-agent.ts";
import { type Release, releases } from "../testbed/test-host.ts";
import { testHost } from "./host-fixture.ts";
import { told, truth } from "./support-told.ts";
import { mainPid, mastersOn, soleMaster } from "./support-truth.ts";
import { quit, upgrade } from "./support-upgrade.ts";
import { everTold, incidentsOf, platformAsked, unitIn, whileLooking } from "./support-watched.ts";

const services = ["sysv", "native"] as const;

describe.each(releases)("USR2 on %s, under a running agent", (release) => {
  test.for(services)(
    "%s, rolled back: a handover, then the old master",
    async (service, context) => {
      const host = await startedHost(context, release, service);
      const before = await soleMaster(host);
      const { old, next } = await whileLooking(host, () => upgrade(host, before));
      expect(told(await reportOf(host))).toEqual([
        await truth(host, "handover", ["predecessor", old], ["successor", next]),
      ]);
      const left = await whileLooking(host, async () => {
        await quit(host, next);
        return await soleMaster(host);
      });
      expect(left).toEqual(before);
      expect(told(await reportOf(host))).toEqual([
        await truth(host, "one-master", ["serving", left]),
      ]);
      expect(await everTold(host)).toEqual(["handover", "one-master"]);
      expect(await incidentsOf(host)).toEqual({});
    },
  );

  test("sysv, promoted: a handover, then the new master", async (context) => {
    const host = await startedHost(context, release, "sysv");
    const { old, next } = await upgrade(host, await soleMaster(host));
    expect(told(await reportOf(host))).toEqual([
      await truth(host, "handover", ["predecessor", old], ["successor", next]),
    ]);
    const left = await whileLooking(host, async () => {
      await quit(host, old);
      return await soleMaster(host);
    });
    expect(left).toMatchObject({ pid: next.pid, listeners: old.listeners, unit: platform.unit });
    expect(left.parentPid).not.toBe(old.pid);
    expect(told(await reportOf(host))).toEqual([
      await truth(host, "one-master", ["serving", left]),
    ]);
    expect(await everTold(host)).toEqual(["handover", "one-master"]);
    expect(await incidentsOf(host)).toEqual({});
  });

  test("native, promoted: systemd ends the new master with its old one", async (context) => {
    const host = await startedHost(context, release, "native");
    const before = await soleMaster(host);
    expect(before.pid).toBe(await mainPid(host));
    const { old } = await upgrade(host, before);
    await whileLooking(host, async () => {
      await quit(host, old);
      // Type=simple: the end of the main process is the end of the service
      await unitIn(host, "inactive", platform.unit);
    });
    expect([await mastersOn(host), await mainPid(host)]).toEqual([[], 0]);
    expect(told(await reportOf(host))).toEqual([await truth(host, "no-master")]);
    expect(await everTold(host)).not.toContain("duplicate");
    expect(await incidentsOf(host)).not.toHaveProperty("duplicate");
  });
});

/** A host with the platform as this kind of service, and the agent that watches it. */
async function startedHost(
  context: TestContext,
  release: Release,
  service: (typeof services)[number],
): Promise<ContainerHost> {
  const host = await testHost(context, { release, name: "web1" });
  await installPlatform(host, { service, holdMib: 1 });
  await installAgent(host);
  await startPlatform(host);
  await soleMaster(host);
  await startAgentService(host, platformAsked);
  return host;
}
