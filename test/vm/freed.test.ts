import { expect, test } from "vitest";
import { reduced } from "../support/seen.ts";
import { makeDuplicate } from "../testbed/incident.ts";
import { statusOn } from "../testbed/installed-agent.ts";
import { endSafely } from "../systemd/support-ending.ts";
import { groupPids, onlySocket } from "../systemd/sysv-platform.ts";
import { has, seenIn, settledTruth } from "../systemd/truth.ts";
import { freshPlatform, meminfo, useMachine } from "./support.ts";

const machine = useMachine();
const megabyte = 1_000_000;

test.for([
  ["each worker with a heap of its own", { holdMib: 80 }],
  ["--preload, all sharing one heap", { holdMib: 340, gunicornOptions: "--preload" }],
] as const)("what ending the stale group brings back, %s", async ([, options], { task }) => {
  const host = machine();
  await freshPlatform(host, options);
  const { stale } = await makeDuplicate(host);
  const during = await settledTruth(host, "two whole groups", has(2));
  const report = onlySocket(await statusOn(host));
  expect(seenIn(during)).toMatchObject(reduced(report));
  const predicted = report.orphanMemory.reclaimableBytes ?? Number.NaN;
  expect(report.groups.find(({ role }) => role === "stale")).toMatchObject({
    master: { pid: stale },
    memory: { reclaimableBytes: predicted, swapBytes: 0 },
  });
  // as in the incident
  expect(Math.abs(predicted / megabyte - 370)).toBeLessThan(20);

  const before = await meminfo(host, "AnonPages");
  const workers = groupPids(during, stale).filter((pid) => pid !== stale);
  await endSafely(host, stale, workers);
  const after = await settledTruth(host, "the stale master to be gone", has(1));
  const freed = before - (await meminfo(host, "AnonPages"));
  process.stderr.write(
    `${task.name}: predicted ${mb(predicted)}, freed ${mb(freed)} MB, ${freed / predicted}\n`,
  );
  expect(Math.abs(freed / predicted - 1)).toBeLessThan(0.03);
  const cured = onlySocket(await statusOn(host));
  expect(seenIn(after)).toMatchObject(reduced(cured));
  expect(cured.orphanMemory.reclaimableBytes).toBe(0);
});

function mb(bytes: number): string {
  return (bytes / megabyte).toFixed(1);
}
