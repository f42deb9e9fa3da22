import { describe, expect, it } from "vitest";
import type { Snapshot } from "../../../agent/model/snapshot.ts";
import {
  bound,
  crew,
  type Gist,
  gistOf,
  listener,
  master,
  path,
  place,
  see,
  snapshot,
  unasked,
  worker,
} from "./build.ts";
import { both, old } from "./two-listeners.ts";

const noAnswer = [listener(90, { binding: unasked }), listener(100, { binding: unasked })];
const untold = `unknown: who owns ${path} could not be told: it may or may not be theirs: ss is not installed`;

const guessed: Gist = {
  verdict: "duplicate",
  evidence: "start-time",
  masters: 2,
  groups: ["serving 20: 21", "stale 10: 11"],
  findings: [
    "duplicate: master 10 with 1 worker is stale: it listens, but the newer master 20 must own the path (told by start time only)",
  ],
};

const rows: { host: string; saw: Snapshot; says: Gist }[] = [
  {
    host: "a group with a directory that must not be looked at",
    saw: snapshot({
      processes: crew(10, [11]),
      places: [place({ state: { kind: "unreadable", why: "EACCES" } })],
    }),
    says: {
      verdict: "unknown",
      evidence: "start-time",
      masters: null,
      groups: ["serving 10: 11"],
      findings: [`unknown: who owns ${path} could not be told: it cannot be looked at: EACCES`],
    },
  },
  {
    host: "two groups with a directory that must not be looked at: a duplicate stays one",
    saw: snapshot({
      processes: [...crew(10, [11], old), ...crew(20, [21])],
      listeners: both,
      places: [place({ state: { kind: "unreadable", why: "EACCES" } })],
    }),
    says: guessed,
  },
  {
    host: "two groups without any evidence: the newest master is taken for the owner",
    saw: snapshot({ processes: [...crew(10, [11], old), ...crew(20, [21])], listeners: noAnswer }),
    says: guessed,
  },
  {
    host: "two groups without any evidence, the newer one with the lower pid",
    saw: snapshot({
      processes: [...crew(10, [11], old), master(5, { startTicks: 9_000 })],
      listeners: noAnswer,
    }),
    says: {
      ...guessed,
      groups: ["serving 5: ", "stale 10: 11"],
      findings: [
        "duplicate: master 10 with 1 worker is stale: it listens, but the newer master 5 must own the path (told by start time only)",
      ],
    },
  },
  {
    host: "a stale group, one that drains and one that serves, without any evidence",
    saw: snapshot({
      processes: [
        ...crew(10, [11], old),
        ...crew(20, [21]),
        master(30, { holds: [] }),
        worker(31, { of: 30, holds: [80] }),
      ],
      listeners: [...noAnswer, listener(80, { binding: unasked })],
    }),
    says: {
      ...guessed,
      masters: 3,
      groups: ["serving 20: 21", "stale 10: 11", "draining 30: 31"],
      findings: [
        ...guessed.findings,
        "handover: master 30 has closed its listener and waits for 1 worker to finish",
      ],
    },
  },
  {
    host: "two masters of one tick without any evidence: the higher pid came later",
    saw: snapshot({
      processes: [
        ...crew(20, [21], { startTicks: 7 }),
        ...crew(10, [11], { ...old, startTicks: 7 }),
      ],
      listeners: noAnswer,
    }),
    says: guessed,
  },
  {
    host: "one master that has bound the path twice, without any evidence",
    saw: snapshot({ processes: crew(10, [11], { holds: [90, 100] }), listeners: noAnswer }),
    says: {
      verdict: "unknown",
      evidence: "start-time",
      masters: null,
      groups: ["serving 10: 11"],
      findings: [untold],
    },
  },
  {
    host: "one group without any evidence",
    saw: snapshot({ processes: crew(10, [11]), listeners: noAnswer }),
    says: {
      verdict: "unknown",
      evidence: "start-time",
      masters: null,
      groups: ["serving 10: 11"],
      findings: [untold],
    },
  },
  {
    host: "a draining master without any evidence",
    saw: snapshot({
      processes: [master(10, { holds: [] }), worker(11, { of: 10 })],
      listeners: noAnswer,
    }),
    says: {
      verdict: "unknown",
      evidence: "none",
      masters: null,
      groups: ["draining 10: 11"],
      findings: [
        untold,
        "handover: master 10 has closed its listener and waits for 1 worker to finish",
      ],
    },
  },
  {
    host: "one listener known to own the path, the other one not to be asked for",
    saw: snapshot({
      processes: [...crew(10, [11], old), ...crew(20, [21])],
      listeners: [listener(90, { binding: unasked }), listener(100)],
    }),
    says: {
      verdict: "duplicate",
      evidence: "bound-file",
      masters: 2,
      groups: ["serving 20: 21", "stale 10: 11"],
      findings: [
        "duplicate: master 10 with 1 worker is stale: it listens, but the path belongs to master 20",
      ],
    },
  },
  {
    host: "two listeners that claim one file",
    saw: snapshot({
      processes: [...crew(10, [11], old), ...crew(20, [21])],
      listeners: [listener(90, { binding: bound(1000) }), listener(100)],
    }),
    says: guessed,
  },
];

describe("where the owner of a path may not be told", () => {
  it.each(rows.map((row) => [row.host, row] as const))("%s", (_, { saw, says }) => {
    expect(gistOf(see(saw))).toEqual({ [path]: says });
  });
});
