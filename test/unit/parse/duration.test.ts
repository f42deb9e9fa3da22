import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { formatDuration, parseDuration } from "../../../agent/parse/duration.ts";

describe("parseDuration", () => {
  it.each([
    ["500ms", 500],
    ["10s", 10_000],
    ["1.5s", 1_500],
    ["1.1s", 1_100],
    ["0.4ms", 0],
    ["2m", 120_000],
    ["1h", 3_600_000],
    ["1d", 86_400_000],
    ["0s", 0],
    ["10", undefined],
    ["", undefined],
    ["s", undefined],
    ["-1s", undefined],
    ["+1s", undefined],
    ["1 s", undefined],
    [" 1s", undefined],
    ["1s\n", undefined],
    [".5s", undefined],
    ["1.s", undefined],
    ["1e3s", undefined],
    ["1S", undefined],
    ["1w", undefined],
    ["1h30m", undefined],
    ["Infinitys", undefined],
    [`${"9".repeat(400)}d`, undefined],
    ["1constructor", undefined],
  ])("reads %j as %j", (text, ms) => {
    expect(parseDuration(text)).toBe(ms);
  });

  it("never throws", () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(() => parseDuration(text)).not.toThrow();
      }),
    );
  });
});

describe("formatDuration", () => {
  const hour = 3_600_000;
  it.each([
    [0, "0s"],
    [0.4, "0s"],
    [250, "250ms"],
    [999.9, "999ms"],
    [1_000, "1s"],
    [5_900, "5s"],
    [59_999, "59s"],
    [60_000, "1m"],
    [123_000, "2m 3s"],
    [hour - 1, "59m 59s"],
    [hour, "1h"],
    [hour + 4 * 60_000 + 59_000, "1h 4m"],
    [24 * hour - 1, "23h 59m"],
    [24 * hour, "1d"],
    [74 * hour, "3d 2h"],
    [400 * 24 * hour, "400d"],
    [-1, "unknown"],
    [Number.NaN, "unknown"],
    [Infinity, "unknown"],
  ])("writes %d as %j", (ms, text) => {
    expect(formatDuration(ms)).toBe(text);
  });
});
