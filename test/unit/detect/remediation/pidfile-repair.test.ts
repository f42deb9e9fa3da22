import { describe, expect, it } from "vitest";
import { pidfileRepairs } from "../../../../agent/detect/pidfile-repair.ts";
import type { PidfileReport, SocketReport } from "../../../../agent/model/report.ts";
import { duplicate, group, path, report, socket } from "../../cli/reports.ts";
import { name, pidfilePath, unit } from "../audit-build.ts";
import { orphans, seenIn, type Story, sysv } from "./ending-story.ts";

/** The one socket of a story, with a pidfile that holds something else than a living pid. */
function broken(names: PidfileReport["names"], change: Partial<SocketReport> = {}): SocketReport {
  const pid = names === "dead" ? 4_711 : null;
  return socket({ pidfile: { path: pidfilePath, pid, names }, ...change });
}

function repairsIn(story: Story): ReturnType<typeof pidfileRepairs> {
  const sockets = story.sockets ?? [broken("missing")];
  const seen = report(sockets, { blind: story.blind ?? [] });
  return pidfileRepairs(seen, seenIn({ ...story, sockets }));
}

describe("a pidfile is to be written", () => {
  it.each<[PidfileReport["names"], string]>([
    ["missing", "missing"],
    ["empty", "empty"],
    ["dead", "names pid 4711, which is dead"],
  ])("when what it names is %s", (names, found) => {
    expect(repairsIn({ sockets: [broken(names)] })).toEqual([
      {
        socket: path,
        path: pidfilePath,
        master: { pid: 68, startTicks: 6_800 },
        found,
        refusals: [],
      },
    ]);
  });

  it.each<[string, Story]>([
    [
      "the unit is made from an init script",
      { units: [sysv({ mainPid: undefined, killMode: "mixed" })] },
    ],
    ["a stop kills one process", { units: [unit({ mainPid: undefined, killMode: "process" })] }],
    ["a stop kills nobody", { units: [unit({ mainPid: undefined, killMode: "none" })] }],
    ["systemd follows no process of the unit", { units: [unit({ mainPid: 0 })] }],
  ])("when %s", (_, story) => {
    expect(repairsIn(story).map(({ refusals }) => refusals)).toEqual([[]]);
  });

  it("once for a master that serves two sockets", () => {
    const second = broken("missing", { path: "/run/b.sock" });
    expect(repairsIn({ sockets: [broken("missing"), second] })).toHaveLength(1);
  });
});

describe("no pidfile is to be written", () => {
  it("over what is neither empty nor a pid, which is somebody's file", () => {
    expect(repairsIn({ sockets: [broken("malformed")] })).toEqual([]);
  });

  it.each<[string, Story]>([
    ["systemd follows the main process", { units: [sysv({ mainPid: 68 })] }],
    ["a stop ends the whole unit", { units: [unit({ mainPid: undefined })] }],
    ["there is no unit", { sockets: [broken("missing", { unit: null })] }],
    ["there is none", { sockets: [socket({ pidfile: null })] }],
    ["two masters are there", { sockets: [{ ...duplicate, pidfile: broken("missing").pidfile }] }],
    [
      "orphaned workers are there",
      { sockets: [broken("missing", { groups: [group("serving", 68), orphans()] })] },
    ],
    ["nobody serves", { sockets: [broken("missing", { groups: [group("stale", 68)] })] }],
    ["the verdict is another", { sockets: [broken("missing", { verdict: "unknown" })] }],
    ["start times told who serves", { sockets: [broken("missing", { evidence: "start-time" })] }],
  ])("when %s", (_, story) => {
    expect(repairsIn(story)).toEqual([]);
  });

  it.each<PidfileReport["names"]>(["serving", "unreadable", "stranger", "draining"])(
    "when what it names is %s",
    (names) => {
      expect(repairsIn({ sockets: [broken(names)] })).toEqual([]);
    },
  );
});

describe("a pidfile is wanted, but not written", () => {
  const serving = group("serving", 68);
  const unread = {
    ok: false,
    failure: { kind: "failed", what: "systemctl", why: "no bus" },
  } as const;

  it.each<[string, Story, string]>([
    [
      "no file stands at the path",
      { sockets: [broken("missing", { file: null })] },
      "evidence-weak: listener 25068 of master 68 is bound to file 2172946, but nothing stands at the path",
    ],
    [
      "the master is the main process of another unit",
      { units: [sysv(), unit({}, { name: "native.service" })] },
      "supervised: master 68 is the main process of native.service, which ends it without a pidfile",
    ],
    [
      "the unit is being stopped",
      { units: [sysv({ activeState: "deactivating" })] },
      `unit-job-running: ${name} is deactivating: wait until systemctl list-jobs shows none, then look again`,
    ],
    [
      "the master has no worker yet",
      { sockets: [broken("missing", { groups: [{ ...serving, workers: [] }] })] },
      "owner-too-young: master 68, which owns the path, has no worker yet: see its error log",
    ],
    [
      "something was hidden",
      { blind: [{ what: "processes", reason: "hidepid" }] },
      "blind: not everything could be seen: processes (hidepid)",
    ],
    [
      "systemd could not be asked",
      { units: [unit({}, { properties: unread })] },
      `blind: what systemd knows of ${name} could not be read: no bus`,
    ],
    [
      "the units were not looked at",
      { unasked: true },
      "blind: what systemd knows of the socket's units was not asked",
    ],
    [
      "the pidfile is in another mount namespace",
      {
        sockets: [
          broken("missing", { pidfile: { path: "gunicorn.pid", pid: null, names: "missing" } }),
        ],
      },
      "blind: gunicorn.pid: it is not an absolute path of the agent's own mount namespace",
    ],
  ])("when %s", (_, story, expected) => {
    const whys = repairsIn(story).map(({ refusals }) =>
      refusals.map(({ reason, why }) => `${reason}: ${why}`),
    );
    expect(whys).toEqual([[expected]]);
  });

  it("when two services are said to have the same one", () => {
    const second = broken("missing", { path: "/run/b.sock", groups: [group("serving", 80)] });
    const whys = repairsIn({ sockets: [broken("missing"), second] }).map(
      ({ refusals }) => refusals,
    );
    const why = (one: number, other: number): unknown => [
      {
        reason: "evidence-weak",
        why: `${pidfilePath} is said to be the pidfile of master ${one} and of master ${other}: see the settings`,
      },
    ];
    expect(whys).toEqual([why(68, 80), why(80, 68)]);
  });
});
