import { describe, expect, it } from "vitest";
import type { Blindness } from "../../../agent/model/blind.ts";
import type { ProcessFacts } from "../../../agent/model/process.ts";
import type { Listener, Snapshot } from "../../../agent/model/snapshot.ts";
import {
  asked,
  crew,
  emptyPlace,
  type Gist,
  gistOf,
  key,
  listener,
  master,
  other,
  ownedBy,
  path,
  see,
  snapshot,
  unasked,
  worker,
} from "./build.ts";

const linksDenied: Blindness = { what: "fd-links", pid: 812, reason: "denied" };
const unseen = "unknown: which sockets gunicorn 812 holds could not be seen";
const old = { holds: [90] };
const both = [listener(90), listener(100)];

const one = { processes: crew(10, [11]) };
const draining = { processes: [master(10, { holds: [] }), worker(11, { of: 10 })] };
const nobody = { configured: asked, listeners: [], places: [emptyPlace()] };
const duplicate = { processes: [...crew(10, [11], old), ...crew(20, [21])], listeners: both };
const orphans = { processes: [worker(11, { of: 1 })] };
const stranded = { processes: crew(10, [11]), places: [emptyPlace()] };

describe("with a gunicorn whose sockets are not to be seen", () => {
  it.each<[string, Partial<Snapshot>, { verdict: string; masters: number | null; also: string[] }]>(
    [
      ["one master is unknown", one, { verdict: "unknown", masters: null, also: [] }],
      [
        "a hand-over is unknown",
        draining,
        {
          verdict: "unknown",
          masters: null,
          also: ["handover: master 10 has closed its listener and waits for 1 worker to finish"],
        },
      ],
      [
        "a path without a master is unknown, and nothing else is claimed of it",
        nobody,
        {
          verdict: "unknown",
          masters: null,
          also: [],
        },
      ],
    ],
  )("%s", (_, saw, { verdict, masters, also }) => {
    const report = see(snapshot({ ...saw, blind: [linksDenied] }));
    expect(report.verdict).toBe("unknown");
    expect(gistOf(report)[path]).toMatchObject({ verdict, masters, findings: [unseen, ...also] });
  });

  it.each<[string, Partial<Snapshot>, number]>([
    ["duplicate", duplicate, 2],
    ["orphaned-workers", orphans, 0],
    ["unreachable", stranded, 1],
  ])("a certain verdict stays what it is: %s", (verdict, saw, masters) => {
    const clear = see(snapshot(saw));
    const blind = see(snapshot({ ...saw, blind: [linksDenied] }));
    expect(blind).toEqual({ ...clear, blind: [linksDenied] });
    expect(gistOf(blind)[path]).toMatchObject({ verdict, masters });
  });

  it("a host without any socket is unknown, not without a master", () => {
    const report = see(snapshot({ listeners: [], places: [], blind: [linksDenied] }));
    expect(report).toMatchObject({ verdict: "unknown", sockets: [] });
  });
});

describe("one master with something unseen", () => {
  it.each<[string, Blindness, readonly string[]]>([
    [
      "hidden processes",
      { what: "processes", reason: "hidepid" },
      ["unknown: processes could not be seen: hidepid"],
    ],
    [
      "a hidden socket table",
      { what: "listeners", reason: "EACCES" },
      ["unknown: listeners could not be seen: EACCES"],
    ],
    [
      "something at this path",
      { what: "path", place: key, reason: "EIO" },
      ["unknown: path could not be seen: EIO"],
    ],
    [
      "the table of a process of this path",
      { what: "listeners", pid: 9, place: key, reason: "EIO" },
      ["unknown: listeners of process 9 could not be seen: EIO"],
    ],
    ["something at another path", { what: "path", place: "2049:8/b", reason: "EIO" }, []],
    ["a listener of another path", { what: "listeners", place: "2049:8/b", reason: "EIO" }, []],
    ["the directory of some process", { what: "path", pid: 9, reason: "EACCES" }, []],
    ["bindings that nobody needs", { what: "bound-file", reason: "no ss" }, []],
    ["its memory", { what: "memory", place: key, reason: "EACCES" }, []],
    ["its pidfile", { what: "pidfile", place: key, reason: "EACCES" }, []],
    ["its file events", { what: "watch", place: key, reason: "ENOSPC" }, []],
    ["memory of a process", { what: "memory", pid: 11, reason: "EACCES" }, []],
  ])("%s", (_, spot, findings) => {
    const report = see(snapshot({ ...one, blind: [spot] }));
    const { what, pid, reason } = spot;
    const verdict = findings.length === 0 ? "one-master" : "unknown";
    expect({ verdict: report.verdict, blind: report.blind, seen: gistOf(report) }).toEqual({
      verdict,
      blind: [pid === undefined ? { what, reason } : { what, pid, reason }],
      seen: {
        [path]: {
          verdict,
          evidence: "bound-file",
          masters: verdict === "unknown" ? null : 1,
          groups: ["serving 10: 11"],
          findings,
        },
      },
    });
  });

  it("says everything that was unseen in one finding", () => {
    const saw = snapshot({
      ...one,
      listeners: [listener(100, { binding: unasked })],
      blind: [linksDenied, { what: "processes", reason: "hidepid" }],
    });
    expect(gistOf(see(saw))[path]?.findings).toEqual([
      `unknown: who owns ${path} could not be told: it may or may not be theirs: ss is not installed; ` +
        "which sockets gunicorn 812 holds could not be seen; processes could not be seen: hidepid",
    ]);
  });

  it.each<[string, readonly Blindness[], string]>([
    [
      "one sentence for all gunicorns whose sockets are hidden, before all others",
      [
        { what: "processes", reason: "hidepid" },
        linksDenied,
        { what: "fd-links", pid: 813, reason: "denied" },
        linksDenied,
      ],
      "which sockets gunicorn 812, 813 hold could not be seen; processes could not be seen: hidepid",
    ],
    [
      "a sentence for hidden sockets of nobody in particular",
      [{ what: "fd-links", reason: "EIO" }],
      "fd-links could not be seen: EIO",
    ],
    [
      "a sentence for each other blind spot",
      [
        { what: "listeners", reason: "one" },
        { what: "listeners", reason: "two" },
      ],
      "listeners could not be seen: one; listeners could not be seen: two",
    ],
  ])("has %s", (_, blind, says) => {
    expect(gistOf(see(snapshot({ ...one, blind })))[path]?.findings).toEqual([`unknown: ${says}`]);
  });
});

describe("one master beside a listener whose folder must not be looked at", () => {
  const denied: Blindness = { what: "path", pid: 9, reason: "denied" };
  const said = "unknown: path of process 9 could not be seen: denied";
  const elsewhere = "2049:8/b.sock";

  it.each<[string, Partial<Listener>, readonly Blindness[], readonly string[]]>([
    ["of the same name, which may be there", { boundAs: "app.sock" }, [denied], [said]],
    ["of the same name below another path", { boundAs: "/x/app.sock" }, [denied], [said]],
    ["of another name, which is not there", { boundAs: "/app.sock/b.sock" }, [denied], []],
    ["whose name only ends alike", { boundAs: "/x/my-app.sock" }, [denied], []],
    ["that was found elsewhere after all", { place: "2049:8/app.sock" }, [denied], []],
    ["of the same name, with nothing unseen", { boundAs: "app.sock" }, [], []],
    [
      "of the same name, with another path unseen",
      { boundAs: "app.sock" },
      [{ ...denied, place: elsewhere }],
      [],
    ],
  ])("%s", (_, changes, blind, findings) => {
    const unplaced = listener(90, { place: undefined, ...changes });
    const saw = snapshot({ ...one, listeners: [unplaced, listener(100)], blind });
    expect(gistOf(see(saw))).toEqual({
      [path]: {
        verdict: findings.length === 0 ? "one-master" : "unknown",
        evidence: "bound-file",
        masters: findings.length === 0 ? 1 : null,
        groups: ["serving 10: 11"],
        findings,
      },
    });
  });
});

describe("a living master whose own sockets are not to be seen while its workers hold the listener", () => {
  const hidden = [master(10, { holds: "denied" }), worker(11, { of: 10 }), other(12, { of: 11 })];
  const blind: readonly Blindness[] = [{ what: "fd-links", pid: 10, reason: "denied" }];
  const said = "unknown: which sockets gunicorn 10 holds could not be seen";
  const unknown = { verdict: "unknown", evidence: "bound-file", masters: null };

  it.each<[string, Partial<Snapshot>, Gist]>([
    [
      "is unclear, and no hand-over",
      { processes: hidden, blind },
      { ...unknown, groups: ["unclear 10: 11 + 12"], findings: [said] },
    ],
    [
      "is unclear where it was not looked at either",
      { processes: [master(10, { holds: "not-asked" }), worker(11, { of: 10 })] },
      {
        ...unknown,
        groups: ["unclear 10: 11"],
        findings: [
          `unknown: the groups on ${path} fit no verdict in this look: the path belongs to socket 100`,
        ],
      },
    ],
    [
      "is unclear beside one that serves",
      {
        processes: [
          master(10, { holds: "denied" }),
          worker(11, { of: 10, holds: [90] }),
          ...crew(20, [21]),
        ],
        listeners: both,
        blind,
      },
      { ...unknown, groups: ["serving 20: 21", "unclear 10: 11"], findings: [said] },
    ],
    [
      "is unclear, not stranded, where the path is gone",
      { processes: hidden, places: [emptyPlace()], blind },
      { ...unknown, evidence: "none", groups: ["unclear 10: 11 + 12"], findings: [said] },
    ],
    [
      "is unclear beside a certain duplicate, in which it counts as a living master",
      {
        processes: [...hidden, ...crew(20, [], old), ...crew(30, [], { holds: [80] })],
        listeners: [listener(80), ...both],
        places: [ownedBy(80)],
        blind,
      },
      {
        verdict: "duplicate",
        evidence: "bound-file",
        masters: 3,
        groups: ["serving 30: ", "unclear 10: 11 + 12", "stale 20: "],
        findings: [
          "duplicate: master 20 with 0 workers is stale: it listens, but the path belongs to master 30",
        ],
      },
    ],
    [
      "drains where its sockets were read and the listener is not among them",
      { processes: [master(10, { holds: [] }), worker(11, { of: 10 })] },
      {
        verdict: "handover",
        evidence: "bound-file",
        masters: 1,
        groups: ["draining 10: 11"],
        findings: ["handover: master 10 has closed its listener and waits for 1 worker to finish"],
      },
    ],
  ])("%s", (_, saw, says) => {
    expect(gistOf(see(snapshot(saw)))).toEqual({ [path]: says });
  });

  it("is unclear where the path could not be found out at all", () => {
    const listeners = [listener(100, { place: undefined })];
    const [socket] = see(snapshot({ processes: hidden, listeners, places: [], blind })).sockets;
    expect(socket).toMatchObject({ verdict: "unknown", masters: null });
    expect(socket?.groups.map(({ role }) => role)).toEqual(["unclear"]);
  });
});

describe("a listener whose path leads nowhere the agent can look", () => {
  const lost = [listener(100, { place: undefined, boundAs: "app.sock" })];
  const at = "app.sock (net:[1])";
  const untold = `unknown: who owns ${at} could not be told: it could not be found`;

  it.each([
    [
      "has a master whose role is unclear",
      crew(10, [11]),
      { verdict: "unknown", masters: null, groups: ["unclear 10: 11"], findings: [untold] },
    ],
    [
      "has the pair of an upgrade, whose roles are unclear",
      [...crew(10, [11]), ...crew(20, [21], { of: 10 })],
      {
        verdict: "unknown",
        masters: null,
        groups: ["unclear 10: 11", "unclear 20: 21"],
        findings: [untold],
      },
    ],
    [
      "has orphans all the same",
      [worker(11, { of: 1 })],
      {
        verdict: "orphaned-workers",
        masters: 0,
        groups: ["orphaned -: 11"],
        findings: ["orphaned-workers: 1 worker (11) is left of a master that is dead"],
      },
    ],
    [
      "has a master that drains all the same",
      [master(10, { holds: [] }), worker(11, { of: 10 })],
      {
        verdict: "unknown",
        masters: null,
        groups: ["draining 10: 11"],
        findings: [
          untold,
          "handover: master 10 has closed its listener and waits for 1 worker to finish",
        ],
      },
    ],
  ])("%s", (_, processes, says) => {
    const report = see(snapshot({ processes, listeners: lost, places: [] }));
    expect(report.sockets[0]).toMatchObject({ boundAs: "app.sock", file: null, pidfile: null });
    expect(gistOf(report)).toEqual({ [at]: { evidence: "none", ...says } });
  });

  it.each<[string, readonly ProcessFacts[], readonly string[]]>([
    [
      "another master's of the same name",
      [...crew(10, [11], old), ...crew(20, [21])],
      ["unclear 10: 11", "unclear 20: 21"],
    ],
    ["a second one of the same master", crew(10, [11], { holds: [90, 100] }), ["unclear 10: 11"]],
  ])("is one socket in the report with %s", (_, processes, groups) => {
    const listeners = [...lost, listener(90, { place: undefined, boundAs: "app.sock" })];
    const says = { verdict: "unknown", evidence: "none", masters: null, groups };
    expect(gistOf(see(snapshot({ processes, listeners, places: [] })))).toEqual({
      [at]: { ...says, findings: [untold] },
    });
    expect(see(snapshot({ processes, listeners, places: [] })).sockets).toHaveLength(1);
  });

  it("is not reported when no gunicorn holds it", () => {
    expect(see(snapshot({ listeners: lost, places: [] })).sockets).toEqual([]);
  });
});
