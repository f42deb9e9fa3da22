import { describe, expect, it } from "vitest";
import { crew, listener } from "./build.ts";
import { type Scan, told } from "./story.ts";

const scope = "onemaster-before-app.scope";
const listeners = [listener(80), listener(90), listener(100)];
const over = { processes: crew(20, [21], { unit: "app.service" }) };
/** Master 10 was set aside, and 20 serves in the native unit. */
const live = {
  listeners,
  processes: [...crew(10, [11], { holds: [90], unit: scope }), ...over.processes],
};

const astray = {
  listeners,
  processes: [...crew(10, [11], { holds: [90], unit: "app.service" }), ...over.processes],
};
const both = {
  listeners,
  processes: [...crew(5, [6], { holds: [80], unit: scope }), ...live.processes],
};

const stories: Record<string, readonly Scan[]> = {
  "a cutover that ends in its time is never confirmed": [
    { at: 0, saw: live, shows: "duplicate", says: ["suspected duplicate"], next: 90 },
    { at: 10, saw: live, shows: "duplicate", says: [], next: 90 },
    { at: 11, saw: over, shows: "sound", says: ["cleared duplicate"] },
  ],
  "one that died halfway is confirmed, once": [
    { at: 0, saw: live, shows: "duplicate", says: ["suspected duplicate"], next: 90 },
    { at: 89.999, saw: live, shows: "duplicate", says: [], next: 90 },
    { at: 90, saw: live, shows: "duplicate, confirmed", says: ["confirmed duplicate"] },
    { at: 91, saw: live, shows: "duplicate, confirmed", says: [] },
    { at: 92, saw: over, shows: "sound", says: ["cleared duplicate that was confirmed"] },
  ],
  "a stale master that leaves the scope is confirmed at once": [
    { at: 0, saw: live, shows: "duplicate", says: ["suspected duplicate"], next: 90 },
    { at: 30, saw: astray, shows: "duplicate, confirmed", says: ["confirmed duplicate"] },
  ],
  "the time counts from the first sight, whenever the cutover began": [
    { at: 0, saw: astray, shows: "duplicate", says: ["suspected duplicate"], next: 5 },
    { at: 4, saw: live, shows: "duplicate", says: [], next: 90 },
    { at: 90, saw: live, shows: "duplicate, confirmed", says: ["confirmed duplicate"] },
  ],
  "what was confirmed before a cutover stays so, and is told once": [
    { at: 0, saw: astray, shows: "duplicate", says: ["suspected duplicate"], next: 5 },
    { at: 5, saw: astray, shows: "duplicate, confirmed", says: ["confirmed duplicate"] },
    { at: 6, saw: live, shows: "duplicate, confirmed", says: [] },
    { at: 7, saw: both, shows: "duplicate duplicate, confirmed", says: [] },
    { at: 20, saw: over, shows: "sound", says: ["cleared duplicate that was confirmed"] },
  ],
  "a blind scan ends no cutover": [
    { at: 0, saw: live, shows: "duplicate", says: ["suspected duplicate"], next: 90 },
    {
      at: 6,
      saw: { listeners: [], blind: [{ what: "processes", reason: "denied" }] },
      shows: "",
      says: [],
      next: 90,
    },
    { at: 7, saw: live, shows: "duplicate", says: [], next: 90 },
  ],
};

describe("while a cutover hands over", () => {
  it.each(Object.entries(stories))("%s", (_, story) => {
    expect(told(story)).toEqual(story);
  });

  it("a longer confirm_for counts instead", () => {
    const limits = { confirmForMs: 120_000, cutoverMs: 90_000 };
    const story: Scan[] = [
      { at: 0, saw: live, shows: "duplicate", says: ["suspected duplicate"], next: 120 },
      { at: 90, saw: live, shows: "duplicate", says: [], next: 120 },
    ];
    expect(told(story, { ...limits, handoverLimitMs: 600_000, drainLimitMs: 60_000 })).toEqual(
      story,
    );
  });
});
