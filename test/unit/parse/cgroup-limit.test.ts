import * as fc from "fast-check";
import { expect, it } from "vitest";
import { parseMemoryLimit } from "../../../agent/parse/cgroup-limit.ts";
import { anyText } from "./any-text.ts";

it.each([
  ["a limit of cgroup v2", "2147483648\n", { kind: "bytes", bytes: 2_147_483_648 }],
  ["no limit of cgroup v2", "max\n", { kind: "unlimited" }],
  ["no limit of cgroup v1", "9223372036854771712\n", { kind: "unlimited" }],
  ["no limit of cgroup v1 with pages of 64 KiB", "9223372036854710272\n", { kind: "unlimited" }],
  ["the largest limit", "9007199254740991", { kind: "bytes", bytes: 9_007_199_254_740_991 }],
  ["a limit of zero", "0\n", { kind: "bytes", bytes: 0 }],
  ["nothing as neither", "", undefined],
  ["a negative number as neither", "-1\n", undefined],
  ["two numbers as neither", "1 2\n", undefined],
  ["another word as neither", "min\n", undefined],
])("reads %s", (_, text, limit) => {
  expect(parseMemoryLimit(text)).toEqual(limit);
});

it("never throws", () => {
  fc.assert(
    fc.property(anyText, (text) => {
      expect(() => parseMemoryLimit(text)).not.toThrow();
    }),
  );
});
