import { describe, expect, it } from "vitest";
import { type LinkState, unitLinks, worstState } from "../../../agent/model/audit.ts";

describe("worstState", () => {
  it.each<[LinkState, readonly LinkState[]]>([
    ["bad", ["ok", "unknown", "bad", "warning"]],
    ["unknown", ["warning", "unknown", "ok"]],
    ["warning", ["ok", "warning"]],
    ["ok", ["ok"]],
    ["ok", []],
  ])("is %s of %j", (worst, states) => {
    expect(worstState(states)).toBe(worst);
  });
});

describe("unitLinks", () => {
  it("names each once", () => {
    expect(new Set(unitLinks).size).toBe(unitLinks.length);
  });
});
