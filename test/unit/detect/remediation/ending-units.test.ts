import { describe, expect, it } from "vitest";
import { group, path } from "../../cli/reports.ts";
import { head, name, unit } from "../audit-build.ts";
import { against, having, orphans, type Story, sysv, whys } from "./ending-story.ts";

const serving = group("serving", 68);
const stale = group("stale", 49);

describe("supervised", () => {
  const apart = { unit: "native.service" };
  const native = (change: Parameters<typeof unit>[0]) =>
    unit({ names: ["native.service"], mainPid: 0, ...change }, { name: "native.service" });
  const shown = (restart: string) => ({ shown: { Restart: restart } });

  it.each<[string, Story, string[]]>([
    [
      "the stale master is its unit's main process",
      { units: [sysv({ mainPid: 49 })] },
      [
        `process 49 is the main process of ${name}, which may start it again and so take the path: ` +
          "bring the service under one unit instead",
      ],
    ],
    [
      "one of its workers is a main process",
      { units: [sysv(), native({ mainPid: 51 })] },
      [
        "process 51 is the main process of native.service, which may start it again and so take the " +
          "path: bring the service under one unit instead",
      ],
    ],
    [
      "a supervisor lives above it",
      { heads: [head(68), head(49, { ancestors: [40, 1] })] },
      [
        "process 49 has a living parent, process 40, which may start it again: " +
          "see what that is, and end it first",
      ],
    ],
    [
      "its parent is not to be seen",
      { heads: [head(68), head(49, { ancestors: [] })] },
      ["the parent of process 49 is out of sight and may start it again"],
    ],
    [
      "systemd restarts its own unit",
      { heads: [head(68), head(49, apart)], units: [sysv(), native(shown("always"))] },
      [
        "native.service of master 49 has Restart=always, and who serves is not in it: " +
          "systemd would start it again",
      ],
    ],
    [
      "systemd restarts its unit and nobody serves",
      { sockets: [having([stale])], units: [sysv(shown("on-failure"))] },
      [
        `${name} of master 49 has Restart=on-failure, and who serves is not in it: ` +
          "systemd would start it again",
      ],
    ],
    [
      "a socket unit starts its own unit",
      {
        heads: [head(68), head(49, apart)],
        units: [sysv(), native({ triggeredBy: ["native.socket"] })],
      },
      ["native.service of master 49 is started by native.socket, and who serves is not in it"],
    ],
  ])("when %s", (_, story, expected) => {
    expect(whys(story, "supervised")).toEqual(expected);
  });

  it.each<[string, Story]>([
    [
      "who serves is in the same unit, which does not end then",
      { units: [sysv({ mainPid: 68, ...shown("always") })] },
    ],
    [
      "its own unit is not restarted",
      { heads: [head(68), head(49, apart)], units: [sysv(), native(shown("no"))] },
    ],
    [
      "its own unit has no such property",
      { heads: [head(68), head(49, apart)], units: [sysv(), native({})] },
    ],
  ])("is not said when %s", (_, story) => {
    expect(against(story)).toEqual([]);
  });
});

describe("unit-job-running", () => {
  const wait = "wait until systemctl list-jobs shows none, then look again";
  it.each<[string, Story, string[]]>([
    ["a job is queued", { units: [sysv({ job: 812 })] }, [`${name} has job 812: ${wait}`]],
    [
      "it starts",
      { units: [sysv({ activeState: "activating" })] },
      [`${name} is activating: ${wait}`],
    ],
    [
      "it stops",
      { units: [sysv({ activeState: "deactivating" })] },
      [`${name} is deactivating: ${wait}`],
    ],
    [
      "it reloads",
      { units: [sysv({ activeState: "reloading" })] },
      [`${name} is reloading: ${wait}`],
    ],
    [
      "its mounts change",
      { units: [sysv({ activeState: "refreshing" })] },
      [`${name} is refreshing: ${wait}`],
    ],
    ["job 0 is none", { units: [sysv({ job: 0 })] }, []],
    ["its state is not told", { units: [sysv({ activeState: undefined })] }, []],
  ])("when %s", (_, story, expected) => {
    expect(whys(story, "unit-job-running")).toEqual(expected);
  });
});

describe("blind", () => {
  const unread = {
    ok: false,
    failure: { kind: "failed", what: "systemctl", why: "no bus" },
  } as const;
  const denied = (pid: number) => ({ what: "fd-links", pid, reason: "denied" });
  it.each<[string, Story, string[]]>([
    [
      "sockets of a gunicorn were hidden",
      { blind: [denied(812), { what: "listeners", reason: "EIO" }] },
      ["not everything could be seen: fd-links of process 812 (denied), listeners (EIO)"],
    ],
    [
      "what some other listener is bound to was not told, where the owner is known",
      { blind: [{ what: "bound-file", reason: "nsenter failed" }] },
      [],
    ],
    [
      "very many were hidden",
      { blind: [1, 2, 3, 4, 5, 6, 7].map(denied) },
      [
        "not everything could be seen: fd-links of process 1 (denied), fd-links of process 2 (denied), " +
          "fd-links of process 3 (denied), fd-links of process 4 (denied), fd-links of process 5 (denied) " +
          "and 2 more",
      ],
    ],
    [
      "the verdict is unknown",
      { sockets: [having([serving, stale], { verdict: "unknown" })] },
      [`the verdict on ${path} is unknown: too little of it could be seen`],
    ],
    [
      "the path is in another mount namespace",
      { sockets: [having([serving, stale], { path: "app.sock (net:[1])" })] },
      [
        "app.sock (net:[1]) cannot be watched meanwhile: " +
          "it is not an absolute path of the agent's own mount namespace",
      ],
    ],
    [
      "the units were not looked at",
      { unasked: true },
      ["what systemd knows of the socket's units was not asked"],
    ],
    [
      "the stale master has left since",
      { heads: [head(68)] },
      ["the parent and the unit of master 49 could not be read, or it has left"],
    ],
    [
      "another process has the stale master's pid by now",
      { heads: [head(68), head(49, { id: { pid: 49, startTicks: 9_999 } })] },
      ["the parent and the unit of master 49 could not be read, or it has left"],
    ],
    [
      "the owner's cgroup could not be read",
      { heads: [head(68, { cgroup: undefined, unit: undefined }), head(49)] },
      ["the cgroup of process 68 could not be read, and so not which unit it is in"],
    ],
    [
      "the head of orphaned workers has left",
      { sockets: [having([serving, orphans()])], heads: [head(68)] },
      ["the parent and the unit of workers 50, 51, 52, 53 could not be read, or it has left"],
    ],
    [
      "systemd could not be asked",
      { units: [sysv({}, { properties: unread })] },
      [`what systemd knows of ${name} could not be read: no bus`],
    ],
    [
      "systemd was not asked about the stale one's own unit, nor whether it would start it again",
      { heads: [head(68), head(49, { unit: "native.service" })] },
      ["native.service was not asked about, and may be changing"],
    ],
    ["systemd was not asked", { units: [] }, [`${name} was not asked about, and may be changing`]],
  ])("when %s", (_, story, expected) => {
    expect(whys(story, "blind")).toEqual(expected);
  });

  it.each(["memory", "pidfile", "journal", "watch"])("is not said of %s", (what) => {
    expect(against({ blind: [{ what, reason: "denied" }] })).toEqual([]);
  });
});
