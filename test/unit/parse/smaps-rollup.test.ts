import * as fc from "fast-check";
import { expect, it } from "vitest";
import { parseSmapsRollup } from "../../../agent/parse/smaps-rollup.ts";
import { anyText } from "./any-text.ts";
import { fixtureText } from "./fixture.ts";

const kilobyte = 1024;
const worker = fixtureText("smaps-rollup/worker.txt");

/** The recording of the worker with other values in some lines; null takes the line away. */
function changed(lines: Record<string, string | null>): string {
  return worker
    .split("\n")
    .flatMap((line) => {
      const key = line.slice(0, line.indexOf(":"));
      const value = lines[key];
      if (value === undefined) return [line];
      return value === null ? [] : [`${key}: ${value}`];
    })
    .join("\n");
}

const workerMemory = {
  rssBytes: 25_284 * kilobyte,
  pssBytes: 10_020 * kilobyte,
  ussBytes: 2_940 * kilobyte,
  swapBytes: 0,
  reclaimableBytes: 8_507 * kilobyte,
};

it("reads a gunicorn worker", () => {
  expect(parseSmapsRollup(worker)).toEqual(workerMemory);
});

it("adds up every part", () => {
  const text = changed({
    Pss_Shmem: "3 kB",
    Private_Clean: "100 kB",
    Private_Dirty: "20 kB",
    Private_Hugetlb: "4 kB",
    Swap: "900 kB",
    SwapPss: "50 kB",
  });
  expect(parseSmapsRollup(text)).toEqual({
    ...workerMemory,
    ussBytes: 124 * kilobyte,
    swapBytes: 50 * kilobyte,
    reclaimableBytes: (8_507 + 3 + 50) * kilobyte,
  });
});

it.each([
  ["no SwapPss, and nothing is swapped", { SwapPss: null }],
  ["neither Swap nor SwapPss", { Swap: null, SwapPss: null }],
])("takes swap for zero where there is %s", (_, lines) => {
  expect(parseSmapsRollup(changed(lines))).toEqual(workerMemory);
});

it.each([
  ["there is no Rss", { Rss: null }],
  ["there is no Pss", { Pss: null }],
  ["there is no Pss_Anon, as before Linux 5.4", { Pss_Anon: null }],
  ["there is no Pss_Shmem, as before Linux 5.4", { Pss_Shmem: null }],
  ["there is no Private_Clean", { Private_Clean: null }],
  ["there is no Private_Dirty", { Private_Dirty: null }],
  ["there is no Private_Hugetlb", { Private_Hugetlb: null }],
  ["something is swapped, but there is no SwapPss", { Swap: "8 kB", SwapPss: null }],
  ["Swap is odd and there is no SwapPss", { Swap: "? kB", SwapPss: null }],
  ["SwapPss is odd", { SwapPss: "-1 kB" }],
  ["the unit is another one", { Rss: "25284 MB" }],
  ["a number is negative", { Pss: "-1 kB" }],
  ["a number is beyond any host", { Pss: "9999999999999 kB" }],
])("cannot tell where %s", (_, lines) => {
  expect(parseSmapsRollup(changed(lines))).toBeUndefined();
});

it("cannot tell from an empty file, as zombies have", () => {
  expect(parseSmapsRollup("")).toBeUndefined();
});

it("finds its lines among any others", () => {
  const others = fc.array(anyText.map((line) => `x${line}`));
  fc.assert(
    fc.property(others, others, (before, after) => {
      const text = [...before, worker.trimEnd(), ...after].join("\n");
      expect(parseSmapsRollup(text)).toEqual(workerMemory);
    }),
  );
});

it("never throws", () => {
  fc.assert(
    fc.property(anyText, (text) => {
      expect(() => parseSmapsRollup(text)).not.toThrow();
    }),
  );
});
