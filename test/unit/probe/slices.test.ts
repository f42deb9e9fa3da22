import { expect, it } from "vitest";
import { createSlices } from "../../../agent/probe/slices.ts";

it("lets others run each time a slice is used up, and not before", async () => {
  let nowMs = 0;
  const slices = createSlices(() => nowMs, 10);
  const story: [atMs: number, othersRan: boolean][] = [
    [0, false],
    [9.9, false],
    [10, true],
    [19.9, false],
    [20, true],
    [500, true],
    [501, false],
  ];
  for (const [atMs, othersRan] of story) {
    nowMs = atMs;
    let ran = false;
    setImmediate(() => {
      ran = true;
    });
    await slices.breathe();
    expect([atMs, ran]).toEqual([atMs, othersRan]);
  }
});

it("holds the event loop no longer than a slice and one step in a long walk", async () => {
  let nowMs = 0;
  const slices = createSlices(() => nowMs, 5);
  const othersRanAtMs: number[] = [];
  let walks = true;
  const other = (): void => {
    othersRanAtMs.push(nowMs);
    if (walks) setImmediate(other);
  };
  setImmediate(other);
  for (let step = 0; step < 100; step += 1) {
    nowMs += 2;
    await slices.breathe();
  }
  walks = false;
  const gapsMs = othersRanAtMs.map((atMs, turn) => atMs - (othersRanAtMs[turn - 1] ?? 0));
  expect(Math.max(...gapsMs)).toBeLessThanOrEqual(5 + 2);
  expect(nowMs - (othersRanAtMs.at(-1) ?? 0)).toBeLessThanOrEqual(5 + 2);
});
