import { describe, expect, it } from "vitest";
import { advance } from "../../../agent/detect/reducer.ts";
import type { IncidentChange } from "../../../agent/model/incident.ts";
import { crew, listener, path, see, snapshot, worker } from "./build.ts";
import { another, duplicate, fine, limits, listeners, type Scan, three, told } from "./story.ts";

const others = {
  processes: [
    ...crew(13, [], { holds: [70] }),
    ...crew(15, [16], { holds: [80] }),
    ...crew(20, [21]),
  ],
  listeners: [listener(70), ...listeners],
};

const stories: Record<string, readonly Scan[]> = {
  "another stale master than the one suspected starts its own time": [
    { at: 0, saw: duplicate, shows: "duplicate", says: ["suspected duplicate"], next: 5 },
    {
      at: 4,
      saw: another,
      shows: "duplicate",
      says: ["cleared duplicate", "suspected duplicate"],
      next: 9,
    },
    { at: 8, saw: another, shows: "duplicate", says: [], next: 9 },
    { at: 9, saw: another, shows: "duplicate, confirmed", says: ["confirmed duplicate"] },
  ],
  "another stale master than the one confirmed is suspected first, and counted when confirmed": [
    { at: 0, saw: duplicate, shows: "duplicate", says: ["suspected duplicate"], next: 5 },
    { at: 5, saw: duplicate, shows: "duplicate, confirmed", says: ["confirmed duplicate"] },
    {
      at: 6,
      saw: another,
      shows: "duplicate",
      says: ["cleared duplicate that was confirmed", "suspected duplicate"],
      next: 11,
    },
    { at: 11, saw: another, shows: "duplicate, confirmed", says: ["confirmed duplicate"] },
    { at: 12, saw: fine, shows: "sound", says: ["cleared duplicate that was confirmed"] },
  ],
  "two other stale masters than the one suspected are one incident": [
    { at: 0, saw: duplicate, shows: "duplicate", says: ["suspected duplicate"], next: 5 },
    {
      at: 4,
      saw: others,
      shows: "duplicate duplicate",
      says: ["cleared duplicate", "suspected duplicate"],
      next: 9,
    },
    {
      at: 9,
      saw: others,
      shows: "duplicate duplicate, confirmed",
      says: ["confirmed duplicate"],
    },
  ],
  "a pid that comes back is another master": [
    { at: 0, saw: duplicate, shows: "duplicate", says: ["suspected duplicate"], next: 5 },
    {
      at: 5,
      saw: {
        processes: [...crew(10, [11], { holds: [90], startTicks: 1999 }), ...crew(20, [21])],
        listeners,
      },
      shows: "duplicate",
      says: ["cleared duplicate", "suspected duplicate"],
      next: 10,
    },
  ],
  "the first of two stale masters leaves: the second has its own time": [
    { at: 0, saw: duplicate, shows: "duplicate", says: ["suspected duplicate"], next: 5 },
    { at: 3, saw: three, shows: "duplicate duplicate", says: [], next: 5 },
    { at: 4, saw: another, shows: "duplicate", says: [], next: 8 },
    { at: 8, saw: another, shows: "duplicate, confirmed", says: ["confirmed duplicate"] },
  ],
  "orphaned workers of another dead master have their own time": [
    {
      at: 0,
      saw: { processes: [worker(11, { of: 1, holds: [90] }), ...crew(20, [])], listeners },
      shows: "orphaned-workers",
      says: ["suspected orphaned-workers"],
      next: 5,
    },
    {
      at: 4,
      saw: { processes: [worker(12, { of: 1, holds: [80] }), ...crew(20, [])], listeners },
      shows: "orphaned-workers",
      says: ["cleared orphaned-workers", "suspected orphaned-workers"],
      next: 9,
    },
    {
      at: 9,
      saw: { processes: [worker(13, { of: 1, holds: [80] }), ...crew(20, [])], listeners },
      shows: "orphaned-workers, confirmed",
      says: ["confirmed orphaned-workers"],
    },
  ],
};

describe("an incident whose processes were replaced by others", () => {
  it.each(Object.entries(stories))("%s", (_, story) => {
    expect(told(story)).toEqual(story);
  });

  it("is cleared as it was, beside one with its own since", () => {
    const first = advance(new Map(), see(snapshot(duplicate)), 0, limits);
    const second = advance(first.memory, see(snapshot(duplicate)), 5_000, limits);
    const newer = { ...fine, processes: [...another.processes, ...crew(30, [], { holds: [90] })] };
    const third = advance(second.memory, see(snapshot({ ...newer, listeners })), 6_000, limits);
    const incident = { socket: path, kind: "duplicate" } as const;
    expect(third.changes).toEqual<IncidentChange[]>([
      {
        ...incident,
        change: "cleared",
        sinceMs: Date.UTC(2026, 10, 22, 12, 0, 20),
        wasConfirmed: true,
      },
      {
        ...incident,
        change: "suspected",
        sinceMs: Date.UTC(2026, 10, 22, 12, 0, 30),
        wasConfirmed: false,
      },
    ]);
    const [socket] = third.report.sockets;
    expect(socket?.confirmed).toBe(false);
    expect(socket?.findings.map(({ since }) => since)).toEqual([
      "2026-11-22T12:00:30.000Z",
      "2026-11-22T12:00:30.000Z",
    ]);
    expect(third.memory.size).toBe(1);
  });

  it("is cleared, suspected and confirmed in one step when there is nothing to wait for", () => {
    const story: Scan[] = [
      {
        at: 0,
        saw: duplicate,
        shows: "duplicate, confirmed",
        says: ["suspected duplicate", "confirmed duplicate"],
      },
      {
        at: 1,
        saw: another,
        shows: "duplicate, confirmed",
        says: [
          "cleared duplicate that was confirmed",
          "suspected duplicate",
          "confirmed duplicate",
        ],
      },
    ];
    expect(told(story, { ...limits, confirmForMs: 0 })).toEqual(story);
  });
});
