import { beforeEach, describe, expect, type TestContext, test } from "vitest";
import { status } from "../support/agent.ts";
import { testFolder } from "../support/folder.ts";
import { startGunicorn } from "../support/gunicorn.ts";
import { listenerInodes } from "../support/process.ts";
import { requireReal } from "../support/require-real.ts";
import { expected, group, reduced, socketOf } from "../support/seen.ts";
import type { ContainerHost, HostOptions } from "../testbed/host.ts";
import { installPlatform, platform } from "../testbed/incident.ts";
import { checkOn, installAgent, statusOn } from "../testbed/installed-agent.ts";
import { releases } from "../testbed/test-host.ts";
import { testHost } from "./host-fixture.ts";
import { mountIn } from "./support-mount.ts";
import { pathFromOutside, seenFromOutside, socketsWith } from "./support-outside.ts";
import { byPath, type Told, told, toldOf, trueOf, truth } from "./support-told.ts";
import { fileAtPath, soleMaster, type TrueMaster } from "./support-truth.ts";

beforeEach((context) => requireReal(context, "root", "gunicorn", "ss"));

describe.each(releases)("networks of hosts on %s", (release) => {
  test("private: the machine's socket table lacks it, both agents see it", async (context) => {
    const host = await startedHost(context, { release, name: "web1", network: "private" });
    const master = await soleMaster(host);
    expect(listenerInodes(process.pid)).not.toContain(master.listeners[0]);
    await expectSeenInside(host, master);
    await expectSeenOutside([host, master]);
  });

  test("shared with a host and this machine: each agent counts its own", async (context) => {
    const folder = testFolder();
    const ours = await startGunicorn({ folder });
    const path = folder.at("app.sock");
    const [one, other] = [
      await startedHost(context, { release, name: "web1", network: "shared" }),
      await startedHost(context, { release, name: "web2", network: "shared" }),
    ];
    const [first, second] = [await soleMaster(one), await soleMaster(other)];
    const rows = [ours.listenerInode, ...first.listeners, ...second.listeners];
    expect(listenerInodes(process.pid)).toEqual(expect.arrayContaining(rows));
    for (const [host, master] of [
      [one, first],
      [other, second],
    ] as const) {
      const table = await host.run(["cat", "/proc/net/unix"]);
      expect(rows.filter((inode) => table.includes(` 01 ${inode} `))).toEqual(rows);
      await expectSeenInside(host, master);
      // not there, whatever the table that they share says
      const asked = await statusOn(host, "--socket", path);
      expect(told(asked)).toEqual([trueOf(path, null, "no-master", [])]);
    }
    const outside = await expectSeenOutside([one, first], [other, second]);
    const found = reduced(socketOf(outside.sockets, ours.master));
    expect(found).toEqual(expected("one-master", [group("serving", ours)]));
  });

  test.for(["shared", "private"] as const)(
    "%s: a gunicorn on a folder mounted from outside is not denied",
    async (network, context) => {
      const folder = testFolder();
      await startGunicorn({ folder });
      const path = folder.at("app.sock");
      const host = await testHost(context, { release, name: "web1", network });
      await installAgent(host);
      await mountIn(host, folder.path);
      const asked = ["--silent", "--fail", "--unix-socket", path, "http://app/"];
      expect((await host.attempt(["curl", ...asked])).exitCode).toBe(0);
      const [socket] = (await statusOn(host, "--socket", path)).sockets;
      expect(socket).toMatchObject({ verdict: "unknown", masters: null, groups: [] });
      expect((await checkOn(host, "--socket", path)).exitCode).toBe(3);
    },
  );
});

/** A host on which the platform's native unit runs; no nginx, whose port hosts would share. */
async function startedHost(context: TestContext, options: HostOptions): Promise<ContainerHost> {
  const host = await testHost(context, options);
  await installPlatform(host, { service: "native", holdMib: 1 });
  await installAgent(host);
  await host.run(["systemctl", "start", platform.unit]);
  return host;
}

/** The agent on the host tells of this master and of nothing else, and was blind to nothing. */
async function expectSeenInside(host: ContainerHost, master: TrueMaster): Promise<void> {
  const report = await statusOn(host);
  expect([told(report), report.blind]).toEqual([
    [await truth(host, "one-master", ["serving", master])],
    [],
  ]);
}

/** The agent on this machine tells of each host's master on a socket of its own. */
async function expectSeenOutside(...pairs: readonly (readonly [ContainerHost, TrueMaster])[]) {
  const report = await status([]);
  const wanted = await Promise.all(pairs.map(([host, master]) => trueOutside(host, master)));
  const masters = pairs.map(([host, master]) => seenFromOutside(host, master));
  expect(byPath(socketsWith(report, masters).map(toldOf))).toEqual(byPath(wanted));
  return report;
}

async function trueOutside(host: ContainerHost, master: TrueMaster): Promise<Told> {
  const path = pathFromOutside(host, platform.socket);
  const roles = [["serving", seenFromOutside(host, master)]] as const;
  return trueOf(path, await fileAtPath(host), "one-master", roles);
}
