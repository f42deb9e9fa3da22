import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseLogTime } from "../../../agent/parse/error-log-time.ts";

describe("parseLogTime", () => {
  it.each<[string, string, string, number | undefined]>([
    ["with an offset to the east", "2026-11-22 18:04:26 +0100", "2026-11-22T18:04:26Z", 3_600_000],
    [
      "with an offset to the west",
      "2024-02-29 00:00:00 -0330",
      "2024-02-29T00:00:00Z",
      -12_600_000,
    ],
    ["without an offset", "2026-03-01 00:00:00", "2026-03-01T00:00:00Z", undefined],
    ["with two blanks, as apt has it", "2026-03-01  06:25:01", "2026-03-01T06:25:01Z", undefined],
    ["of a leap second", "2016-12-31 23:59:60 +0000", "2017-01-01T00:00:00Z", 0],
  ])("reads a moment %s", (_, text, wall, offsetMs) => {
    expect(parseLogTime(text)).toEqual({ wallMs: Date.parse(wall), offsetMs });
  });

  it.each([
    "2026-13-01 00:00:00",
    "2026-00-01 00:00:00",
    "2026-01-00 00:00:00",
    "2026-01-32 00:00:00",
    "2026-01-01 24:00:00",
    "2026-01-01 00:60:00",
    "2026-01-01 00:00:61",
    "2026-01-01T00:00:00",
    "2026-01-01 00:00:00 CET",
    " 2026-01-01 00:00:00",
    "",
  ])("refuses %j", (text) => {
    expect(parseLogTime(text)).toBeUndefined();
  });

  it("agrees with the calendar on every day", () => {
    const days = fc.date({
      min: new Date("1970-01-01T00:00:00Z"),
      max: new Date("2200-12-31T00:00:00Z"),
      noInvalidDate: true,
    });
    fc.assert(
      fc.property(days, (date) => {
        const text = `${date.toISOString().slice(0, 19).replace("T", " ")} +0000`;
        const wallMs = Math.floor(date.getTime() / 1_000) * 1_000;
        expect(parseLogTime(text)).toEqual({ wallMs, offsetMs: 0 });
      }),
    );
  });
});
