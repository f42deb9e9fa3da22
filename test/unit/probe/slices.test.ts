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
  const slices = createSlices(() => performance.now(), 5);
  const gapsMs: number[] = [];
  let lastMs = performance.now();
  const timer = setInterval(() => {
    gapsMs.push(performance.now() - lastMs);
    lastMs = performance.now();
  }, 1);
  const endMs = performance.now() + 100;
  while (performance.now() < endMs) await slices.breathe();
  clearInterval(timer);
  expect(gapsMs.length).toBeGreaterThan(5);
});
