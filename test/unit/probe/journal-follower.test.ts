import { describe, expect, it } from "vitest";
import { cursorOf, following, line, nextBoot, story } from "./journal-story.ts";

describe("where it begins", () => {
  it("is the last entry of the journal at the first start", () => {
    const one = following(7);
    expect(one.child().parameters).toContain(`--cursor=${cursorOf(7)}`);
    expect(one.cursors).toEqual([cursorOf(7)]);
    one.child().line(line(7));
    one.child().line(line(8));
    expect(one.told).toEqual(["started 8"]);
    expect(one.cursors.at(-1)).toBe(cursorOf(8));
  });

  it("is the saved entry at later starts, which is not told again", () => {
    const one = following(9, { cursor: cursorOf(5) });
    expect(one.child().parameters).toContain(`--cursor=${cursorOf(5)}`);
    for (const n of [5, 6, 7]) one.child().line(line(n));
    expect(one.told).toEqual(["started 6", "started 7"]);
  });

  it("is the next entry where the saved one is gone, and that is told", () => {
    const one = following(9, { cursor: cursorOf(5) });
    one.child().line(line(8));
    expect(one.told).toEqual(["started 8"]);
  });

  it("is now where journalctl refuses the saved entry, which it says", () => {
    const one = following(9, { cursor: "nonsense" });
    one.child().fail("Failed to seek to cursor: Invalid argument");
    expect(one.told).toEqual([
      "blind: the saved place in the journal is not valid: going on from now",
    ]);
    one.clock.pass(1_000);
    one.child().finish(line(9));
    expect(one.child().parameters).toContain(`--cursor=${cursorOf(9)}`);
    one.clock.pass(2_000);
    expect(one.told.at(-1)).toBe("sees");
  });
});

describe("a boot", () => {
  it("is told by its first entry", () => {
    const one = following(9, { cursor: cursorOf(5) });
    one.child().line(line(6));
    one.child().line(line(7, nextBoot));
    one.child().line(line(8, nextBoot));
    expect(one.told).toEqual(["started 6", "boot 7", "started 7", "started 8"]);
  });

  it("is told where the saved entry is of the boot before", () => {
    const one = following(9, { cursor: cursorOf(5) });
    one.child().line(line(5));
    one.child().line(line(6, nextBoot));
    expect(one.told).toEqual(["boot 6", "started 6"]);
  });

  it("is not told where the boot before is not known", () => {
    const one = following(9, { cursor: "s=1;i=2" });
    one.child().line(line(6));
    expect(one.told).toEqual(["started 6"]);
  });
});

describe("other units", () => {
  it("are followed from where it stands, once the old journalctl has said all", () => {
    const one = following(1);
    one.follower.setUnits(["b.service", "platform.service"]);
    expect(one.child().killed).toEqual(["SIGTERM"]);
    one.follower.setUnits(["a.service", "b.service", "a.service"]);
    expect(one.child().killed).toEqual(["SIGTERM"]);
    expect(one.started()).toBe(2);
    one.child().finish(line(2));
    one.child().finish(line(2));
    const { parameters } = one.child();
    expect(parameters).toContain(`--cursor=${cursorOf(2)}`);
    expect(parameters.filter((word) => word.startsWith("UNIT="))).toEqual([
      "UNIT=a.service",
      "UNIT=b.service",
    ]);
  });

  it("are the same in another order", () => {
    const one = following(1, { units: ["a.service", "b.service"] });
    one.follower.setUnits(["b.service", "a.service"]);
    expect(one.child().killed).toEqual([]);
  });

  it("wait for the next try where there is no journal", () => {
    const one = story();
    one.child().finish();
    one.follower.setUnits(["a.service"]);
    one.clock.pass(300_000);
    one.child().finish(line(1));
    expect(one.child().parameters).toContain("UNIT=a.service");
  });
});

describe("what is no entry", () => {
  it("is counted, and the rest goes on", () => {
    const one = following(1);
    one.child().line("{torn");
    one.child().line(line(2));
    one.child().ended({ ok: false, reason: "SIGKILL", tooLong: 3 });
    expect(one.follower.totals()).toEqual({ ended: 1, malformed: 4 });
    expect(one.told).toEqual(["started 2"]);
  });
});

describe("stopping", () => {
  it("ends journalctl and all timers", async () => {
    const one = following(1);
    const stopped = one.follower.stop();
    expect(one.child().killed).toEqual(["SIGTERM"]);
    one.clock.pass(2_000);
    expect(one.child().killed).toEqual(["SIGTERM", "SIGKILL"]);
    one.child().fail("SIGKILL");
    await stopped;
    one.follower.setUnits(["a.service"]);
    expect(one.clock.waiting()).toBe(0);
    expect(one.started()).toBe(2);
    expect(one.follower.pid()).toBeUndefined();
  });

  it("is done at once while it waits for the next try", async () => {
    const one = story();
    one.child().finish();
    await one.follower.stop();
    expect(one.clock.waiting()).toBe(0);
  });
});
