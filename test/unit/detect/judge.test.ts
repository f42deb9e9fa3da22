import { describe, expect, it } from "vitest";
import { type Case, judge } from "../../../agent/detect/judge.ts";
import type { RoledGroup } from "../../../agent/detect/roles.ts";
import { bootTimeMs, listener, master, path, takenAtMs } from "./build.ts";

/** A case about groups that detection does not make. */
function caseOf(groups: readonly RoledGroup[], changes: Partial<Case> = {}): Case {
  return {
    path,
    configured: true,
    owner: { kind: "listener", listener: listener(100) },
    roles: { groups, evidence: "bound-file" },
    ownerHeld: false,
    unseen: [],
    takenAtMs,
    bootTimeMs,
    ...changes,
  };
}

function predecessor(pid: number): RoledGroup {
  const head = master(pid);
  const state = "predecessor";
  return { listener: listener(100), state, role: state, master: head, workers: [], others: [] };
}

describe("judge", () => {
  it.each<[string, Case["owner"], string]>([
    [
      "one half of an upgrade",
      { kind: "listener", listener: listener(100) },
      "belongs to socket 100",
    ],
    ["one half of an upgrade on a lost path", { kind: "nobody", why: "is gone" }, "is gone"],
  ])("says unknown, never fine, of groups that fit no verdict: %s", (_, owner, state) => {
    expect(judge(caseOf([predecessor(10)], { owner }))).toEqual({
      verdict: "unknown",
      findings: [
        {
          kind: "unknown",
          sinceMs: takenAtMs,
          message: `the groups on ${path} fit no verdict in this look: the path ${state}`,
        },
      ],
    });
  });

  it("misses no master at a path that nobody asked for", () => {
    const owner = { kind: "nobody", why: "does not exist" } as const;
    const found = judge(caseOf([], { owner, configured: false })).findings;
    expect(found.map(({ kind }) => kind)).toEqual(["unknown"]);
    expect(judge(caseOf([], { owner })).findings.map(({ kind }) => kind)).toEqual(["no-master"]);
  });

  it.each<[string, Partial<Case>, string]>([
    [
      "something was unseen",
      { owner: { kind: "nobody", why: "does not exist" }, unseen: ["processes were hidden"] },
      "processes were hidden",
    ],
    [
      "the path was not to be looked at",
      { owner: { kind: "unknown", why: "cannot be looked at" }, unseen: ["processes were hidden"] },
      `who owns ${path} could not be told: it cannot be looked at; processes were hidden`,
    ],
    [
      "the holder of the owner was not found",
      { unseen: ["processes were hidden"] },
      `${path} belongs to socket 100, but which process holds it was not found; processes were hidden`,
    ],
  ])("claims no missing master where %s, but says unknown alone", (_, changes, message) => {
    expect(judge(caseOf([], changes))).toEqual({
      verdict: "unknown",
      findings: [{ kind: "unknown", sinceMs: takenAtMs, message }],
    });
  });

  it("has found the holder of the owner where there is any group", () => {
    const serving: RoledGroup = { ...predecessor(10), role: "serving", state: "listening" };
    expect(judge(caseOf([serving]))).toEqual({ verdict: "one-master", findings: [] });
  });

  it("dates a finding by the newest master, an upgrade by its new one, the rest by the look", () => {
    const successor: RoledGroup = { ...predecessor(20), role: "successor", state: "successor" };
    const stale: RoledGroup = { ...predecessor(30), role: "stale", state: "listening" };
    const orphaned: RoledGroup = { ...stale, role: "orphaned", state: "dead", master: undefined };
    const { findings } = judge(caseOf([predecessor(10), orphaned, successor, stale]));
    expect(findings.map(({ kind, sinceMs }) => [kind, sinceMs])).toEqual([
      ["duplicate", bootTimeMs + 30_000],
      ["orphaned-workers", takenAtMs],
      ["handover", bootTimeMs + 20_000],
    ]);
  });
});
