import { expect, it } from "vitest";
import { wholeNumber } from "../../../agent/parse/whole-number.ts";

it.each([
  ["zero", "0", 0],
  ["leading zeros", "007", 7],
  ["the largest exact value", "9007199254740991", 9_007_199_254_740_991],
  ["nothing as no number", "", undefined],
  ["a missing field as no number", undefined, undefined],
  ["a value a double cannot hold as no number", "9007199254740992", undefined],
  ["a sign as no number", "-1", undefined],
  ["a fraction as no number", "1.0", undefined],
  ["an exponent as no number", "1e3", undefined],
  ["hexadecimal as no number", "0x10", undefined],
  ["a blank as no number", " 1", undefined],
  ["a newline as no number", "1\n", undefined],
  ["digits of other scripts as no number", "١", undefined],
])("reads %s", (_, text, value) => {
  expect(wholeNumber(text)).toBe(value);
});
