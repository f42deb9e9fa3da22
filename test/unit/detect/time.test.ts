import { describe, expect, it } from "vitest";
import { isoTime, msOf, startedAtMs } from "../../../agent/detect/time.ts";

describe("times", () => {
  it.each([
    ["the boot itself", 0, 0],
    ["one tick after it", 1, 10],
    ["a year after it", 3_155_760_000, 31_557_600_000],
  ])("a process started at %s", (_, startTicks, afterMs) => {
    expect(startedAtMs({ pid: 10, startTicks }, 1_000)).toBe(1_000 + afterMs);
  });

  it("are written in UTC to the millisecond and read back", () => {
    const ms = Date.UTC(2026, 10, 22, 13, 20, 9, 123);
    expect(isoTime(ms)).toBe("2026-11-22T13:20:09.123Z");
    expect(msOf(isoTime(ms))).toBe(ms);
  });
});
