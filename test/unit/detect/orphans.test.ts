import { describe, expect, it } from "vitest";
import {
  crew,
  emptyPlace,
  gistOf,
  listener,
  master,
  other,
  ownedBy,
  path,
  type Scenario,
  see,
  snapshot,
  worker,
} from "./build.ts";
import { both, old } from "./two-listeners.ts";

const orphans: Scenario[] = [
  {
    host: "orphans alone, which still own the path",
    saw: snapshot({ processes: [worker(11, { of: 1 }), worker(12, { of: 1 })] }),
    says: {
      verdict: "orphaned-workers",
      evidence: "bound-file",
      masters: 0,
      groups: ["orphaned -: 11 12"],
      findings: ["orphaned-workers: 2 workers (11, 12) are left of a master that is dead"],
    },
  },
  {
    host: "an orphan with git children, and a fork of itself",
    saw: snapshot({
      processes: [worker(11, { of: 1 }), other(12, { of: 11 }), worker(13, { of: 11 })],
    }),
    says: {
      verdict: "orphaned-workers",
      evidence: "bound-file",
      masters: 0,
      groups: ["orphaned -: 11 13 + 12"],
      findings: ["orphaned-workers: 2 workers (11, 13) are left of a master that is dead"],
    },
  },
  {
    host: "an orphan whose master is a zombie that its parent has not buried",
    saw: snapshot({ processes: [master(10, { state: "Z", holds: [] }), worker(11, { of: 10 })] }),
    says: {
      verdict: "orphaned-workers",
      evidence: "bound-file",
      masters: 0,
      groups: ["orphaned -: 11"],
      findings: ["orphaned-workers: 1 worker (11) is left of a master that is dead"],
    },
  },
  {
    host: "orphans beside a serving group",
    saw: snapshot({
      processes: [worker(11, { ...old, of: 1 }), ...crew(20, [21])],
      listeners: both,
    }),
    says: {
      verdict: "orphaned-workers",
      evidence: "bound-file",
      masters: 1,
      groups: ["serving 20: 21", "orphaned -: 11"],
      findings: ["orphaned-workers: 1 worker (11) is left of a master that is dead"],
    },
  },
  {
    host: "orphans that own the path, beside a living master that has lost it",
    saw: snapshot({
      processes: [worker(11, { ...old, of: 1 }), ...crew(20, [21])],
      listeners: both,
      places: [ownedBy(90)],
    }),
    says: {
      verdict: "duplicate",
      evidence: "bound-file",
      masters: 1,
      groups: ["orphaned -: 11", "stale 20: 21"],
      findings: [
        "duplicate: master 20 with 1 worker is stale: it listens, but the path belongs to workers without a master (socket 90)",
        "orphaned-workers: 1 worker (11) is left of a master that is dead",
      ],
    },
  },
  {
    host: "orphans of two dead masters beside a serving group",
    saw: snapshot({
      processes: [
        worker(11, { of: 1, holds: [80] }),
        worker(12, { ...old, of: 1 }),
        ...crew(20, []),
      ],
      listeners: [listener(80), ...both],
    }),
    says: {
      verdict: "orphaned-workers",
      evidence: "bound-file",
      masters: 1,
      groups: ["serving 20: ", "orphaned -: 11", "orphaned -: 12"],
      findings: [
        "orphaned-workers: 1 worker (11) is left of a master that is dead",
        "orphaned-workers: 1 worker (12) is left of a master that is dead",
      ],
    },
  },
  {
    host: "orphans whose path is gone",
    saw: snapshot({
      processes: [worker(11, { of: 1 }), worker(12, { of: 1 })],
      places: [emptyPlace()],
    }),
    says: {
      verdict: "unreachable",
      evidence: "none",
      masters: 0,
      groups: ["orphaned -: 11 12"],
      findings: [
        `unreachable: no new connection can reach 2 orphaned workers: ${path} does not exist`,
        "orphaned-workers: 2 workers (11, 12) are left of a master that is dead",
      ],
    },
  },
];

describe("workers whose master is dead", () => {
  it.each(orphans.map((row) => [row.host, row] as const))("%s", (_, { saw, says }) => {
    expect(gistOf(see(saw))).toEqual({ [path]: says });
  });
});
