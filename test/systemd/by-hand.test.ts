import { describe, expect, type TestContext, test } from "vitest";
import { unitOnly } from "../../agent/detect/unit-report.ts";
import type { ContainerHost } from "../testbed/host.ts";
import { answering, installPlatform, platform, startPlatform } from "../testbed/incident.ts";
import { checkOn, installAgent, statusOn } from "../testbed/installed-agent.ts";
import { type Release, releases } from "../testbed/test-host.ts";
import { testHost } from "./host-fixture.ts";
import { session, startByHand } from "./support-by-hand.ts";
import { told, truth } from "./support-told.ts";
import { mainPid, mastersOn, soleMaster, twoMasters } from "./support-truth.ts";

const fromSession = ["a login session", "in the foreground", session] as const;
const daemonFromSession = ["a login session", "as a daemon", session] as const;
const fromNowhere = ["no unit at all", "as a daemon", null] as const;

describe.each(releases)("a master started by hand on %s", (release) => {
  test.for([fromSession, daemonFromSession, fromNowhere])(
    "from %s, %s, takes the path of the unit's own",
    async ([from, how, unit], context) => {
      const host = await installedHost(context, release);
      await startPlatform(host);
      const before = await soleMaster(host);
      await startByHand(host, from, how);
      const { older: own, newer: taker } = await twoMasters(host);
      expect(own).toEqual(before);
      expect(own).toMatchObject({ pid: await mainPid(host), unit: platform.unit });
      expect(taker).toMatchObject({ pid: await answering(host), unit });
      const two = [await truth(host, "duplicate", ["stale", own], ["serving", taker])];
      const found = await statusOn(host);
      expect(told(found)).toEqual(two);
      expect(found.sockets[0]?.findings.map(({ message }) => message)).toEqual([
        `master ${own.pid} with 4 workers is stale: it listens, but the path belongs to ` +
          `master ${taker.pid}`,
      ]);
      expect(told(await statusOn(host, "--socket", platform.socket))).toEqual(two);
      expect((await checkOn(host)).exitCode).toBe(2);
      // to look is to look: both are as they were
      expect(await mastersOn(host)).toEqual([own, taker]);
    },
  );

  test.for([daemonFromSession, fromNowhere])(
    "from %s, %s, while nothing else runs",
    async ([from, how, unit], context) => {
      const host = await installedHost(context, release);
      await startByHand(host, from, how);
      const master = await soleMaster(host);
      expect(master).toMatchObject({ unit });
      expect(await mainPid(host)).toBe(0);
      const found = await statusOn(host);
      expect(told(found)).toEqual([await truth(host, "one-master", ["serving", master])]);
      expect(found.sockets[0]?.unit).toEqual(unit === null ? null : unitOnly(unit));
      expect((await checkOn(host)).exitCode).toBe(0);
    },
  );
});

/** A host with the platform as a native unit, which has not started. */
async function installedHost(context: TestContext, release: Release): Promise<ContainerHost> {
  const host = await testHost(context, { release, name: "web1" });
  await installPlatform(host, { service: "native", holdMib: 1 });
  await installAgent(host);
  return host;
}
