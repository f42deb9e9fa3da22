import { describe, expect, it } from "vitest";
import { findingKinds, roles, verdicts, worseVerdict } from "../../../agent/model/verdict.ts";

describe("verdicts", () => {
  it("come worst first", () => {
    expect(verdicts).toEqual([
      "unreachable",
      "duplicate",
      "orphaned-workers",
      "unknown",
      "no-master",
      "handover",
      "one-master",
    ]);
  });

  it.each(verdicts.flatMap((one, at) => verdicts.slice(at).map((other) => [one, other] as const)))(
    "%s is at least as bad as %s",
    (one, other) => {
      expect([worseVerdict(one, other), worseVerdict(other, one)]).toEqual([one, one]);
    },
  );
});

describe("kinds of finding", () => {
  it("are the verdicts in their order, without the sound one and with a stuck hand-over", () => {
    expect(findingKinds.filter((kind) => kind !== "handover-stuck")).toEqual(
      verdicts.filter((verdict) => verdict !== "one-master"),
    );
    expect(findingKinds.indexOf("handover-stuck")).toBe(findingKinds.indexOf("handover") - 1);
  });

  it("and roles occur once each", () => {
    expect(new Set(findingKinds).size).toBe(findingKinds.length);
    expect(new Set(roles).size).toBe(roles.length);
  });
});
