import { describe, expect, it } from "vitest";
import { detect } from "../../../agent/detect/detect.ts";
import type { ProcessMemory, Snapshot } from "../../../agent/model/snapshot.ts";
import {
  crew,
  emptyPlace,
  key,
  listener,
  master,
  memoryOf,
  other,
  snapshot,
  unasked,
  worker,
} from "./build.ts";
import { both, duplicate } from "./two-listeners.ts";

function only(saw: Partial<Snapshot>, budgetBytes?: number) {
  const [socket] = detect(snapshot(saw), { budgetBytes }).sockets;
  if (socket === undefined) throw new Error("no socket in the report");
  return socket;
}

/** `bytes` of each pid, in the five figures of `memoryOf`. */
function holding(bytes: Readonly<Record<number, number | undefined>>): ProcessMemory[] {
  return Object.entries(bytes).map(([pid, of]) => ({
    pid: Number(pid),
    memory: of === undefined ? undefined : memoryOf(of),
  }));
}

describe("the memory of a group", () => {
  const processes = [...crew(10, [11, 12]), other(13, { of: 11 })];
  it.each([
    [
      "is summed over all its processes",
      { 10: 1, 11: 10, 12: 100, 13: 1000, 99: 5 },
      memoryOf(1111),
    ],
    ["is unknown when one member's is unknown", { 10: 1, 11: 10, 12: undefined, 13: 1000 }, null],
    ["is unknown when one member was not measured", { 10: 1, 11: 10, 13: 1000 }, null],
  ])("%s", (_, bytes, memory) => {
    expect(only({ processes, memory: holding(bytes) }).groups[0]?.memory).toEqual(memory);
  });
});

describe("orphan memory", () => {
  const hidden: Snapshot["blind"] = [{ what: "fd-links", pid: 812, reason: "denied" }];
  const nothing = { rssBytes: 0, reclaimableBytes: 0, budgetBytes: 2_000_000, budgetRatio: 0 };
  const full = { 10: 300, 11: 200, 20: 7, 21: 7 };
  const known = { rssBytes: 2500, reclaimableBytes: 500 };
  const unknown = { rssBytes: null, reclaimableBytes: null, budgetRatio: null };

  it.each<[string, Partial<Snapshot>, object]>([
    ["is zero for one master whose memory is unknown", { processes: crew(10, [11]) }, nothing],
    [
      "is zero for an upgrade",
      { processes: [...crew(10, [11]), ...crew(20, [21], { of: 10 })], memory: holding(full) },
      nothing,
    ],
    [
      "is zero for a draining master",
      { processes: [master(10, { holds: [] }), worker(11, { of: 10 })], memory: holding(full) },
      nothing,
    ],
    [
      "is what stale groups hold",
      { ...duplicate, memory: holding(full) },
      { ...known, budgetBytes: 2_000_000, budgetRatio: 500 / 2_000_000 },
    ],
    [
      "is what stranded groups hold",
      { processes: crew(10, [11]), places: [emptyPlace()], memory: holding(full) },
      { ...known, budgetBytes: 2_000_000, budgetRatio: 500 / 2_000_000 },
    ],
    [
      "is what orphaned workers hold",
      { processes: [worker(10, { of: 1 }), worker(11, { of: 1 })], memory: holding(full) },
      { ...known, budgetBytes: 2_000_000, budgetRatio: 500 / 2_000_000 },
    ],
    [
      "is counted once for orphans of a master that had bound the path twice",
      {
        processes: [
          worker(10, { of: 1, holds: [90, 100] }),
          worker(11, { of: 1, holds: [90, 100] }),
        ],
        listeners: both,
        memory: holding(full),
      },
      { ...known, budgetBytes: 2_000_000, budgetRatio: 500 / 2_000_000 },
    ],
    [
      "is unknown, not zero, when a stale member's memory is unknown",
      { ...duplicate, memory: holding({ ...full, 11: undefined }) },
      { ...unknown, budgetBytes: 2_000_000 },
    ],
    [
      "is unknown, not zero, where a gunicorn's sockets could not be seen",
      { processes: crew(10, [11]), memory: holding(full), blind: hidden },
      { ...unknown, budgetBytes: 2_000_000 },
    ],
    [
      "is unknown, not zero, where the owner of the path could not be told",
      {
        processes: crew(10, [11]),
        listeners: [listener(100, { binding: unasked })],
        memory: holding(full),
      },
      { ...unknown, budgetBytes: 2_000_000 },
    ],
    [
      "is what stale groups hold, although a gunicorn's sockets could not be seen",
      { ...duplicate, memory: holding(full), blind: hidden },
      { ...known, budgetBytes: 2_000_000, budgetRatio: 500 / 2_000_000 },
    ],
    [
      "has no ratio where the budget is unknown",
      { ...duplicate, memory: holding(full), host: { name: "vm", memory: undefined } },
      { ...known, budgetBytes: null, budgetRatio: null },
    ],
  ])("%s", (_, saw, says) => {
    expect(only(saw).orphanMemory).toEqual(says);
  });
});

it.each<[string, number, number | null]>([
  ["has no ratio to a budget of zero", 0, null],
  ["has one to the smallest budget", 1, 500],
])("orphan memory %s", (_, budgetBytes, budgetRatio) => {
  expect(only({ ...duplicate, memory: holding({ 10: 300, 11: 200 }) }, budgetBytes)).toMatchObject({
    orphanMemory: { rssBytes: 2500, reclaimableBytes: 500, budgetBytes, budgetRatio },
  });
});

describe("the memory budget", () => {
  const unit = "platform.service";
  const processes = crew(10, [11], { unit });
  const limit = (memoryMaxBytes: number | undefined) => [
    { unit: "other.service", memoryMaxBytes: 1 },
    { unit, memoryMaxBytes },
  ];
  const unknown = { name: "vm", memory: undefined };

  it.each<[string, Partial<Snapshot>, number | undefined, number | null]>([
    ["is that of the settings", { processes, unitLimits: limit(500_000) }, 123, 123],
    ["is host memory without a limit", { processes }, undefined, 2_000_000],
    [
      "is host memory for a unit without a limit",
      { processes, unitLimits: limit(undefined) },
      undefined,
      2_000_000,
    ],
    [
      "is the unit's limit below host memory",
      { processes, unitLimits: limit(500_000) },
      undefined,
      500_000,
    ],
    [
      "is host memory below the unit's limit",
      { processes, unitLimits: limit(9_000_000) },
      undefined,
      2_000_000,
    ],
    [
      "is the unit's limit where host memory is unknown",
      { processes, unitLimits: limit(500_000), host: unknown },
      undefined,
      500_000,
    ],
    [
      "is unknown where neither is known",
      { processes, unitLimits: limit(undefined), host: unknown },
      undefined,
      null,
    ],
    [
      "is that of the unit that the settings name",
      {
        processes,
        unitLimits: limit(500_000),
        configured: [{ place: key, unit: "other.service" }],
      },
      undefined,
      1,
    ],
  ])("%s", (_, saw, budgetBytes, says) => {
    expect(only(saw, budgetBytes).orphanMemory.budgetBytes).toBe(says);
  });
});
