import { describe, expect, it } from "vitest";
import { advance } from "../../../agent/detect/reducer.ts";
import type { FindingReport } from "../../../agent/model/report.ts";
import type { Snapshot } from "../../../agent/model/snapshot.ts";
import { bootTimeMs, crew, emptyPlace, listener, master, see, snapshot, worker } from "./build.ts";
import { limits, type Scan, told } from "./story.ts";

// the look at 0 s is 3,600 s after the boot, when tick 360,000 has passed
const fresh = { startTicks: 360_000 };
const listeners = [listener(90), listener(100)];

const fine = { processes: crew(10, [11]) };
const upgrade = { processes: [...crew(10, [11]), ...crew(20, [21], { ...fresh, of: 10 })] };
const leaving = [master(10, { holds: [] }), worker(11, { of: 10 })];
const onOldListener = { of: 10, holds: [90] };
const draining = {
  processes: [master(10, { holds: [] }), worker(11, onOldListener), ...crew(20, [21], fresh)],
  listeners,
};
const oldDrains = {
  processes: [...leaving, ...crew(20, [21], { ...fresh, of: 10 })],
};
const takenBack = {
  processes: [
    ...crew(10, [11]),
    master(20, { ...fresh, of: 10, holds: [] }),
    worker(21, { ...fresh, of: 20 }),
  ],
};
const promoted = { processes: crew(20, [21], fresh) };
const blind: Snapshot["blind"] = [{ what: "processes", reason: "hidepid" }];

const getsStuck = {
  shows: "handover-stuck handover, confirmed",
  says: ["suspected handover-stuck", "confirmed handover-stuck"],
};

const stories: Record<string, readonly Scan[]> = {
  "an upgrade inside its limit is no incident": [
    { at: 0, saw: fine, shows: "sound", says: [] },
    { at: 1, saw: upgrade, shows: "handover", says: [] },
    { at: 599, saw: upgrade, shows: "handover", says: [] },
    { at: 600, saw: oldDrains, shows: "handover", says: [] },
    { at: 659, saw: oldDrains, shows: "handover", says: [] },
    { at: 660, saw: promoted, shows: "sound", says: [] },
  ],
  "an upgrade past its limit is stuck at once, and confirmed: it has already lasted": [
    { at: 599, saw: upgrade, shows: "handover", says: [] },
    { at: 600, saw: upgrade, ...getsStuck },
    { at: 700, saw: upgrade, shows: "handover-stuck handover, confirmed", says: [] },
    { at: 701, saw: promoted, shows: "sound", says: ["cleared handover-stuck that was confirmed"] },
  ],
  "an upgrade older than the limit is stuck in a single look": [
    { at: 4_000, saw: upgrade, ...getsStuck },
  ],
  "an upgrade that was seen before the clock went back is as old as it was seen": [
    { at: 0, saw: upgrade, shows: "handover", says: [] },
    { at: 600, saw: { ...upgrade, takenAtMs: bootTimeMs }, ...getsStuck },
  ],
  "a graceful stop past its limit is stuck": [
    { at: 0, saw: draining, shows: "handover", says: [] },
    { at: 59.999, saw: draining, shows: "handover", says: [] },
    { at: 60, saw: draining, ...getsStuck },
    {
      at: 61,
      saw: { listeners: [], places: [] },
      shows: "",
      says: ["cleared handover-stuck that was confirmed"],
    },
  ],
  "how long a master has been draining cannot be told in a single look": [
    { at: 4_000, saw: draining, shows: "handover", says: [] },
  ],
  "a master that drains anew starts its own time": [
    { at: 0, saw: draining, shows: "handover", says: [] },
    { at: 50, saw: fine, shows: "sound", says: [] },
    { at: 61, saw: draining, shows: "handover", says: [] },
    { at: 121, saw: draining, ...getsStuck },
  ],
  "the old master of an upgrade has the whole limit for its stop": [
    { at: 0, saw: upgrade, shows: "handover", says: [] },
    { at: 100, saw: upgrade, shows: "handover", says: [] },
    { at: 101, saw: oldDrains, shows: "handover", says: [] },
    { at: 160, saw: oldDrains, shows: "handover", says: [] },
    { at: 161, saw: oldDrains, ...getsStuck },
  ],
  "the new master of an upgrade that is taken back has the whole limit for its stop": [
    { at: 0, saw: upgrade, shows: "handover", says: [] },
    { at: 100, saw: upgrade, shows: "handover", says: [] },
    { at: 101, saw: takenBack, shows: "handover", says: [] },
    { at: 160, saw: takenBack, shows: "handover", says: [] },
    { at: 161, saw: takenBack, ...getsStuck },
  ],
  "a blind scan does not start the time of a stop anew": [
    { at: 0, saw: draining, shows: "handover", says: [] },
    {
      at: 30,
      saw: { ...draining, blind },
      shows: "unknown handover",
      says: ["suspected unknown"],
      next: 35,
    },
    {
      at: 60,
      saw: draining,
      shows: "handover-stuck handover, confirmed",
      says: ["suspected handover-stuck", "confirmed handover-stuck", "cleared unknown"],
    },
  ],
  "an upgrade that was replaced while it was stuck is over, and the next is as old as its master": [
    { at: 600, saw: upgrade, ...getsStuck },
    {
      at: 700,
      saw: { processes: [...crew(10, [11]), ...crew(30, [31], { ...fresh, of: 10 })] },
      shows: "handover-stuck handover, confirmed",
      says: [
        "cleared handover-stuck that was confirmed",
        "suspected handover-stuck",
        "confirmed handover-stuck",
      ],
    },
  ],
  "not even one that does not see the master": [
    { at: 0, saw: draining, shows: "handover", says: [] },
    { at: 30, saw: { listeners: [], places: [], blind }, shows: "", says: [] },
    { at: 60, saw: draining, ...getsStuck },
  ],
  "a stop that is stuck beside a duplicate leaves the duplicate to its own time": [
    { at: 0, saw: draining, shows: "handover", says: [] },
    {
      at: 60,
      saw: {
        processes: [...leaving, ...crew(30, [], { holds: [90] }), ...crew(40, [], { holds: [80] })],
        listeners: [listener(80), ...listeners],
        places: [emptyPlace()],
      },
      shows: "unreachable handover-stuck handover",
      says: ["suspected unreachable", "suspected handover-stuck", "confirmed handover-stuck"],
      next: 65,
    },
  ],
};

describe("a hand-over", () => {
  it.each(Object.entries(stories))("%s", (_, story) => {
    expect(told(story)).toEqual(story);
  });

  it("that is stuck says what it is, since when and for how long", () => {
    const later = snapshot({ ...upgrade, takenAtMs: bootTimeMs + 4_200_400 });
    const [stuck] = advance(new Map(), see(later), 0, limits).report.sockets;
    expect(stuck?.findings).toEqual<FindingReport[]>([
      {
        kind: "handover-stuck",
        since: "2026-11-22T13:00:00.000Z",
        message: "the USR2 upgrade is not over after 600 s",
      },
      {
        kind: "handover",
        since: "2026-11-22T13:00:00.000Z",
        message: "USR2 upgrade: master 20 is to replace master 10",
      },
    ]);
    expect(stuck).toMatchObject({ verdict: "handover", confirmed: true });
  });

  it("by a graceful stop is as old as it was seen, not as its master", () => {
    const first = advance(new Map(), see(snapshot(draining)), 0, limits);
    const later = see(snapshot({ ...draining, takenAtMs: bootTimeMs + 3_660_000 }));
    const [stuck] = advance(first.memory, later, 60_000, limits).report.sockets;
    expect(stuck?.findings).toEqual<FindingReport[]>([
      {
        kind: "handover-stuck",
        since: "2026-11-22T13:00:00.000Z",
        message: "the graceful stop is not over after 60 s",
      },
      {
        kind: "handover",
        since: "2026-11-22T13:00:00.000Z",
        message: "master 10 has closed its listener and waits for 1 worker to finish",
      },
    ]);
  });

  it("of two masters that stop is reported for each that is past its limit", () => {
    const two = {
      processes: [
        ...leaving,
        master(30, { holds: [] }),
        worker(31, { of: 30, holds: [90] }),
        ...crew(40, [], { holds: [80] }),
      ],
      listeners: [listener(80), ...listeners],
    };
    const first = advance(new Map(), see(snapshot({ ...two, processes: leaving })), 0, limits);
    const second = advance(first.memory, see(snapshot(two)), 30_000, limits);
    const third = advance(second.memory, see(snapshot(two)), 60_000, limits);
    const fourth = advance(third.memory, see(snapshot(two)), 90_000, limits);
    const stuck = [second, third, fourth].map(({ report }) =>
      report.sockets.flatMap(({ findings }) =>
        findings.filter(({ kind }) => kind === "handover-stuck").map(({ message }) => message),
      ),
    );
    expect(stuck).toEqual([
      [],
      ["the graceful stop is not over after 60 s"],
      ["the graceful stop is not over after 90 s", "the graceful stop is not over after 60 s"],
    ]);
    expect(fourth.changes).toEqual([]);
  });
});
