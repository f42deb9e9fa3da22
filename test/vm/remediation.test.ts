import { expect, test } from "vitest";
import type { RemediationRecord } from "../../agent/model/remediation.ts";
import { makeDuplicate } from "../testbed/incident.ts";
import { statusOn } from "../testbed/installed-agent.ts";
import { actingSettings, endablePlan, lastRecord, remediateOn } from "../systemd/support-acting.ts";
import { has, settledTruth } from "../systemd/truth.ts";
import { freshPlatform, meminfo, useMachine } from "./support.ts";

const machine = useMachine();
const megabyte = 1_000_000;
const tolerance = 0.03;

test("`remediate --yes` brings back what its plan promises", async () => {
  const host = machine();
  await freshPlatform(host, { holdMib: 80 });
  await host.write("/etc/onemaster/onemaster.yml", JSON.stringify(actingSettings()));
  const { stale } = await makeDuplicate(host);
  await settledTruth(host, "two whole groups", has(2));
  const plan = await endablePlan(host);
  expect(plan).toMatchObject({ role: "stale", master: { pid: stale } });
  const promised = plan.reclaimableBytes ?? Number.NaN;

  const before = await meminfo(host, "AnonPages");
  expect(await remediateOn(host)).toMatchObject({ exitCode: 0 });
  await settledTruth(host, "one whole group", has(1));
  const freed = before - (await meminfo(host, "AnonPages"));
  const record = await lastRecord(host);
  expect(record).toMatchObject({ outcome: "ended", plan: { master: { pid: stale } } });
  const told = freedIn(record);
  process.stderr.write(
    `promised ${mb(promised)} MB, freed ${mb(freed)} MB, by the record ${mb(told)} MB\n`,
  );
  expect(Math.abs(freed / promised - 1)).toBeLessThan(tolerance);
  expect(Math.abs(told / promised - 1)).toBeLessThan(tolerance);
  const predicted = record.memory.predictedBytes ?? Number.NaN;
  expect(Math.abs(freed / predicted - 1)).toBeLessThan(tolerance);
  expect((await statusOn(host)).verdict).toBe("one-master");
});

function freedIn({ memory }: RemediationRecord): number {
  const { usedBeforeBytes, usedAfterBytes } = memory;
  return (usedBeforeBytes ?? Number.NaN) - (usedAfterBytes ?? Number.NaN);
}

function mb(bytes: number): string {
  return (bytes / megabyte).toFixed(1);
}
