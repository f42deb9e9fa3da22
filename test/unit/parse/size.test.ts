import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { formatBytes, parseSize } from "../../../agent/parse/size.ts";

describe("parseSize", () => {
  it.each([
    ["0B", 0],
    ["100B", 100],
    ["1kB", 1_000],
    ["1KB", 1_000],
    ["1KiB", 1_024],
    ["1MB", 1_000_000],
    ["512 MiB", 536_870_912],
    ["1.5GB", 1_500_000_000],
    ["2GiB", 2_147_483_648],
    ["1.1GiB", 1_181_116_006],
    ["1TB", 1_000_000_000_000],
    ["1TiB", 1_099_511_627_776],
    ["2147483648", undefined],
    ["", undefined],
    ["GiB", undefined],
    ["-1GiB", undefined],
    ["1  GiB", undefined],
    ["1GiB ", undefined],
    ["1gib", undefined],
    ["1G", undefined],
    ["1PiB", undefined],
    ["1e3B", undefined],
    ["9000TiB", undefined],
    [`${"9".repeat(400)}B`, undefined],
    ["1constructor", undefined],
  ])("reads %j as %j", (text, bytes) => {
    expect(parseSize(text)).toBe(bytes);
  });

  it("never throws", () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(() => parseSize(text)).not.toThrow();
      }),
    );
  });
});

describe("formatBytes", () => {
  const mebibyte = 2 ** 20;
  it.each([
    [0, "0 B"],
    [1_023, "1023 B"],
    [1_023.6, "1.0 KiB"],
    [1_024, "1.0 KiB"],
    [9.94 * mebibyte, "9.9 MiB"],
    [9.96 * mebibyte, "10 MiB"],
    [370 * mebibyte, "370 MiB"],
    [1_023.4 * mebibyte, "1023 MiB"],
    [1_023.6 * mebibyte, "1.0 GiB"],
    [2_048 * mebibyte, "2.0 GiB"],
    [2 ** 40, "1.0 TiB"],
    [2 ** 52, "4096 TiB"],
    [-1, "unknown"],
    [Number.NaN, "unknown"],
    [Infinity, "unknown"],
  ])("writes %d as %j", (bytes, text) => {
    expect(formatBytes(bytes)).toBe(text);
  });

  it("writes a text that parseSize reads back within a twentieth", () => {
    fc.assert(
      fc.property(fc.nat({ max: 2 ** 50 }), (bytes) => {
        const back = parseSize(formatBytes(bytes)) ?? Number.NaN;
        expect(Math.abs(back - bytes)).toBeLessThanOrEqual(bytes * 0.05);
      }),
    );
  });
});
