import { describe, expect, it } from "vitest";
import {
  crew,
  emptyPlace,
  gistOf,
  listener,
  master,
  other,
  path,
  type Scenario,
  see,
  snapshot,
  worker,
} from "./build.ts";
import { both, old } from "./two-listeners.ts";

const waits = (pid: number, workers: string): string =>
  `handover: master ${pid} has closed its listener and waits for ${workers} to finish`;

const draining: Scenario[] = [
  {
    host: "a draining master beside a serving group",
    saw: snapshot({
      processes: [master(10, { holds: [] }), worker(11, { ...old, of: 10 }), ...crew(20, [21])],
      listeners: both,
    }),
    says: {
      verdict: "handover",
      evidence: "bound-file",
      masters: 2,
      groups: ["serving 20: 21", "draining 10: 11"],
      findings: [waits(10, "1 worker")],
    },
  },
  {
    host: "a draining master beside a stale and a serving group: only who serves owns the path",
    saw: snapshot({
      processes: [
        ...crew(5, [6], { holds: [80] }),
        master(10, { holds: [] }),
        worker(11, { ...old, of: 10 }),
        ...crew(20, [21]),
      ],
      listeners: [listener(80), ...both],
    }),
    says: {
      verdict: "duplicate",
      evidence: "bound-file",
      masters: 3,
      groups: ["serving 20: 21", "stale 5: 6", "draining 10: 11"],
      findings: [
        "duplicate: master 5 with 1 worker is stale: it listens, but the path belongs to master 20",
        waits(10, "1 worker"),
      ],
    },
  },
  {
    host: "a draining master whose listener systemd keeps at the path",
    saw: snapshot({
      processes: [
        other(1, { comm: "systemd", of: 0, holds: [100] }),
        master(10, { holds: [] }),
        worker(11, { of: 10 }),
      ],
    }),
    says: {
      verdict: "handover",
      evidence: "bound-file",
      masters: 1,
      groups: ["draining 10: 11"],
      findings: [waits(10, "1 worker")],
    },
  },
  {
    host: "a stale group beside a draining master whose listener systemd keeps at the path",
    saw: snapshot({
      processes: [...crew(5, [6], old), master(10, { holds: [] }), worker(11, { of: 10 })],
      listeners: both,
    }),
    says: {
      verdict: "duplicate",
      evidence: "bound-file",
      masters: 2,
      groups: ["stale 5: 6", "draining 10: 11"],
      findings: [
        "duplicate: master 5 with 1 worker is stale: it listens, but the path belongs to master 10",
        waits(10, "1 worker"),
      ],
    },
  },
  {
    host: "a draining old master of a USR2 upgrade: its successor is a group of its own",
    saw: snapshot({
      processes: [
        master(10, { holds: [] }),
        worker(11, { of: 10 }),
        ...crew(20, [21], { of: 10 }),
        other(22, { of: 21 }),
      ],
    }),
    says: {
      verdict: "handover",
      evidence: "bound-file",
      masters: 2,
      groups: ["serving 20: 21 + 22", "draining 10: 11"],
      findings: [waits(10, "1 worker")],
    },
  },
  {
    host: "a USR2 upgrade taken back: the new master drains below the old one",
    saw: snapshot({
      processes: [
        ...crew(10, [11]),
        master(20, { of: 10, holds: [] }),
        worker(21, { of: 20 }),
        other(22, { of: 21 }),
      ],
    }),
    says: {
      verdict: "handover",
      evidence: "bound-file",
      masters: 2,
      groups: ["serving 10: 11", "draining 20: 21 + 22"],
      findings: [waits(20, "1 worker")],
    },
  },
  {
    host: "a master that rebinds its path on HUP while old workers finish on the old listener",
    saw: snapshot({
      processes: [master(10), worker(11, { of: 10, ...old }), worker(12, { of: 10 })],
      listeners: both,
    }),
    says: {
      verdict: "one-master",
      evidence: "bound-file",
      masters: 1,
      groups: ["serving 10: 11 12"],
      findings: [],
    },
  },
  {
    host: "a master that rebinds on HUP and then loses its path: it listens, and drains beside",
    saw: snapshot({
      processes: [master(10), worker(11, { of: 10, ...old }), worker(12, { of: 10 })],
      listeners: both,
      places: [emptyPlace()],
    }),
    says: {
      verdict: "unreachable",
      evidence: "none",
      masters: 1,
      groups: ["stranded 10: 11 12"],
      findings: [`unreachable: no new connection can reach master 10: ${path} does not exist`],
    },
  },
];

describe("a master that has closed its listener", () => {
  it.each(draining.map((row) => [row.host, row] as const))("%s", (_, { saw, says }) => {
    expect(gistOf(see(saw))).toEqual({ [path]: says });
  });
});
