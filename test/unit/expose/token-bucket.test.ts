import { expect, it } from "vitest";
import { createTokenBucket } from "../../../agent/expose/token-bucket.ts";

it("lets a burst through, then one an interval, and saves no more than a burst", () => {
  let nowMs = 0;
  const take = createTokenBucket({ intervalMs: 100, burst: 2 }, () => nowMs);
  const story: [atMs: number, lets: boolean][] = [
    [0, true],
    [0, true],
    [0, false],
    [99, false],
    [101, true],
    [150, false],
    [10_000, true],
    [10_000, true],
    [10_000, false],
  ];
  for (const [atMs, lets] of story) {
    nowMs = atMs;
    expect([atMs, take()]).toEqual([atMs, lets]);
  }
});
