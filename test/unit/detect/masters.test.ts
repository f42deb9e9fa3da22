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

const alone: Scenario[] = [
  {
    host: "one group that owns its path",
    saw: snapshot({ processes: crew(10, [11, 12]) }),
    says: {
      verdict: "one-master",
      evidence: "bound-file",
      masters: 1,
      groups: ["serving 10: 11 12"],
      findings: [],
    },
  },
  {
    host: "a master that has not forked its workers yet",
    saw: snapshot({ processes: [master(10)] }),
    says: {
      verdict: "one-master",
      evidence: "bound-file",
      masters: 1,
      groups: ["serving 10: "],
      findings: [],
    },
  },
  {
    host: "a worker just forked, which still catches its master's signals",
    saw: snapshot({ processes: [...crew(10, [11]), master(12, { of: 10 })] }),
    says: {
      verdict: "one-master",
      evidence: "bound-file",
      masters: 1,
      groups: ["serving 10: 11 12"],
      findings: [],
    },
  },
  {
    host: "a worker with git children, and a helper of the master",
    saw: snapshot({
      processes: [
        ...crew(10, [11]),
        other(12, { of: 11 }),
        other(13, { of: 12 }),
        other(14, { of: 10 }),
      ],
    }),
    says: {
      verdict: "one-master",
      evidence: "bound-file",
      masters: 1,
      groups: ["serving 10: 11 + 14 12 13"],
      findings: [],
    },
  },
  {
    host: "a worker that has forked itself, which is no second worker",
    saw: snapshot({ processes: [...crew(10, [11]), worker(12, { of: 11 })] }),
    says: {
      verdict: "one-master",
      evidence: "bound-file",
      masters: 1,
      groups: ["serving 10: 11 + 12"],
      findings: [],
    },
  },
  {
    host: "a helper that still catches a master's signals but holds no listener",
    saw: snapshot({ processes: [...crew(10, [11]), master(12, { of: 10, holds: [] })] }),
    says: {
      verdict: "one-master",
      evidence: "bound-file",
      masters: 1,
      groups: ["serving 10: 11 + 12"],
      findings: [],
    },
  },
  {
    host: "zombies of another master and of a worker",
    saw: snapshot({
      processes: [
        ...crew(10, [11]),
        worker(12, { of: 10, state: "Z" }),
        master(20, { state: "Z", holds: [90] }),
        master(30, { state: "X", holds: [90] }),
      ],
      listeners: both,
    }),
    says: {
      verdict: "one-master",
      evidence: "bound-file",
      masters: 1,
      groups: ["serving 10: 11"],
      findings: [],
    },
  },
  {
    host: "one master that has bound the path twice",
    saw: snapshot({ processes: crew(10, [11], { holds: [90, 100] }), listeners: both }),
    says: {
      verdict: "one-master",
      evidence: "bound-file",
      masters: 1,
      groups: ["serving 10: 11"],
      findings: [],
    },
  },
  {
    host: "one master that has bound the path twice and lost it",
    saw: snapshot({
      processes: crew(10, [11], { holds: [90, 100] }),
      listeners: both,
      places: [emptyPlace()],
    }),
    says: {
      verdict: "unreachable",
      evidence: "none",
      masters: 1,
      groups: ["stranded 10: 11"],
      findings: [`unreachable: no new connection can reach master 10: ${path} does not exist`],
    },
  },
];

const several: Scenario[] = [
  {
    host: "two groups, the old one stale",
    saw: snapshot({ processes: [...crew(10, [11], old), ...crew(20, [21, 22])], listeners: both }),
    says: {
      verdict: "duplicate",
      evidence: "bound-file",
      masters: 2,
      groups: ["serving 20: 21 22", "stale 10: 11"],
      findings: [
        "duplicate: master 10 with 1 worker is stale: it listens, but the path belongs to master 20",
      ],
    },
  },
  {
    host: "two groups, the new one stale, as after a restored file",
    saw: snapshot({
      processes: [...crew(10, [11], old), ...crew(20, [21, 22])],
      listeners: both,
      places: [ownedBy(90)],
    }),
    says: {
      verdict: "duplicate",
      evidence: "bound-file",
      masters: 2,
      groups: ["serving 10: 11", "stale 20: 21 22"],
      findings: [
        "duplicate: master 20 with 2 workers is stale: it listens, but the path belongs to master 10",
      ],
    },
  },
  {
    host: "three groups, two of them stale",
    saw: snapshot({
      processes: [...crew(10, [11], { holds: [80] }), ...crew(20, [], old), ...crew(30, [31])],
      listeners: [listener(80), ...both],
    }),
    says: {
      verdict: "duplicate",
      evidence: "bound-file",
      masters: 3,
      groups: ["serving 30: 31", "stale 10: 11", "stale 20: "],
      findings: [
        "duplicate: master 10 with 1 worker is stale: it listens, but the path belongs to master 30",
        "duplicate: master 20 with 0 workers is stale: it listens, but the path belongs to master 30",
      ],
    },
  },
  {
    host: "two unrelated masters on one shared listener",
    saw: snapshot({ processes: [...crew(10, [11]), ...crew(20, [21])] }),
    says: {
      verdict: "duplicate",
      evidence: "bound-file",
      masters: 2,
      groups: ["serving 10: 11", "serving 20: 21"],
      findings: [
        "duplicate: masters 10, 20 serve one shared listener and neither is the other's upgrade: " +
          "new connections go to any of them",
      ],
    },
  },
];

describe("living masters", () => {
  it.each([...alone, ...several].map((row) => [row.host, row] as const))(
    "%s",
    (_, { saw, says }) => {
      expect(gistOf(see(saw))).toEqual({ [path]: says });
    },
  );
});
