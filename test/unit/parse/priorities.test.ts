import { expect, it } from "vitest";
import {
  parseDefaultOomScoreAdjust,
  parseNice,
  parseOomScoreAdjust,
} from "../../../agent/parse/priorities.ts";

const after = "1 68 68 0 -1 4194624 1 0 0 0 0 0 0 0 20 0 1 0 7061074 9 9 9";

it.each([
  ["as it is usually", `68 (gunicorn) S ${after}`, 0],
  ["raised", `68 (gunicorn) S ${after.replace("20 0 1 0", "10 -10 1 0")}`, -10],
  [
    "behind a name with all that may be in one",
    "68 (a) S 1 (2\n) S 1 1 1 1 1 1 1 1 1 1 1 1 1 1 39 19 1",
    19,
  ],
])("reads a nice value %s", (_, stat, nice) => {
  expect(parseNice(stat)).toBe(nice);
});

it.each(["", "68 (gunicorn) S 1 2 3", "68 gunicorn S 1 1 1 1 1 1 1 1 1 1 1 1 1 1 39 19 1"])(
  "finds no nice value in %j",
  (stat) => {
    expect(parseNice(stat)).toBeUndefined();
  },
);

it.each([
  ["0\n", 0],
  ["-1000\n", -1000],
  ["300", 300],
  ["", undefined],
  ["high\n", undefined],
  ["0\n1\n", undefined],
])("reads %j as what the kernel adds to the badness of a process", (text, adjust) => {
  expect(parseOomScoreAdjust(text)).toBe(adjust);
});

it("reads what it is for a service that says nothing of it", () => {
  const shown = "DefaultLimitNOFILE=524288\nDefaultOOMScoreAdjust=-100\n";
  expect(parseDefaultOomScoreAdjust(shown)).toBe(-100);
  expect(parseDefaultOomScoreAdjust("DefaultLimitNOFILE=524288\n")).toBeUndefined();
});
