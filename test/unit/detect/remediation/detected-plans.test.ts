import { describe, expect, it } from "vitest";
import { endingPlans } from "../../../../agent/detect/ending-plans.ts";
import type { ProcessFacts } from "../../../../agent/model/process.ts";
import type { Snapshot } from "../../../../agent/model/snapshot.ts";
import { head } from "../audit-build.ts";
import { crew, listener, master, other, ownedBy, see, snapshot, worker } from "../build.ts";

/** What a look at these processes leads to: `role pid: reasons`, `-` for a dead master. */
function planned(processes: readonly ProcessFacts[], change: Partial<Snapshot> = {}) {
  const saw = snapshot({
    processes,
    listeners: [listener(100), listener(200)],
    places: [ownedBy(200)],
    ...change,
  });
  const heads = processes.map(({ id, parentPid }) =>
    head(id.pid, { id, ancestors: [parentPid], cgroup: "/", unit: undefined }),
  );
  const units = { units: [], heads, pidfiles: [] };
  return endingPlans({ report: see(saw), units, bootId: "b", graceMs: 1_000 }).map(
    (plan) =>
      `${plan.role} ${plan.master?.pid ?? "-"}: ` +
      [...new Set(plan.refusals.map(({ reason }) => reason))].join(" "),
  );
}

const owner = { holds: [200] };
const live = crew(20, [21, 22], owner);

describe("what detection says becomes plans", () => {
  it.each<[string, readonly ProcessFacts[], string[]]>([
    ["two masters", [...crew(10, [11, 12]), ...live], ["stale 10: "]],
    ["one master", live, []],
    [
      "three masters, the oldest first",
      [...crew(12, [13]), ...crew(8, [9], { holds: [300] }), ...live],
      ["stale 8: ", "stale 12: "],
    ],
    [
      "workers of a dead master",
      [worker(11, { of: 1 }), worker(12, { of: 1 }), ...live],
      ["orphaned -: "],
    ],
    [
      "workers of a dead master that hold the live listener",
      [worker(11, { of: 1, ...owner }), ...live],
      ["orphaned -: handover"],
    ],
    [
      "workers of a dead master that hold both listeners",
      [worker(11, { of: 1, holds: [100, 200] }), ...live],
      ["orphaned -: handover", "orphaned -: handover"],
    ],
    [
      "an owner that a stale worker has started",
      [
        ...crew(10, [11]),
        other(15, { of: 11 }),
        master(20, { of: 15, ...owner }),
        worker(21, { of: 20, ...owner }),
      ],
      ["stale 10: handover"],
    ],
    [
      "a stale master that is being upgraded",
      [...crew(10, [11]), master(14, { of: 10 }), worker(15, { of: 14 }), ...live],
      ["stale 10: handover", "stale 14: handover supervised"],
    ],
    [
      "an owner that is being upgraded",
      [
        ...crew(10, [11]),
        ...live,
        master(24, { of: 20, ...owner }),
        worker(25, { of: 24, ...owner }),
      ],
      ["stale 10: handover"],
    ],
    [
      "an owner that drains",
      [...crew(10, [11]), master(20, { holds: [] }), worker(21, { of: 20, ...owner })],
      ["stale 10: no-owner handover"],
    ],
    [
      "an owner whose master is dead",
      [...crew(10, [11]), worker(21, { of: 1, ...owner })],
      ["stale 10: no-owner", "orphaned -: no-owner"],
    ],
    [
      "an owner without workers",
      [...crew(10, [11]), master(20, owner)],
      ["stale 10: owner-too-young"],
    ],
  ])("%s", (_, processes, expected) => {
    const listeners = [listener(100), listener(200), listener(300)];
    expect(planned(processes, { listeners })).toEqual(expected);
  });

  it("nobody owns the path", () => {
    expect(
      planned([...crew(10, [11]), worker(21, { of: 1, ...owner })], { places: [ownedBy(999)] }),
    ).toEqual(["orphaned -: no-owner evidence-weak"]);
  });

  it("start times alone tell who owns the path", () => {
    const binding = { kind: "unknown", why: "ss is not installed" } as const;
    const listeners = [listener(100, { binding }), listener(200, { binding })];
    const blind = [{ what: "bound-file", reason: "ss is not installed" }] as const;
    expect(planned([...crew(10, [11]), ...live], { listeners, blind })).toEqual([
      "stale 10: evidence-weak blind",
    ]);
  });
});
