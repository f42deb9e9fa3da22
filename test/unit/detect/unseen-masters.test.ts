import { describe, expect, it } from "vitest";
import type { Blindness } from "../../../agent/model/blind.ts";
import type { Snapshot } from "../../../agent/model/snapshot.ts";
import {
  crew,
  emptyPlace,
  type Gist,
  gistOf,
  listener,
  master,
  other,
  ownedBy,
  path,
  see,
  snapshot,
  unasked,
  worker,
} from "./build.ts";
import { type Scan, told } from "./story.ts";
import { both, old } from "./two-listeners.ts";

const next = crew(20, [21]);
const draining = {
  processes: [master(10, { holds: [] }), worker(11, { ...old, of: 10 }), ...next],
  listeners: both,
};
const stopUnseen: Partial<Snapshot> = {
  processes: [master(10, { holds: "denied" }), worker(11, { ...old, of: 10 }), ...next],
  listeners: both,
  blind: [{ what: "fd-links", pid: 10, reason: "denied" }],
};
const nobodyServes = {
  processes: [master(10, { holds: [] }), worker(11, { of: 10 })],
  places: [emptyPlace()],
};
const outageUnseen: Partial<Snapshot> = {
  processes: [master(10, { holds: "denied" }), worker(11, { of: 10 })],
  places: [emptyPlace()],
  blind: [{ what: "fd-links", pid: 10, reason: "denied" }],
};

const stories: Record<string, readonly Scan[]> = {
  "a stop whose master can be seen no more is neither stuck nor over": [
    { at: 0, saw: draining, shows: "handover", says: [] },
    { at: 30, saw: stopUnseen, shows: "unknown", says: ["suspected unknown"], next: 35 },
    { at: 61, saw: stopUnseen, shows: "unknown, confirmed", says: ["confirmed unknown"] },
    {
      at: 62,
      saw: draining,
      shows: "handover-stuck handover, confirmed",
      says: [
        "suspected handover-stuck",
        "confirmed handover-stuck",
        "cleared unknown that was confirmed",
      ],
    },
  ],
  "an outage by a stop whose master can be seen no more for a while is the same outage": [
    {
      at: 0,
      saw: nobodyServes,
      shows: "unreachable handover",
      says: ["suspected unreachable"],
      next: 5,
    },
    { at: 3, saw: outageUnseen, shows: "unknown", says: ["suspected unknown"], next: 5 },
    {
      at: 6,
      saw: nobodyServes,
      shows: "unreachable handover, confirmed",
      says: ["confirmed unreachable", "cleared unknown"],
    },
  ],
  "a master that could never be seen never becomes a stop that is stuck": [
    { at: 0, saw: stopUnseen, shows: "unknown", says: ["suspected unknown"], next: 5 },
    { at: 5, saw: stopUnseen, shows: "unknown, confirmed", says: ["confirmed unknown"] },
    { at: 61, saw: stopUnseen, shows: "unknown, confirmed", says: [] },
    { at: 601, saw: stopUnseen, shows: "unknown, confirmed", says: [] },
    { at: 602, saw: draining, shows: "handover", says: ["cleared unknown that was confirmed"] },
  ],
};

describe("a living master whose own sockets are not to be seen while its workers hold the listener", () => {
  const hidden = [master(10, { holds: "denied" }), worker(11, { of: 10 }), other(12, { of: 11 })];
  const blind: readonly Blindness[] = [{ what: "fd-links", pid: 10, reason: "denied" }];
  const said = "unknown: which sockets gunicorn 10 holds could not be seen";
  const unknown = { verdict: "unknown", evidence: "bound-file", masters: null };

  it.each<[string, Partial<Snapshot>, Gist]>([
    [
      "is unclear, and no hand-over",
      { processes: hidden, blind },
      { ...unknown, groups: ["unclear 10: 11 + 12"], findings: [said] },
    ],
    [
      "is unclear where it was not looked at either",
      { processes: [master(10, { holds: "not-asked" }), worker(11, { of: 10 })] },
      {
        ...unknown,
        groups: ["unclear 10: 11"],
        findings: [said],
      },
    ],
    [
      "is unclear where it was not looked at either, beside one that serves",
      {
        processes: [
          master(10, { holds: "not-asked" }),
          worker(11, { of: 10, holds: [90] }),
          ...crew(20, [21]),
        ],
        listeners: both,
      },
      { ...unknown, groups: ["serving 20: 21", "unclear 10: 11"], findings: [said] },
    ],
    [
      "is never taken for the newest master where the owner cannot be told",
      {
        processes: [...crew(5, [], old), master(10, { holds: "denied" }), worker(11, { of: 10 })],
        listeners: [listener(90, { binding: unasked }), listener(100, { binding: unasked })],
        blind,
      },
      {
        ...unknown,
        evidence: "start-time",
        groups: ["serving 5: ", "unclear 10: 11"],
        findings: [
          `unknown: who owns ${path} could not be told: it may or may not be theirs: ss is not installed; ${said.slice(9)}`,
        ],
      },
    ],
    [
      "is unclear beside one that serves",
      {
        processes: [
          master(10, { holds: "denied" }),
          worker(11, { of: 10, holds: [90] }),
          ...crew(20, [21]),
        ],
        listeners: both,
        blind,
      },
      { ...unknown, groups: ["serving 20: 21", "unclear 10: 11"], findings: [said] },
    ],
    [
      "is unclear, not stranded, where the path is gone",
      { processes: hidden, places: [emptyPlace()], blind },
      { ...unknown, evidence: "none", groups: ["unclear 10: 11 + 12"], findings: [said] },
    ],
    [
      "is unclear beside a certain duplicate, in which it counts as a living master",
      {
        processes: [...hidden, ...crew(20, [], old), ...crew(30, [], { holds: [80] })],
        listeners: [listener(80), ...both],
        places: [ownedBy(80)],
        blind,
      },
      {
        verdict: "duplicate",
        evidence: "bound-file",
        masters: 3,
        groups: ["serving 30: ", "unclear 10: 11 + 12", "stale 20: "],
        findings: [
          "duplicate: master 20 with 0 workers is stale: it listens, but the path belongs to master 30",
        ],
      },
    ],
    [
      "drains where its sockets were read and the listener is not among them",
      { processes: [master(10, { holds: [] }), worker(11, { of: 10 })] },
      {
        verdict: "handover",
        evidence: "bound-file",
        masters: 1,
        groups: ["draining 10: 11"],
        findings: ["handover: master 10 has closed its listener and waits for 1 worker to finish"],
      },
    ],
  ])("%s", (_, saw, says) => {
    expect(gistOf(see(snapshot(saw)))).toEqual({ [path]: says });
  });

  it("is unclear where the path could not be found out at all", () => {
    const listeners = [listener(100, { place: undefined })];
    const [socket] = see(snapshot({ processes: hidden, listeners, places: [], blind })).sockets;
    expect(socket).toMatchObject({ verdict: "unknown", masters: null });
    expect(socket?.groups.map(({ role }) => role)).toEqual(["unclear"]);
  });
});

describe("a master that stops and is not to be seen", () => {
  it.each(Object.entries(stories))("%s", (_, story) => {
    expect(told(story)).toEqual(story);
  });
});
