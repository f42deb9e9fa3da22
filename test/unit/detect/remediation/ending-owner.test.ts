import { describe, expect, it } from "vitest";
import { duplicate, group, path, socket } from "../../cli/reports.ts";
import { against, having, orphans, type Story, whys } from "./ending-story.ts";

const restart = "the service has to be restarted, ending processes does not bring the path back";
const takeOver = "restart the service, so that a master takes it over";
const serving = group("serving", 68);
const stale = group("stale", 49);
const live = { inode: 25_049, fileInode: 2_172_946 };

describe("no-owner", () => {
  it.each<[string, Story, string]>([
    [
      "nothing stands at the path",
      { sockets: [having([serving, stale], { file: null })] },
      `nothing stands at ${path}: ${restart}`,
    ],
    [
      "the socket is unreachable",
      { sockets: [having([serving, stale], { verdict: "unreachable" })] },
      `no new connection reaches a gunicorn at ${path}: ${restart}`,
    ],
    [
      "another program owns the path",
      { sockets: [having([stale])] },
      `no living gunicorn master is known to own ${path}: ${restart}`,
    ],
    [
      "the one that serves has lost its master",
      { sockets: [having([group("serving", 68, { master: null }), stale])] },
      `no living gunicorn master is known to own ${path}: ${restart}`,
    ],
    [
      "two masters share the live listener",
      { sockets: [having([serving, group("serving", 70), stale])] },
      `masters 68, 70 serve ${path} by one listener, and which of them is to stay is unknown`,
    ],
    [
      "the orphaned workers are themselves what serves",
      { sockets: [having([orphans({ listener: live })])] },
      `workers 50, 51, 52, 53 are themselves what serves ${path}, by listener 25049: ${takeOver}`,
    ],
    [
      "orphaned workers of another master own the path",
      { sockets: [having([orphans({ listener: live }), group("stale", 30)])] },
      `${path} is served by workers 50, 51, 52, 53, whose master is dead: ${takeOver}`,
    ],
  ])("when %s", (_, story, why) => {
    expect(whys(story, "no-owner")).toEqual([why]);
  });

  it("is not said of an upgrade, in which two masters own the path: it is a hand-over", () => {
    const sockets = [having([group("predecessor", 68), group("successor", 80), stale])];
    expect(against({ sockets }).map((text) => text.split(":")[0])).toEqual(["handover"]);
  });
});

describe("evidence-weak", () => {
  const other = { path: "/run/b.sock" };
  it.each<[string, Story, string[]]>([
    [
      "only start times tell who owns the path",
      { sockets: [having([serving, stale], { evidence: "start-time" })] },
      [
        `who owns ${path} is told by start times only: ` +
          "the agent needs ss (iproute2) and the right to look at the path",
      ],
    ],
    [
      "nothing tells who owns the path",
      { sockets: [having([stale], { evidence: "none" })] },
      [`nothing tells who owns ${path}`],
    ],
    [
      "it is not known which file the owner is bound to",
      {
        sockets: [
          having([group("serving", 68, { listener: { inode: 5, fileInode: null } }), stale]),
        ],
      },
      ["which file listener 5 of master 68 is bound to is not known"],
    ],
    [
      "the owner is bound to another file than the one at the path",
      {
        sockets: [having([group("serving", 68, { listener: { inode: 5, fileInode: 9 } }), stale])],
      },
      ["listener 5 of master 68 is bound to file 9, but file 2172946 stands at the path"],
    ],
    [
      "both seem to be bound to the file at the path",
      { sockets: [having([serving, group("stale", 49, { listener: live })])] },
      [
        "listener 25049 of master 49 seems to be bound to file 2172946 at the path, " +
          "beside that of master 68",
      ],
    ],
    [
      "the stale master is newer than the owner",
      { sockets: [having([serving, group("stale", 80)])] },
      [
        "stale master 80 is newer than master 68, which owns the path (start ticks 8000 after 6800): " +
          "somebody may have moved the socket file, a restart puts it right",
      ],
    ],
    [
      "the stale master serves another path",
      {
        sockets: [duplicate, socket({ ...other, groups: [group("serving", 49)] })],
      },
      ["master 49 would be ended, but on /run/b.sock it is serving"],
    ],
    [
      "one of the workers serves another path",
      {
        sockets: [duplicate, socket({ ...other, groups: [group("serving", 51)] })],
      },
      ["master 49 would be ended, but on /run/b.sock it is serving"],
    ],
    [
      "the stale master is stale elsewhere by start time only",
      {
        sockets: [
          duplicate,
          having([group("serving", 90), stale], { ...other, evidence: "start-time" }),
        ],
      },
      ["master 49 would be ended, but on /run/b.sock it is stale by start times only"],
    ],
    [
      "it is stale elsewhere without any evidence",
      { sockets: [duplicate, having([group("stale", 49)], { ...other, evidence: "none" })] },
      ["master 49 would be ended, but on /run/b.sock it is stale by no evidence"],
    ],
    [
      "it has another role on the same path",
      { sockets: [having([serving, stale, group("draining", 49)])] },
      ["master 49 would be ended, but on the same path it is draining"],
    ],
  ])("when %s", (_, story, expected) => {
    expect(whys(story, "evidence-weak")).toEqual(expected);
  });

  it.each<[string, Story]>([
    [
      "the file's inode has more than 32 bits, of which the kernel tells the low ones",
      {
        sockets: [
          having([serving, stale], {
            file: { ...file(), inode: 2_172_946 + 3 * 2 ** 32 },
          }),
        ],
      },
    ],
    [
      "which file the stale one is bound to is not known",
      {
        sockets: [
          having([serving, group("stale", 49, { listener: { inode: 5, fileInode: null } })]),
        ],
      },
    ],
    [
      "both started in the same hundredth of a second",
      {
        sockets: [
          having([serving, group("stale", 49, { master: { ...master(), startTicks: 6_800 } })]),
        ],
      },
    ],
    [
      "it is stale on another path for certain as well",
      {
        sockets: [duplicate, having([group("serving", 90), stale], { path: "/run/b.sock" })],
      },
    ],
  ])("is not said when %s", (_, { sockets = [] }) => {
    expect(against({ sockets })).toEqual([]);
  });
});

describe("owner-too-young", () => {
  function born(startedAt: string): Story {
    const young = group("serving", 68, { master: { ...master(68), startedAt } });
    return { sockets: [having([young, stale])] };
  }

  it.each([
    [
      "started 9.9 s before the look",
      "2026-11-22T13:19:59.124Z",
      ["master 68, which serves, started 9.9 s ago: it has to last for 10 s"],
    ],
    [
      "started after the look, the clock being set back",
      "2026-11-22T13:20:10.000Z",
      [
        "master 68, which serves, started in the future, so the clock was set: " +
          "it has to last for 10 s",
      ],
    ],
    ["started 10 s before the look", "2026-11-22T13:19:59.123Z", []],
  ])("of an owner that %s", (_, startedAt, expected) => {
    expect(whys(born(startedAt), "owner-too-young")).toEqual(expected);
  });

  it("of an owner without a worker", () => {
    const sockets = [having([group("serving", 68, { workers: [] }), stale])];
    expect(against({ sockets })).toEqual([
      "owner-too-young: master 68, which owns the path, has no worker yet: see its error log",
    ]);
  });
});

function file() {
  if (duplicate.file === null) throw new Error("the duplicate has no file");
  return duplicate.file;
}

function master(pid = 49) {
  const { master: known } = group("stale", pid);
  if (known === null) throw new Error("the group has no master");
  return known;
}
