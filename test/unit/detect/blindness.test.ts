import { describe, expect, it } from "vitest";
import type { Blindness } from "../../../agent/model/blind.ts";
import type { Snapshot } from "../../../agent/model/snapshot.ts";
import {
  asked,
  crew,
  emptyPlace,
  gistOf,
  key,
  listener,
  master,
  path,
  see,
  snapshot,
  unasked,
  worker,
} from "./build.ts";
import { duplicate } from "./two-listeners.ts";

const linksDenied: Blindness = { what: "fd-links", pid: 812, reason: "denied" };
const unseen = "unknown: which sockets gunicorn 812 holds could not be seen";

const one = { processes: crew(10, [11]) };
const draining = { processes: [master(10, { holds: [] }), worker(11, { of: 10 })] };
const nobody = { configured: asked, listeners: [], places: [emptyPlace()] };
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
    [
      "the sockets of a process of this path",
      { what: "fd-links", place: key, reason: "EIO" },
      ["unknown: fd-links could not be seen: EIO"],
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
