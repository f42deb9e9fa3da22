import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { createHostMemoryReader } from "../../../agent/probe/host-memory.ts";

it("tells what /proc/meminfo says, and reads it at most every five seconds", async () => {
  let nowMs = 0;
  const reader = createHostMemoryReader(() => nowMs);
  const first = await reader.read();
  const kib = /^MemTotal: +(\d+) kB$/m.exec(readFileSync("/proc/meminfo", "latin1"))?.[1];
  expect(first?.totalBytes).toBe(Number(kib) * 1024);
  expect(first?.availableBytes).toBeGreaterThan(0);
  expect(first?.availableBytes).toBeLessThan(first?.totalBytes ?? 0);
  nowMs = 4_999;
  expect(await reader.read()).toBe(first);
  nowMs = 5_000;
  expect(await reader.read()).not.toBe(first);
});
