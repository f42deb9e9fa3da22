import * as fc from "fast-check";
import { expect, it } from "vitest";
import { parseUptime } from "../../../agent/parse/uptime.ts";
import { anyText } from "./any-text.ts";

it.each([
  ["a recording", "1651.01 3160.15\n", 1651.01],
  ["a host just booted", "0.00 0.00\n", 0],
  ["a number alone", "12", 12],
  ["nothing as unknown", "", undefined],
  ["a word as unknown", "up 3 days\n", undefined],
  ["a negative number as unknown", "-1.00 2.00\n", undefined],
  ["a number beyond any host as unknown", "1234567890123.00 1.00\n", undefined],
  ["a number with a tail as unknown", "12x\n", undefined],
])("reads %s", (_, text, seconds) => {
  expect(parseUptime(text)).toBe(seconds);
});

it("never throws", () => {
  fc.assert(
    fc.property(anyText, (text) => {
      expect(() => parseUptime(text)).not.toThrow();
    }),
  );
});
