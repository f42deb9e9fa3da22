import { describe, expect, it } from "vitest";
import { crew, gistOf, master, other, path, type Scenario, see, snapshot } from "./build.ts";
import { both, old } from "./two-listeners.ts";

const upgrade = "handover: USR2 upgrade: master 20 is to replace master 10";

const upgrades: Scenario[] = [
  {
    host: "a USR2 upgrade: parent and child on one listener",
    saw: snapshot({ processes: [...crew(10, [11]), ...crew(20, [21], { of: 10 })] }),
    says: {
      verdict: "handover",
      evidence: "bound-file",
      masters: 2,
      groups: ["predecessor 10: 11", "successor 20: 21"],
      findings: [upgrade],
    },
  },
  {
    host: "a USR2 upgrade whose old master has sent its workers home",
    saw: snapshot({ processes: [master(10), ...crew(20, [21], { of: 10 })] }),
    says: {
      verdict: "handover",
      evidence: "bound-file",
      masters: 2,
      groups: ["predecessor 10: ", "successor 20: 21"],
      findings: [upgrade],
    },
  },
  {
    host: "a USR2 upgrade that is over: the old master is gone",
    saw: snapshot({ processes: crew(20, [21]) }),
    says: {
      verdict: "one-master",
      evidence: "bound-file",
      masters: 1,
      groups: ["serving 20: 21"],
      findings: [],
    },
  },
  {
    host: "a USR2 upgrade whose new master is still python that starts",
    saw: snapshot({ processes: [...crew(10, [11]), other(20, { of: 10, holds: [100] })] }),
    says: {
      verdict: "one-master",
      evidence: "bound-file",
      masters: 1,
      groups: ["serving 10: 11 + 20"],
      findings: [],
    },
  },
  {
    host: "a USR2 upgrade on a listener that lost the path to another group",
    saw: snapshot({
      processes: [...crew(10, [11], old), ...crew(20, [21], { ...old, of: 10 }), ...crew(30, [31])],
      listeners: both,
    }),
    says: {
      verdict: "duplicate",
      evidence: "bound-file",
      masters: 3,
      groups: ["serving 30: 31", "stale 10: 11", "stale 20: 21"],
      findings: [
        "duplicate: master 10 with 1 worker is stale: it listens, but the path belongs to master 30",
        "duplicate: master 20 with 1 worker is stale: it listens, but the path belongs to master 30",
      ],
    },
  },
  {
    host: "a stale group beside a USR2 upgrade",
    saw: snapshot({
      processes: [...crew(5, [6], old), ...crew(10, [11]), ...crew(20, [21], { of: 10 })],
      listeners: both,
    }),
    says: {
      verdict: "duplicate",
      evidence: "bound-file",
      masters: 3,
      groups: ["stale 5: 6", "predecessor 10: 11", "successor 20: 21"],
      findings: [
        "duplicate: master 5 with 1 worker is stale: it listens, but the path belongs to master 10, 20",
        upgrade,
      ],
    },
  },
];

describe("a USR2 upgrade", () => {
  it.each(upgrades.map((row) => [row.host, row] as const))("%s", (_, { saw, says }) => {
    expect(gistOf(see(saw))).toEqual({ [path]: says });
  });
});
