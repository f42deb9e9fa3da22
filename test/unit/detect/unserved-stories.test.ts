import { describe, expect, it } from "vitest";
import { asked, crew, emptyPlace, listener, master, worker } from "./build.ts";
import { type Scan, told } from "./story.ts";

const fine = { processes: crew(10, [11]) };
const stopped = {
  processes: [master(10, { holds: [] }), worker(11, { of: 10 })],
  places: [emptyPlace()],
};
const relieved = {
  processes: [master(10, { holds: [] }), worker(11, { holds: [90], of: 10 }), ...crew(20, [21])],
  listeners: [listener(90), listener(100)],
};
const promoted = { processes: crew(20, [21]) };

const stories: Record<string, readonly Scan[]> = {
  "a graceful stop is an outage from its first sight until a new master serves": [
    {
      at: 0,
      saw: stopped,
      shows: "unreachable handover",
      says: ["suspected unreachable"],
      next: 5,
    },
    {
      at: 4.999,
      saw: stopped,
      shows: "unreachable handover",
      says: [],
      next: 5,
    },
    { at: 5, saw: relieved, shows: "handover", says: ["cleared unreachable"] },
    { at: 6, saw: promoted, shows: "sound", says: [] },
  ],
  "a graceful stop after which nobody serves is confirmed like any outage": [
    { at: 0, saw: fine, shows: "sound", says: [] },
    {
      at: 1,
      saw: stopped,
      shows: "unreachable handover",
      says: ["suspected unreachable"],
      next: 6,
    },
    {
      at: 6,
      saw: stopped,
      shows: "unreachable handover, confirmed",
      says: ["confirmed unreachable"],
    },
    {
      at: 30,
      saw: { configured: asked, listeners: [], places: [emptyPlace()] },
      shows: "no-master",
      says: ["suspected no-master", "cleared unreachable that was confirmed"],
      next: 35,
    },
  ],
  "a graceful stop past its limit without a new master is stuck beside the outage": [
    {
      at: 0,
      saw: stopped,
      shows: "unreachable handover",
      says: ["suspected unreachable"],
      next: 5,
    },
    {
      at: 60,
      saw: stopped,
      shows: "unreachable handover-stuck handover, confirmed",
      says: ["confirmed unreachable", "suspected handover-stuck", "confirmed handover-stuck"],
    },
    {
      at: 61,
      saw: { listeners: [], places: [] },
      shows: "",
      says: ["cleared unreachable that was confirmed", "cleared handover-stuck that was confirmed"],
    },
  ],
};

describe("a graceful stop while nobody serves, over time", () => {
  it.each(Object.entries(stories))("%s", (_, story) => {
    expect(told(story)).toEqual(story);
  });
});
