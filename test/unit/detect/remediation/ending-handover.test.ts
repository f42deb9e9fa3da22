import { describe, expect, it } from "vitest";
import { duplicate, group, path, socket } from "../../cli/reports.ts";
import { head } from "../audit-build.ts";
import { against, having, orphans, type Story, whys } from "./ending-story.ts";

const serving = group("serving", 68);
const stale = group("stale", 49);
const since = "2026-11-22T12:20:09.000Z";
const draining = { kind: "handover", since, message: "" } as const;
const stuck = { kind: "handover-stuck", since, message: "" } as const;

describe("handover", () => {
  it.each<[string, Story, string[]]>([
    [
      "an upgrade is under way",
      {
        sockets: [
          having([group("predecessor", 68), group("successor", 80), stale], {
            findings: [draining],
          }),
        ],
      },
      [
        "a USR2 upgrade is under way (predecessor master 68, successor master 80): " +
          "it has to be ended or taken back first",
      ],
    ],
    [
      "a third master drains",
      { sockets: [having([serving, stale, group("draining", 30)], { findings: [draining] })] },
      ["a graceful stop is under way on the socket: master 30; wait until it is over"],
    ],
    [
      "of two that drain one is in time",
      {
        sockets: [
          having([serving, stale, group("draining", 30), group("draining", 31)], {
            findings: [draining, draining, stuck],
          }),
        ],
      },
      ["a graceful stop is under way on the socket: master 30, master 31; wait until it is over"],
    ],
    [
      "there is such a finding without its group",
      { sockets: [having([serving, stale], { findings: [draining] })] },
      ["a graceful stop is under way on the socket; wait until it is over"],
    ],
    [
      "orphaned workers accept on the live listener",
      { sockets: [having([serving, orphans({ listener: serving.listener })])] },
      [
        "workers 50, 51, 52, 53 may still accept requests on listener 25068 of master 68, " +
          "which serves: let them end by themselves",
      ],
    ],
    [
      "the same workers hold the live listener beside their own",
      { sockets: [having([serving, orphans(), orphans({ listener: serving.listener })])] },
      [
        "workers 50, 51, 52, 53 may still accept requests on listener 25068 of master 68, " +
          "which serves: let them end by themselves",
      ],
    ],
    [
      "the stale one is being upgraded",
      { sockets: [having([serving, stale, group("stale", 55, { listener: stale.listener })])] },
      [
        "master 49 shares listener 25049 with master 55: an upgrade of what is stale has to be over first",
      ],
    ],
    [
      "the owner is among what descends from it",
      {
        sockets: [
          having([serving, group("stale", 49, { others: [{ pid: 68, command: "gunicorn" }] })]),
        ],
      },
      [`serving master 68 of ${path} descends from master 49 and would be killed with it`],
    ],
    [
      "the owner's parents lead to one of its workers",
      { heads: [head(49), head(68, { ancestors: [60, 51, 49, 1] })] },
      [`serving master 68 of ${path} descends from master 49 and would be killed with it`],
    ],
    [
      "who serves another path descends from it",
      {
        sockets: [duplicate, socket({ path: "/run/b.sock", groups: [group("serving", 80)] })],
        heads: [head(49), head(68), head(80, { ancestors: [49, 1] })],
      },
      ["serving master 80 of /run/b.sock descends from master 49 and would be killed with it"],
    ],
  ])("when %s", (_, story, expected) => {
    expect(whys(story, "handover")).toEqual(expected);
  });

  it.each<[string, Story]>([
    [
      "a graceful stop is over its limit",
      {
        sockets: [having([serving, stale, group("draining", 30)], { findings: [draining, stuck] })],
      },
    ],
    [
      "orphaned workers are left of the stale one's listener",
      {
        sockets: [
          having([serving, group("stale", 55), orphans({ listener: group("stale", 55).listener })]),
        ],
      },
    ],
    [
      "the workers of a dead master hold two listeners, none of them live",
      {
        sockets: [having([serving, orphans(), orphans({ listener: { inode: 7, fileInode: 8 } })])],
      },
    ],
  ])("is not said when %s", (_, story) => {
    expect(against(story)).toEqual([]);
  });
});
