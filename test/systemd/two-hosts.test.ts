import { existsSync } from "node:fs";
import { describe, expect, type TestContext, test } from "vitest";
import { unitOnly } from "../../agent/detect/unit-report.ts";
import type { GroupMemory } from "../../agent/model/memory.ts";
import type { SocketReport } from "../../agent/model/report.ts";
import { check, status } from "../support/agent.ts";
import type { ContainerHost } from "../testbed/host.ts";
import { installPlatform, makeDuplicate, platform, startPlatform } from "../testbed/incident.ts";
import { installAgent, statusOn } from "../testbed/installed-agent.ts";
import { type Release, releases } from "../testbed/test-host.ts";
import { testHost } from "./host-fixture.ts";
import { pathFromOutside, seenFromOutside, socketsWith } from "./support-outside.ts";
import { byPath, told, toldOf, trueOf, truth } from "./support-told.ts";
import { fileAtPath, soleMaster, twoMasters } from "./support-truth.ts";

const memoryKinds = ["rssBytes", "pssBytes", "ussBytes", "swapBytes", "reclaimableBytes"] as const;

/** How far two readings of the same processes' memory may lie apart. */
const tolerance = 0.03;

describe.each(releases)("two hosts with the same path on %s", (release) => {
  test("seen from outside: two sockets, a duplicate on one of them", async (context) => {
    const sick = await startedHost(context, release);
    const sound = await startedHost(context, release);
    await soleMaster(sick);
    const pids = await makeDuplicate(sick);
    const { older, newer } = await twoMasters(sick);
    expect([older.pid, newer.pid]).toEqual([pids.stale, pids.serving]);
    const sole = await soleMaster(sound);

    const stale = seenFromOutside(sick, older);
    const serving = seenFromOutside(sick, newer);
    const only = seenFromOutside(sound, sole);
    const outside = await status([]);
    const found = socketsWith(outside, [stale, serving, only]);
    expect(byPath(found.map(toldOf))).toEqual(
      byPath([
        trueOf(pathFromOutside(sick, platform.socket), await fileAtPath(sick), "duplicate", [
          ["stale", stale],
          ["serving", serving],
        ]),
        trueOf(pathFromOutside(sound, platform.socket), await fileAtPath(sound), "one-master", [
          ["serving", only],
        ]),
      ]),
    );
    expect(found.map(({ unit }) => unit)).toEqual([
      unitOnly(platform.unit),
      unitOnly(platform.unit),
    ]);

    const [insideSick, insideSound] = [await statusOn(sick), await statusOn(sound)];
    expect(told(insideSick)).toEqual([
      await truth(sick, "duplicate", ["stale", older], ["serving", newer]),
    ]);
    expect(told(insideSound)).toEqual([await truth(sound, "one-master", ["serving", sole])]);
    const inside = [...insideSick.sockets, ...insideSound.sockets];
    expect(comparedMemory(found, inside)).toEqual(
      Object.fromEntries([older, newer, sole].map(({ startTicks }) => [startTicks, "the same"])),
    );
  });

  test("the path asked for outside, where it does not exist: no master", async (context) => {
    const host = await startedHost(context, release);
    await soleMaster(host);
    expect(existsSync(platform.root)).toBe(false);
    const asked = ["--socket", platform.socket];
    expect(told(await status(asked))).toEqual([trueOf(platform.socket, null, "no-master", [])]);
    expect((await check(asked)).exitCode).toBe(2);
  });
});

/** A host on which the platform answers. */
async function startedHost(context: TestContext, release: Release): Promise<ContainerHost> {
  const host = await testHost(context, { release, name: "web1" });
  await installPlatform(host, { holdMib: 20 });
  await installAgent(host);
  await startPlatform(host);
  return host;
}

/**
 * For each group, by the start of its master: whether all figures of its memory are the same
 * in both reports, and if not, by how much the farthest are apart.
 */
function comparedMemory(
  some: readonly SocketReport[],
  others: readonly SocketReport[],
): Readonly<Record<number, string>> {
  const groups = some.flatMap((socket) => socket.groups);
  const twins = new Map(
    others.flatMap(({ groups: all }) => all.map((one) => [one.master?.startTicks, one.memory])),
  );
  return Object.fromEntries(
    groups.map(({ master, memory }) => {
      const twin = twins.get(master?.startTicks);
      return [master?.startTicks ?? 0, apart(memory, twin ?? null)] as const;
    }),
  );
}

function apart(one: GroupMemory | null, other: GroupMemory | null): string {
  if (one === null || other === null) {
    return "not read";
  }
  const farthest = Math.max(
    ...memoryKinds.map((kind) => Math.abs(one[kind] - other[kind]) / Math.max(other[kind], 1)),
  );
  return farthest <= tolerance ? "the same" : `${(100 * farthest).toFixed(1)} % apart`;
}
