import { describe, expect, it } from "vitest";
import type { Blindness } from "../../../agent/model/blind.ts";
import type { ProcessFacts } from "../../../agent/model/process.ts";
import type { Listener } from "../../../agent/model/snapshot.ts";
import { crew, gistOf, listener, master, path, place, see, snapshot, worker } from "./build.ts";
import { old } from "./two-listeners.ts";

const one = { processes: crew(10, [11]) };

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

it.each([
  ["whose text is not its bytes", "/srv/app/gr\u00fc.sock", "gr\u00c3\u00bc.sock", "gr\u00fc.sock"],
  ["whose folder was mounted over", `${path} (directory 2049:7)`, "app.sock", "app.sock"],
])("a name %s may be at a place all the same", (_, shown, name, boundAs) => {
  const key = `2049:7/${name}`;
  const saw = snapshot({
    ...one,
    listeners: [listener(90, { place: undefined, boundAs }), listener(100, { place: key })],
    places: [place({ key, path: shown })],
    blind: [{ what: "path", pid: 9, reason: "denied" }],
  });
  expect(gistOf(see(saw))[shown]?.verdict).toBe("unknown");
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
