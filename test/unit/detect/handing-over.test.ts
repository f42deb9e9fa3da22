import { describe, expect, it } from "vitest";
import { neededForPlan } from "../../../agent/detect/handing-over.ts";
import type { Role } from "../../../agent/model/verdict.ts";
import type { Snapshot } from "../../../agent/model/snapshot.ts";
import { crew, gistOf, listener, path, see, snapshot, unasked, worker } from "./build.ts";

const scope = "onemaster-before-app.scope";
const before = { holds: [90], unit: scope };
const after = { unit: "app.service" };
const listeners = [listener(80), listener(90), listener(100)];

/** Master 10 was set aside, and 20 serves in the native unit. */
const live = { processes: [...crew(10, [11], before), ...crew(20, [21], after)], listeners };
const over = { processes: crew(20, [21], after) };

function cutoversIn(saw: Partial<Snapshot>): readonly (string | undefined)[] {
  return see(snapshot(saw)).sockets.flatMap(({ findings }) =>
    findings.flatMap(({ kind, cutover }) => (kind === "duplicate" ? [cutover] : [])),
  );
}

describe("a cutover that hands over", () => {
  it("is named beside the duplicate, which stays one", () => {
    expect(gistOf(see(snapshot(live)))[path]).toMatchObject({
      verdict: "duplicate",
      masters: 2,
      findings: [
        "duplicate: master 10 with 1 worker is stale: it listens, but the path belongs to " +
          "master 20; a cutover of app.service hands over from it",
      ],
    });
  });

  it.each<[string, Partial<Snapshot>]>([
    ["one old group", live],
    [
      "two old groups",
      { listeners, processes: [...crew(5, [6], { holds: [80], unit: scope }), ...live.processes] },
    ],
    [
      "an old group whose workers have left already",
      { listeners, processes: [...crew(10, [], before), ...crew(20, [21], after)] },
    ],
    [
      "workers of a master that was dead before",
      { listeners, processes: [worker(6, { of: 1, holds: [80], unit: scope }), ...live.processes] },
    ],
  ])("is seen with %s", (_, saw) => {
    const cutovers = cutoversIn(saw);
    expect(cutovers.length).toBeGreaterThan(0);
    expect(new Set(cutovers)).toEqual(new Set(["app.service"]));
  });

  it.each<[string, Partial<Snapshot>]>([
    [
      "the stale master is in the unit itself",
      { listeners, processes: [...crew(10, [11], { ...before, ...after }), ...over.processes] },
    ],
    [
      "it is in the scope of another unit",
      {
        listeners,
        processes: [
          ...crew(10, [11], { holds: [90], unit: "onemaster-before-web.scope" }),
          ...over.processes,
        ],
      },
    ],
    [
      "it is in a scope that a user has named so",
      {
        listeners,
        processes: [
          ...crew(10, [11], { ...before, systemUnit: "user@33.service" }),
          ...over.processes,
        ],
      },
    ],
    [
      "where it is could not be read",
      {
        listeners,
        processes: [...crew(10, [11], { ...before, unit: undefined }), ...over.processes],
      },
    ],
    [
      "one of two stale masters is elsewhere",
      {
        listeners,
        processes: [...crew(5, [6], { holds: [80], unit: "session-1.scope" }), ...live.processes],
      },
    ],
    [
      "the serving master is elsewhere",
      { listeners, processes: [...crew(10, [11], before), ...crew(20, [21], { unit: scope })] },
    ],
    [
      "the serving master is in a unit that a user has named so",
      {
        listeners,
        processes: [
          ...crew(10, [11], before),
          ...crew(20, [21], { ...after, systemUnit: "user@33.service" }),
        ],
      },
    ],
    [
      "where the serving master is could not be read",
      { listeners, processes: [...crew(10, [11], before), ...crew(20, [21])] },
    ],
    ["two masters serve", { listeners, processes: [...live.processes, ...crew(30, [31], after)] }],
    [
      "workers without a master serve",
      {
        listeners,
        processes: [...crew(10, [11], before), worker(21, { of: 1, unit: "app.service" })],
      },
    ],
    [
      "who owns the path is told by start times",
      { ...live, listeners: listeners.map((one) => ({ ...one, binding: unasked })) },
    ],
    [
      "what a master holds could not be seen",
      {
        listeners,
        processes: [
          ...live.processes,
          ...crew(30, [], { ...after, holds: "denied" }),
          worker(31, { of: 30, holds: [80], unit: "app.service" }),
        ],
      },
    ],
    [
      "another master may be out of sight",
      { ...live, blind: [{ what: "processes", reason: "denied" }] },
    ],
  ])("is not taken for granted where %s", (_, saw) => {
    const cutovers = cutoversIn(saw);
    expect(cutovers.length).toBeGreaterThan(0);
    expect(new Set(cutovers)).toEqual(new Set([undefined]));
  });
});

const astray = {
  listeners,
  processes: [...crew(10, [11], { holds: [90], unit: "app.service" }), ...over.processes],
};

describe("while a cutover hands over", () => {
  it.each<[string, Role, Partial<Snapshot>, string, number]>([
    ["its old master for as long as it may take", "stale", live, path, 90_000],
    ["any other stale master as ever", "stale", astray, path, 30_000],
    ["orphaned workers as ever", "orphaned", live, path, 30_000],
    ["what is not seen any more as ever", "stale", live, "/srv/other.sock", 30_000],
  ])("the agent by itself waits for %s", (_, role, saw, socket, needed) => {
    const plan = { socket, role: role === "stale" ? role : "orphaned" } as const;
    expect(neededForPlan(plan, see(snapshot(saw)), 30_000)).toBe(needed);
  });
});
