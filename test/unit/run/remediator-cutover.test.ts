import { describe, expect, it } from "vitest";
import { handingOver, setUp } from "./remediator-story.ts";

describe("an agent that may act by itself, during a cutover", () => {
  it("leaves the old master of a cutover to it, until none can take so long any more", async () => {
    const { scanAfter, looks, looksFind, events } = setUp({ mode: "dry-run" });
    await scanAfter(0, handingOver);
    await scanAfter(89_999, handingOver);
    expect(looks()).toBe(0);
    looksFind(handingOver);
    await scanAfter(1, handingOver);
    expect(looks()).toBe(1);
    expect(events).toEqual([{ kind: "attempt", outcome: "dry-run", freedBytes: 0 }]);
  });

  it("leaves it to a cutover that begins a moment before the group would be ended", async () => {
    const { scanAfter, looksFind, events, signals } = setUp({ mode: "on", confirmForMs: 30_000 });
    await scanAfter(0);
    looksFind(handingOver);
    await scanAfter(30_000);
    expect(events).toEqual([{ kind: "refusal", reason: "not-confirmed" }]);
    expect(signals).toEqual([]);
  });
});
