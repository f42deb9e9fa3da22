import { readFileSync, rmSync } from "node:fs";
import { expect, it } from "vitest";
import type { ProcessId } from "../../../agent/model/process.ts";
import { createFailureLog } from "../../../agent/probe/failures.ts";
import { createMemoryReader } from "../../../agent/probe/memory.ts";
import { procPaths } from "../../../agent/probe/paths.ts";
import { createSlowFiles, type SlowFiles } from "../../../agent/probe/slow-files.ts";
import { fakeProc } from "./fake-proc.ts";

const worker = readFileSync(
  new URL("../../fixtures/smaps-rollup/worker.txt", import.meta.url),
  "latin1",
);
const workerMemory = {
  rssBytes: 25_284 * 1024,
  pssBytes: 10_020 * 1024,
  ussBytes: 2_940 * 1024,
  swapBytes: 0,
  reclaimableBytes: 8_507 * 1024,
};

function ids(...pids: readonly number[]): ProcessId[] {
  return pids.map((pid) => ({ pid, startTicks: 100 }));
}

function setUp(change: (slow: SlowFiles) => SlowFiles = (slow) => slow) {
  const proc = fakeProc();
  const log = createFailureLog();
  const clock = { nowMs: 0 };
  let reads = 0;
  let together = 0;
  let most = 0;
  const slow = change(createSlowFiles(log, 1_000));
  const counting: SlowFiles = {
    async bytes(path) {
      reads += 1;
      together += 1;
      most = Math.max(most, together);
      const read = await slow.bytes(path);
      together -= 1;
      return read;
    },
  };
  const memory = createMemoryReader(proc.paths, counting, log, () => clock.nowMs);
  return { proc, log, clock, memory, reads: () => reads, most: () => most };
}

it("gives the memory of every process", async () => {
  const { proc, memory } = setUp();
  proc.put(10, { smapsRollup: worker });
  proc.put(11, { smapsRollup: worker });
  expect(await memory.read(ids(10, 11))).toEqual({
    memory: [
      { pid: 10, memory: workerMemory },
      { pid: 11, memory: workerMemory },
    ],
    blind: [],
  });
});

it("reads a group seldom, the seldomer the quieter it is, and at once when it changes", async () => {
  const { proc, memory, clock, reads } = setUp();
  proc.put(10, { smapsRollup: worker });
  proc.put(11, { smapsRollup: worker });
  const readAtS: number[] = [];
  let before = 0;
  for (let second = 0; second <= 240; second += 1) {
    clock.nowMs = second * 1_000;
    await memory.read(second < 200 ? ids(10) : ids(10, 11));
    if (reads() > before) readAtS.push(second);
    before = reads();
  }
  expect(readAtS).toEqual([
    0,
    1,
    2,
    4,
    8,
    16,
    32,
    64,
    124,
    184, // half of the quiet time, at most a minute
    200,
    201,
    202,
    204,
    208,
    216,
    232, // a process has come
  ]);
});

it("reads again when a pid names another process", async () => {
  const { proc, memory, reads } = setUp();
  proc.put(10, { smapsRollup: worker });
  await memory.read([{ pid: 10, startTicks: 100 }]);
  await memory.read([{ pid: 10, startTicks: 100 }]);
  expect(reads()).toBe(1);
  await memory.read([{ pid: 10, startTicks: 900 }]);
  expect(reads()).toBe(2);
});

it("reads no more than four at once", async () => {
  const { proc, memory, most, reads } = setUp();
  const all = Array.from({ length: 10 }, (_, index) => 10 + index);
  for (const pid of all) proc.put(pid, { smapsRollup: worker });
  await memory.read(ids(...all));
  expect([reads(), most()]).toEqual([10, 4]);
});

it("does not know the memory of a process that has left, which is no blindness", async () => {
  const { proc, memory, log } = setUp();
  proc.put(10, { smapsRollup: worker });
  proc.put(11);
  expect(await memory.read(ids(10, 11))).toEqual({
    memory: [
      { pid: 10, memory: workerMemory },
      { pid: 11, memory: undefined },
    ],
    blind: [],
  });
  expect(log.totals).toEqual({ gone: 1, denied: 0, malformed: 0, failed: 0 });
});

it("is blind where a file must not be read", async () => {
  const { memory } = setUp(() => ({
    bytes: (what) =>
      Promise.resolve({ ok: false, failure: { kind: "denied", what, why: "EACCES" } }),
  }));
  expect(await memory.read(ids(10))).toEqual({
    memory: [{ pid: 10, memory: undefined }],
    blind: [{ what: "memory", pid: 10, reason: "EACCES" }],
  });
});

it("is blind on kernels that do not tell anonymous memory apart", async () => {
  const { proc, memory, log } = setUp();
  proc.put(10, { smapsRollup: worker.replace(/^Pss_Anon.*\n/m, "") });
  expect(await memory.read(ids(10))).toEqual({
    memory: [{ pid: 10, memory: undefined }],
    blind: [
      { what: "memory", pid: 10, reason: "smaps_rollup has no Pss_Anon (it came with Linux 5.4)" },
    ],
  });
  expect(log.totals).toEqual({ gone: 0, denied: 0, malformed: 1, failed: 0 });
});

it("reads this very process, and nothing of one without memory", async () => {
  const log = createFailureLog();
  const slow = createSlowFiles(log, 2_000);
  const memory = createMemoryReader(procPaths("/proc"), slow, log, () => 0);
  const read = await memory.read([{ pid: process.pid, startTicks: 1 }]);
  const [own] = read.memory;
  expect(read.blind).toEqual([]);
  expect(own?.memory?.reclaimableBytes).toBeGreaterThan(1e6);
  expect(own?.memory?.rssBytes).toBeGreaterThan(own?.memory?.reclaimableBytes ?? Infinity);
});

it("forgets a reading that was right once the files are away and it is old", async () => {
  const { proc, memory, clock } = setUp();
  proc.put(10, { smapsRollup: worker });
  await memory.read(ids(10));
  rmSync(`${proc.root}/10/smaps_rollup`);
  clock.nowMs = 999;
  expect((await memory.read(ids(10))).memory).toEqual([{ pid: 10, memory: workerMemory }]);
  clock.nowMs = 1_000;
  expect((await memory.read(ids(10))).memory).toEqual([{ pid: 10, memory: undefined }]);
});
