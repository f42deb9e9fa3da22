import { describe, expect, it } from "vitest";
import { type CycleKind, cycleKinds, type HostPlan, planCycles } from "../../soak/plan.ts";

function all(plan: HostPlan): readonly CycleKind[] {
  return [...plan.sysv, ...plan.native];
}

describe("the plan of a run", () => {
  it("has shares of a hundred", () => {
    const shares = Object.values(cycleKinds).map(({ share }) => share);
    expect(shares.reduce((sum: number, share) => sum + share, 0)).toBe(100);
  });

  it.each([1, 2, 7, 50, 51, 999, 1_000])("does %i cycles over two hosts, no more", (cycles) => {
    const counts = planCycles(cycles, 2, 1).map((plan) => all(plan).length);
    expect(counts).toEqual([Math.ceil(cycles / 2), Math.floor(cycles / 2)]);
  });

  it("gives every kind its share", () => {
    const [plan] = planCycles(200, 1, 1);
    const counts = Object.keys(cycleKinds).map(
      (kind) => plan !== undefined && all(plan).filter((one) => one === kind).length,
    );
    expect(counts).toEqual(Object.values(cycleKinds).map(({ share }) => 2 * share));
  });

  it("keeps the kinds of each service apart", () => {
    for (const { sysv, native } of planCycles(200, 2, 1)) {
      expect(new Set(sysv.map((kind) => cycleKinds[kind].place))).toEqual(new Set(["sysv"]));
      expect(new Set(native.map((kind) => cycleKinds[kind].place))).toEqual(new Set(["native"]));
    }
  });

  it("is the same for the same seed, and another for another", () => {
    expect(planCycles(200, 2, 5)).toEqual(planCycles(200, 2, 5));
    expect(planCycles(200, 2, 5)).not.toEqual(planCycles(200, 2, 6));
  });

  it("mixes the kinds, and each host's otherwise", () => {
    const [one, other] = planCycles(200, 2, 0);
    expect(new Set(one?.native.slice(0, 10)).size).toBeGreaterThan(1);
    expect(one).not.toEqual(other);
  });
});
