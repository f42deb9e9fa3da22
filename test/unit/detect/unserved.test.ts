import { describe, expect, it } from "vitest";
import {
  asked,
  crew,
  emptyPlace,
  gistOf,
  master,
  path,
  place,
  type Scenario,
  see,
  snapshot,
  standing,
  worker,
} from "./build.ts";
import { both, old } from "./two-listeners.ts";

const stopping = (pid: number): string =>
  `unreachable: ${path} does not exist: master ${pid} is stopping and no master serves; ` +
  "requests fail until one is started";

const waits = (pid: number, workers: string): string =>
  `handover: master ${pid} has closed its listener and waits for ${workers} to finish`;

const unserved: Scenario[] = [
  {
    host: "a master that drains alone and has taken the path away: nobody serves",
    saw: snapshot({
      processes: [master(10, { holds: [] }), worker(11, { of: 10 }), worker(12, { of: 10 })],
      places: [emptyPlace()],
    }),
    says: {
      verdict: "unreachable",
      evidence: "none",
      masters: 1,
      groups: ["draining 10: 11 12"],
      findings: [stopping(10), waits(10, "2 workers")],
    },
  },
  {
    host: "a master that drains alone on a path that the settings name",
    saw: snapshot({
      processes: [master(10, { holds: [] }), worker(11, { of: 10 })],
      places: [emptyPlace()],
      configured: asked,
    }),
    says: {
      verdict: "unreachable",
      evidence: "none",
      masters: 1,
      groups: ["draining 10: 11"],
      findings: [stopping(10), waits(10, "1 worker")],
    },
  },
  {
    host: "a master that drains alone beside a file that was left over",
    saw: snapshot({
      processes: [master(10, { holds: [] }), worker(11, { of: 10 })],
      places: [place({ state: standing({ inode: 7 }) })],
    }),
    says: {
      verdict: "unreachable",
      evidence: "none",
      masters: 1,
      groups: ["draining 10: 11"],
      findings: [
        `unreachable: ${path} is a socket file that none of them is bound to: master 10 is ` +
          "stopping and no master serves; requests fail until one is started",
        waits(10, "1 worker"),
      ],
    },
  },
  {
    host: "two masters that drain at once, and nobody who serves",
    saw: snapshot({
      processes: [
        master(10, { holds: [] }),
        worker(11, { ...old, of: 10 }),
        master(20, { holds: [] }),
        worker(21, { of: 20 }),
      ],
      listeners: both,
      places: [emptyPlace()],
    }),
    says: {
      verdict: "unreachable",
      evidence: "none",
      masters: 2,
      groups: ["draining 10: 11", "draining 20: 21"],
      findings: [
        `unreachable: ${path} does not exist: masters 10, 20 are stopping and no master serves; ` +
          "requests fail until one is started",
        waits(10, "1 worker"),
        waits(20, "1 worker"),
      ],
    },
  },
  {
    host: "a draining master that took the path from under a stale one: that one is stranded",
    saw: snapshot({
      processes: [...crew(5, [6], old), master(10, { holds: [] }), worker(11, { of: 10 })],
      listeners: both,
      places: [emptyPlace()],
    }),
    says: {
      verdict: "unreachable",
      evidence: "none",
      masters: 2,
      groups: ["stranded 5: 6", "draining 10: 11"],
      findings: [
        `unreachable: no new connection can reach master 5: ${path} does not exist`,
        waits(10, "1 worker"),
      ],
    },
  },
  {
    host: "a draining master whose path is gone, while something was not to be seen",
    saw: snapshot({
      processes: [master(10, { holds: [] }), worker(11, { of: 10 })],
      places: [emptyPlace()],
      blind: [{ what: "processes", reason: "hidepid" }],
    }),
    says: {
      verdict: "unreachable",
      evidence: "none",
      masters: 1,
      groups: ["draining 10: 11"],
      findings: [stopping(10), waits(10, "1 worker")],
    },
  },
  {
    host: "a draining master whose path could not be looked at",
    saw: snapshot({
      processes: [master(10, { holds: [] }), worker(11, { of: 10 })],
      places: [place({ state: { kind: "unreadable", why: "EACCES" } })],
    }),
    says: {
      verdict: "unknown",
      evidence: "none",
      masters: null,
      groups: ["draining 10: 11"],
      findings: [
        `unknown: who owns ${path} could not be told: it cannot be looked at: EACCES`,
        waits(10, "1 worker"),
      ],
    },
  },
  {
    host: "a draining master whose path is gone, beside orphans of another",
    saw: snapshot({
      processes: [master(10, { holds: [] }), worker(11, { of: 10 }), worker(12, { ...old, of: 1 })],
      listeners: both,
      places: [emptyPlace()],
    }),
    says: {
      verdict: "unreachable",
      evidence: "none",
      masters: 1,
      groups: ["orphaned -: 12", "draining 10: 11"],
      findings: [
        stopping(10),
        "orphaned-workers: 1 worker (12) is left of a master that is dead",
        waits(10, "1 worker"),
      ],
    },
  },
  {
    host: "a draining master with a worker that has closed the listener already",
    saw: snapshot({
      processes: [
        master(10, { holds: [] }),
        worker(11, { of: 10 }),
        worker(12, { of: 10, holds: [] }),
      ],
      places: [emptyPlace()],
    }),
    says: {
      verdict: "unreachable",
      evidence: "none",
      masters: 1,
      groups: ["draining 10: 11 + 12"],
      findings: [stopping(10), waits(10, "1 worker")],
    },
  },
  {
    host: "a draining worker that has forked itself: its fork is no orphan",
    saw: snapshot({
      processes: [master(10, { holds: [] }), worker(11, { of: 10 }), worker(12, { of: 11 })],
      places: [emptyPlace()],
    }),
    says: {
      verdict: "unreachable",
      evidence: "none",
      masters: 1,
      groups: ["draining 10: 11 + 12"],
      findings: [stopping(10), waits(10, "1 worker")],
    },
  },
];

describe("a graceful stop while nobody serves", () => {
  it.each(unserved.map((row) => [row.host, row] as const))("%s", (_, { saw, says }) => {
    expect(gistOf(see(saw))).toEqual({ [path]: says });
  });
});
