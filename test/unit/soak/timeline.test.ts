import { describe, expect, it } from "vitest";
import { master, state, timeline, worker } from "./build.ts";

const alone = state(7, master(1, 7));

describe("the timeline of a place", () => {
  it("knows between which looks a span began and ended", () => {
    const spans = timeline(500, [100, alone], [200, state(null)], [300, alone]);
    expect(
      spans.map(({ earliestMs, fromMs, untilMs, latestMs }) => [
        earliestMs,
        fromMs,
        untilMs,
        latestMs,
      ]),
    ).toEqual([
      [100, 100, 190, 200],
      [190, 200, 290, 300],
      [290, 300, 500, 500],
    ]);
  });

  it("goes on where only workers come and go", () => {
    const more = state(7, master(1, 7, { children: 2 }), worker(2, 1, 7), worker(3, 1, 7));
    const spans = timeline(500, [100, alone], [200, more], [300, state(null)]);
    expect(spans.map(({ fromMs }) => fromMs)).toEqual([100, 300]);
  });

  it("lasts at least until the look that saw its last change", () => {
    expect(timeline(150, [100, alone], [200, state(null)]).at(-1)).toMatchObject({
      fromMs: 200,
      latestMs: 200,
    });
  });
});
