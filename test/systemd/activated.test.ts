import { describe, expect, type TestContext, test } from "vitest";
import type { ContainerHost } from "../testbed/host.ts";
import { answering, installPlatform, platform } from "../testbed/incident.ts";
import { checkOn, installAgent, startAgentService, statusOn } from "../testbed/installed-agent.ts";
import { type Release, releases } from "../testbed/test-host.ts";
import { testHost } from "./host-fixture.ts";
import { type Told, told, truth } from "./support-told.ts";
import { fileAtPath, mainPid, mastersOn, soleMaster, type TrueMaster } from "./support-truth.ts";
import {
  everTold,
  incidentsOf,
  platformAsked,
  toldSoon,
  unitIn,
  whileLooking,
} from "./support-watched.ts";

describe.each(releases)("a socket that systemd holds, on %s", (release) => {
  test("before the first request: no master, and systemd is none", async (context) => {
    const host = await listeningHost(context, release);
    expect(await mastersOn(host)).toEqual([]);
    const report = await statusOn(host, "--socket", platform.socket);
    expect(told(report)).toEqual([await notStarted(host)]);
    expect(report.sockets[0]?.findings.map(({ message }) => message)).toEqual([
      `no master listens: ${platform.socket} belongs to socket ${await listenerOfInit(host)}, ` +
        "which is held for a service that has not started",
    ]);
    expect((await checkOn(host, "--socket", platform.socket)).exitCode).toBe(2);
    // nobody asked for it, and no gunicorn is there
    expect(told(await statusOn(host))).toEqual([]);
  });

  test("the first request, under a running agent: one master on systemd's own", async (context) => {
    const host = await listeningHost(context, release);
    const [file, listener] = [await fileAtPath(host), await listenerOfInit(host)];
    await startAgentService(host, platformAsked);
    const master = await whileLooking(host, () => activatedMaster(host));
    expect([await fileAtPath(host), master.listeners]).toEqual([file, [listener]]);
    const one = [await truth(host, "one-master", ["serving", master])];
    expect(told(await statusOn(host))).toEqual(one);
    expect(await toldSoon(host, one)).toEqual(one);
    expect(await everTold(host)).toEqual(["no-master", "one-master"]);
  });

  test.for([
    ["asked for by its path", platformAsked],
    ["that the agent found", { scan: platformAsked.scan }],
  ] as const)("three restarts of one %s: never two masters", async ([, settings], context) => {
    const host = await listeningHost(context, release);
    const [file, listener] = [await fileAtPath(host), await listenerOfInit(host)];
    let master = await activatedMaster(host);
    await startAgentService(host, settings);
    for (let restart = 1; restart <= 3; restart += 1) {
      const old = master;
      master = await whileLooking(host, async () => {
        await host.run(["systemctl", "restart", platform.unit]);
        return await activatedMaster(host);
      });
      expect(master.pid).not.toBe(old.pid);
      expect([await fileAtPath(host), master.listeners]).toEqual([file, [listener]]);
      const one = [await truth(host, "one-master", ["serving", master])];
      expect(await toldSoon(host, one)).toEqual(one);
    }
    expect(await everTold(host)).not.toContain("duplicate");
    expect(await incidentsOf(host)).not.toHaveProperty("duplicate");
  });

  test("the service stopped: the path stays systemd's, and no master", async (context) => {
    const host = await listeningHost(context, release);
    await activatedMaster(host);
    await startAgentService(host, platformAsked);
    await whileLooking(host, () => host.run(["systemctl", "stop", platform.unit]));
    await unitIn(host, "inactive", platform.unit);
    expect(await mastersOn(host)).toEqual([]);
    const none = [await notStarted(host)];
    expect(told(await statusOn(host, "--socket", platform.socket))).toEqual(none);
    expect(await toldSoon(host, none)).toEqual(none);
    expect(await everTold(host)).not.toContain("duplicate");
  });
});

/** A host on which systemd listens for the platform, which nobody has asked yet. */
async function listeningHost(context: TestContext, release: Release): Promise<ContainerHost> {
  const host = await testHost(context, { release, name: "web1" });
  await installPlatform(host, { service: "socket-activated", holdMib: 1 });
  await installAgent(host);
  await host.run(["systemctl", "start", "platform.socket"]);
  await unitIn(host, "inactive", platform.unit);
  return host;
}

/** Asks, which starts the service, and gives its only master: systemd's main process. */
async function activatedMaster(host: ContainerHost): Promise<TrueMaster> {
  await answering(host);
  const master = await soleMaster(host);
  expect(master).toMatchObject({ pid: await mainPid(host), unit: platform.unit });
  return master;
}

/** The socket inode of the one listener at the platform's path, which pid 1 holds. */
async function listenerOfInit(host: ContainerHost): Promise<number> {
  const rows = await host.run([
    "grep",
    ` 00010000 0001 01 .* ${platform.socket}$`,
    "/proc/net/unix",
  ]);
  const inodes = [...rows.matchAll(/ 01 +(\d+) /g)].map(([, inode]) => Number(inode));
  const held = await host.run("readlink /proc/1/fd/* || true");
  const [inode, ...more] = inodes.filter((one) => held.includes(`socket:[${one}]`));
  if (inode === undefined || more.length > 0 || inodes.length > 1) {
    throw new Error(`systemd should hold one listener at the path: ${rows}`);
  }
  return inode;
}

/** What is true of the path while systemd holds it and the service has not started. */
async function notStarted(host: ContainerHost): Promise<Told> {
  // the kernel did tell whose file it is
  return { ...(await truth(host, "no-master")), evidence: "bound-file" };
}
