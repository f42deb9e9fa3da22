import { describe, expect, it } from "vitest";
import { advance } from "../../../agent/detect/reducer.ts";
import type { IncidentChange } from "../../../agent/model/incident.ts";
import {
  asked,
  crew,
  emptyPlace,
  key,
  listener,
  path,
  place,
  see,
  snapshot,
  worker,
} from "./build.ts";
import { duplicate, fine, limits, listeners, type Scan, three, told } from "./story.ts";

const elsewhere = { key: "2049:8/b.sock", path: "/srv/b/b.sock" };

const shared = { processes: [...crew(10, [11]), ...crew(20, [21])] };

const stories: Record<string, readonly Scan[]> = {
  "a duplicate is suspected, then confirmed, then cleared": [
    { at: 0, saw: fine, shows: "sound", says: [] },
    { at: 1, saw: duplicate, shows: "duplicate", says: ["suspected duplicate"], next: 6 },
    { at: 5.999, saw: duplicate, shows: "duplicate", says: [], next: 6 },
    { at: 6, saw: duplicate, shows: "duplicate, confirmed", says: ["confirmed duplicate"] },
    { at: 99, saw: duplicate, shows: "duplicate, confirmed", says: [] },
    { at: 100, saw: fine, shows: "sound", says: ["cleared duplicate that was confirmed"] },
    { at: 101, saw: fine, shows: "sound", says: [] },
  ],
  "an old master that is only slow to leave pages nobody, and the next one starts afresh": [
    { at: 0, saw: duplicate, shows: "duplicate", says: ["suspected duplicate"], next: 5 },
    { at: 4, saw: fine, shows: "sound", says: ["cleared duplicate"] },
    { at: 10, saw: duplicate, shows: "duplicate", says: ["suspected duplicate"], next: 15 },
    { at: 14, saw: duplicate, shows: "duplicate", says: [], next: 15 },
    { at: 15, saw: duplicate, shows: "duplicate, confirmed", says: ["confirmed duplicate"] },
  ],
  "a second stale master does not start the time of the first anew, nor does its end": [
    { at: 0, saw: duplicate, shows: "duplicate", says: ["suspected duplicate"], next: 5 },
    { at: 3, saw: three, shows: "duplicate duplicate", says: [], next: 5 },
    {
      at: 5,
      saw: three,
      shows: "duplicate duplicate, confirmed",
      says: ["confirmed duplicate"],
    },
    { at: 6, saw: duplicate, shows: "duplicate, confirmed", says: [] },
  ],
  "two masters on one shared listener are confirmed too": [
    { at: 0, saw: shared, shows: "duplicate", says: ["suspected duplicate"], next: 5 },
    { at: 5, saw: shared, shows: "duplicate, confirmed", says: ["confirmed duplicate"] },
  ],
  "a worse finding beside a confirmed one is not confirmed by it": [
    {
      at: 0,
      saw: { processes: [worker(11, { of: 1, holds: [90] }), ...crew(20, [])], listeners },
      shows: "orphaned-workers",
      says: ["suspected orphaned-workers"],
      next: 5,
    },
    {
      at: 5,
      saw: {
        processes: [
          worker(11, { of: 1, holds: [90] }),
          ...crew(15, [], { holds: [80] }),
          ...crew(20, []),
        ],
        listeners,
      },
      shows: "duplicate orphaned-workers",
      says: ["suspected duplicate", "confirmed orphaned-workers"],
      next: 10,
    },
  ],
  "a path without a master, then with a stranded one": [
    {
      at: 0,
      saw: { configured: asked, places: [emptyPlace()], listeners: [] },
      shows: "no-master",
      says: ["suspected no-master"],
      next: 5,
    },
    {
      at: 5,
      saw: { configured: asked, places: [emptyPlace()], listeners: [] },
      shows: "no-master, confirmed",
      says: ["confirmed no-master"],
    },
    {
      at: 6,
      saw: { ...fine, configured: asked, places: [emptyPlace()] },
      shows: "unreachable",
      says: ["suspected unreachable", "cleared no-master that was confirmed"],
      next: 11,
    },
  ],
  "the wall clock may jump either way: only the other one counts": [
    { at: 0, saw: duplicate, shows: "duplicate", says: ["suspected duplicate"], next: 5 },
    {
      at: 1,
      saw: { ...duplicate, takenAtMs: Date.UTC(2030, 0), bootTimeMs: Date.UTC(2029, 11, 31) },
      shows: "duplicate",
      says: [],
      next: 5,
    },
    {
      at: 4,
      saw: { ...duplicate, takenAtMs: Date.UTC(2020, 0), bootTimeMs: Date.UTC(2019, 11, 31) },
      shows: "duplicate",
      says: [],
      next: 5,
    },
    {
      at: 5,
      saw: { ...duplicate, takenAtMs: Date.UTC(2020, 0), bootTimeMs: Date.UTC(2019, 11, 31) },
      shows: "duplicate, confirmed",
      says: ["confirmed duplicate"],
    },
  ],
};

describe("the reducer", () => {
  it.each(Object.entries(stories))("%s", (_, story) => {
    expect(told(story)).toEqual(story);
  });

  it("confirms at first sight when there is nothing to wait for", () => {
    const story: Scan[] = [
      {
        at: 0,
        saw: duplicate,
        shows: "duplicate, confirmed",
        says: ["suspected duplicate", "confirmed duplicate"],
      },
    ];
    expect(told(story, { ...limits, confirmForMs: 0 })).toEqual(story);
  });

  it("asks for a look when the first of several suspicions comes of age", () => {
    const stale = see(snapshot(duplicate));
    const both = see(
      snapshot({
        processes: [...duplicate.processes, ...crew(50, [], { holds: [500] })],
        listeners: [...listeners, listener(500, { place: elsewhere.key })],
        places: [place(), emptyPlace(elsewhere)],
      }),
    );
    const first = advance(new Map(), stale, 1_000, limits);
    const second = advance(first.memory, both, 3_000, limits);
    const third = advance(second.memory, both, 6_000, limits);
    expect([first, second, third].map(({ nextMs }) => nextMs)).toEqual([6_000, 6_000, 8_000]);
  });

  it("says whose incident it is and since when, whatever later looks would say", () => {
    const first = advance(new Map(), see(snapshot(duplicate)), 0, limits);
    const later = see(snapshot({ ...duplicate, bootTimeMs: Date.UTC(2026, 10, 22, 12, 30) }));
    const second = advance(first.memory, later, 5_000, limits);
    const third = advance(second.memory, see(snapshot(fine)), 6_000, limits);
    const incident = {
      socket: path,
      kind: "duplicate",
      sinceMs: Date.UTC(2026, 10, 22, 12, 0, 20),
    };
    expect([first, second, third].flatMap(({ changes }) => changes)).toEqual<IncidentChange[]>([
      { ...incident, kind: "duplicate", change: "suspected", wasConfirmed: false },
      { ...incident, kind: "duplicate", change: "confirmed", wasConfirmed: false },
      { ...incident, kind: "duplicate", change: "cleared", wasConfirmed: true },
    ]);
    expect(second.report.sockets[0]?.findings[0]?.since).toBe("2026-11-22T12:00:20.000Z");
  });

  it("leaves the rest of a report as it is, and a sound report altogether", () => {
    const stale = see(snapshot(duplicate));
    const [socket] = advance(new Map(), stale, 0, { ...limits, confirmForMs: 0 }).report.sockets;
    expect(socket).toEqual({ ...stale.sockets[0], confirmed: true });
    const sound = see(snapshot({ ...fine, pidfiles: [], configured: [{ place: key, unit: "a" }] }));
    expect(advance(new Map(), sound, 0, limits)).toEqual({
      memory: new Map(),
      report: sound,
      changes: [],
      nextMs: undefined,
    });
  });
});
