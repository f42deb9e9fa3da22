import { describe, expect, it } from "vitest";
import type { Snapshot } from "../../../agent/model/snapshot.ts";
import { asked, crew, emptyPlace, listener, ownedBy, place } from "./build.ts";
import { another, duplicate, fine, type Scan, told } from "./story.ts";

const elsewhere = { key: "2049:8/b.sock", path: "/srv/b/b.sock" };

const blind: Partial<Snapshot> = {
  ...fine,
  blind: [{ what: "fd-links", pid: 10, reason: "denied" }],
};
const gone = { listeners: [], places: [] };

const stories: Record<string, readonly Scan[]> = {
  "a blind scan neither confirms nor clears, and asks for no look that would be blind again": [
    { at: 0, saw: duplicate, shows: "duplicate", says: ["suspected duplicate"], next: 5 },
    { at: 3, saw: blind, shows: "unknown", says: ["suspected unknown"], next: 5 },
    { at: 7, saw: blind, shows: "unknown", says: [], next: 8 },
    { at: 9, saw: blind, shows: "unknown, confirmed", says: ["confirmed unknown"] },
    {
      at: 10,
      saw: duplicate,
      shows: "duplicate, confirmed",
      says: ["confirmed duplicate", "cleared unknown that was confirmed"],
    },
    { at: 11, saw: blind, shows: "unknown", says: ["suspected unknown"], next: 16 },
    {
      at: 12,
      saw: fine,
      shows: "sound",
      says: ["cleared unknown", "cleared duplicate that was confirmed"],
    },
  ],
  "a blind scan does not clear a socket that has disappeared in it": [
    { at: 0, saw: duplicate, shows: "duplicate", says: ["suspected duplicate"], next: 5 },
    { at: 1, saw: { ...gone, blind: [...(blind.blind ?? [])] }, shows: "", says: [], next: 5 },
    { at: 6, saw: duplicate, shows: "duplicate, confirmed", says: ["confirmed duplicate"] },
    { at: 7, saw: gone, shows: "", says: ["cleared duplicate that was confirmed"] },
  ],
  "nor when another socket's certain verdict is worse than unknown": [
    { at: 0, saw: duplicate, shows: "duplicate", says: ["suspected duplicate"], next: 5 },
    {
      at: 6,
      saw: {
        processes: crew(50, [], { holds: [500] }),
        listeners: [listener(500, { place: elsewhere.key })],
        places: [emptyPlace(elsewhere)],
        blind: [...(blind.blind ?? [])],
      },
      shows: "unreachable",
      says: ["suspected unreachable"],
      next: 11,
    },
    {
      at: 7,
      saw: duplicate,
      shows: "duplicate, confirmed",
      says: ["confirmed duplicate", "cleared unreachable"],
    },
  ],
  "another stale master in a scan that is not blind starts an incident of its own": [
    { at: 0, saw: duplicate, shows: "duplicate", says: ["suspected duplicate"], next: 5 },
    { at: 3, saw: blind, shows: "unknown", says: ["suspected unknown"], next: 5 },
    {
      at: 6,
      saw: another,
      shows: "duplicate",
      says: ["cleared duplicate", "suspected duplicate", "cleared unknown"],
      next: 11,
    },
    { at: 11, saw: another, shows: "duplicate, confirmed", says: ["confirmed duplicate"] },
  ],
  "what is unknown of another socket clears this one, which is not blind": [
    {
      at: 0,
      saw: {
        ...duplicate,
        places: [place(), ownedBy(500, elsewhere)],
        configured: [...asked, { place: elsewhere.key, unit: undefined }],
      },
      shows: "duplicate; no-master",
      says: ["suspected duplicate", "suspected no-master"],
      next: 5,
    },
    {
      at: 1,
      saw: {
        ...fine,
        places: [place(), ownedBy(500, elsewhere)],
        configured: [...asked, { place: elsewhere.key, unit: undefined }],
        blind: [{ what: "path", place: elsewhere.key, reason: "EIO" }],
      },
      shows: "sound; unknown",
      says: ["suspected unknown", "cleared duplicate"],
      next: 5,
    },
  ],
  "what was unknown of a socket ends with the socket": [
    { at: 0, saw: blind, shows: "unknown", says: ["suspected unknown"], next: 5 },
    {
      at: 1,
      saw: { ...gone, blind: [...(blind.blind ?? [])] },
      shows: "",
      says: ["cleared unknown"],
    },
  ],
};

describe("the reducer and what could not be seen", () => {
  it.each(Object.entries(stories))("%s", (_, story) => {
    expect(told(story)).toEqual(story);
  });
});
