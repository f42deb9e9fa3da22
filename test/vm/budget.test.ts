import { expect, test } from "vitest";
import type { OrphanMemoryReport, Report } from "../../agent/model/report.ts";
import { makeDuplicate, platform } from "../testbed/incident.ts";
import { statusOn } from "../testbed/installed-agent.ts";
import type { TestHost } from "../testbed/test-host.ts";
import { onlySocket } from "../systemd/sysv-platform.ts";
import { has, settledTruth } from "../systemd/truth.ts";
import { freshPlatform, meminfo, platformCgroup, useMachine } from "./support.ts";

const machine = useMachine();
const mebibyte = 1 << 20;

test("the budget is the machine's memory, and less where the unit has a limit", async () => {
  const host = machine();
  await freshPlatform(host, { holdMib: 20 });
  const { stale } = await makeDuplicate(host);
  await settledTruth(host, "two whole groups", has(2));
  // a unit's name comes from this one line, and is a unit's own only here
  expect(await host.run(["cat", `/proc/${stale}/cgroup`])).toBe(
    `0::/system.slice/${platform.unit}\n`,
  );
  const total = await meminfo(host, "MemTotal");
  expect(await limitOf(host)).toBe("max\n");
  expect((await expectBudget(host, total)).host).toEqual({
    name: "vm",
    memoryTotalBytes: total,
    memoryAvailableBytes: expect.any(Number),
  });

  await limit(host, "1200M");
  expect(await limitOf(host)).toBe(`${1200 * mebibyte}\n`);
  await expectBudget(host, 1200 * mebibyte);

  // more than the machine has limits nothing
  await limit(host, "3G");
  expect(await limitOf(host)).toBe(`${3072 * mebibyte}\n`);
  await expectBudget(host, total);

  await limit(host, "infinity");
  await expectBudget(host, total);
});

async function limit(host: TestHost, memoryMax: string): Promise<void> {
  const property = `MemoryMax=${memoryMax}`;
  await host.run(["systemctl", "set-property", "--runtime", platform.unit, property]);
}

function limitOf(host: TestHost): Promise<string> {
  return host.run(["cat", `${platformCgroup}/memory.max`]);
}

/** Expects the stale group against this budget, in the report that it answers. */
async function expectBudget(host: TestHost, budgetBytes: number): Promise<Report> {
  const report = await statusOn(host);
  const { groups, orphanMemory } = onlySocket(report);
  const lost = groups.find(({ role }) => role === "stale")?.memory;
  const reclaimableBytes = lost?.reclaimableBytes ?? Number.NaN;
  const expected: OrphanMemoryReport = {
    rssBytes: lost?.rssBytes ?? Number.NaN,
    reclaimableBytes,
    budgetBytes,
    budgetRatio: reclaimableBytes / budgetBytes,
  };
  expect(orphanMemory).toEqual(expected);
  // four workers of 20 MiB at the least
  expect(reclaimableBytes).toBeGreaterThan(80 * mebibyte);
  return report;
}
