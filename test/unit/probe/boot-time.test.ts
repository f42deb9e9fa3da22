import { rmSync } from "node:fs";
import { uptime } from "node:os";
import { expect, it } from "vitest";
import { createBootTime } from "../../../agent/probe/boot-time.ts";
import { looker } from "./looker.ts";

function setUp() {
  const { proc, files } = looker();
  const wall = { nowMs: 0 };
  const boot = createBootTime(proc.paths, files, () => wall.nowMs);
  return {
    proc,
    /** A look when the machine has been up so long and the clock shows this. */
    at(uptimeSeconds: number, wallMs: number) {
      proc.write("uptime", `${uptimeSeconds.toFixed(2)} 9.00\n`);
      wall.nowMs = wallMs;
      return boot.read();
    },
    read(wallMs: number) {
      wall.nowMs = wallMs;
      return boot.read();
    },
  };
}

const bootMs = 1_700_000_000_000;

it("tells the time of a look and of the boot", () => {
  expect(setUp().at(100.25, bootMs + 100_250)).toEqual({
    takenAtMs: bootMs + 100_250,
    bootTimeMs: bootMs,
    uptimeSeconds: 100.25,
  });
});

it.each([
  ["is the same while the two clocks are read a little apart", 400, 0],
  ["is the same while the clock is slewed a little back", -500, 0],
  ["moves with a clock that was set an hour forward", 3_600_000, 3_600_000],
  ["moves with a clock that was set an hour back", -3_600_000, -3_600_000],
  ["moves with a clock that was set by more than half a second", 501, 501],
])("the boot %s", (_, offMs, movedMs) => {
  const { at } = setUp();
  at(100, bootMs + 100_000);
  const later = bootMs + 200_000 + offMs;
  expect(at(200, later)).toEqual({
    takenAtMs: later,
    bootTimeMs: bootMs + movedMs,
    uptimeSeconds: 200,
  });
});

it("stays where it was moved to", () => {
  const { at } = setUp();
  at(100, bootMs + 100_000);
  at(200, bootMs + 3_800_000);
  expect(at(300, bootMs + 3_900_100).bootTimeMs).toBe(bootMs + 3_600_000);
});

it("asks the kernel another way where the file is hidden", () => {
  const { proc, read } = setUp();
  rmSync(`${proc.root}/uptime`);
  const { uptimeSeconds } = read(bootMs);
  expect(Math.abs(uptimeSeconds - uptime())).toBeLessThan(2);
});
