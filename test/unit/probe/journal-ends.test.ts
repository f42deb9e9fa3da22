import { describe, expect, it } from "vitest";
import { cursorOf, following, line, story } from "./journal-story.ts";

describe("a journalctl that ends", () => {
  it("is followed by another that goes on where it stood, and counted", () => {
    const one = following(1);
    one.child().line(line(2));
    one.child().fail("SIGKILL");
    one.clock.pass(1_000);
    one.child().finish(line(3));
    expect(one.child().parameters).toContain(`--cursor=${cursorOf(2)}`);
    for (const n of [2, 3]) one.child().line(line(n));
    expect(one.told).toEqual(["started 2", "started 3"]);
    expect(one.follower.totals()).toEqual({ ended: 1, malformed: 0 });
  });

  it("is started again ever more seldom when it keeps ending, and that is said", () => {
    const one = following(1);
    const waits: number[] = [];
    for (let times = 0; times < 12; times += 1) {
      const before = one.started();
      one.child().fail("Bus error");
      let waitedMs = 0;
      while (one.started() === before) {
        one.clock.pass(1_000);
        waitedMs += 1_000;
      }
      waits.push(waitedMs / 1_000);
      one.child().finish(line(1));
      one.child().line(line(1)); // no sign of health: the next may be what it cannot read
    }
    expect(waits).toEqual([1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300, 300]);
    expect(one.told).toEqual(["blind: Bus error"]);
    one.clock.pass(2_000);
    expect(one.told).toEqual(["blind: Bus error", "sees"]);
    one.child().fail("Bus error");
    one.clock.pass(1_000);
    one.child().finish(line(1));
    expect(one.child().parameters).toContain("--follow");
  });
});

describe("a journal that is not to be read", () => {
  it.each([
    ["No journal files were opened due to insufficient permissions.", "denied"],
    ["Hint: You are currently not seeing messages from other users and the system.", "denied"],
    ["No journal files were found.", "no journal"],
  ])("is said once and tried every five minutes: %s", (remark, reason) => {
    const one = story();
    one.child().said("some other remark");
    one.child().said(remark);
    one.child().said(remark);
    expect(one.child().killed).toEqual(["SIGTERM"]);
    one.child().fail(remark);
    one.clock.pass(299_999);
    expect(one.started()).toBe(1);
    one.clock.pass(1);
    one.child().said(remark);
    one.child().fail(remark);
    expect(one.started()).toBe(2);
    expect(one.told).toEqual([`blind: ${reason}`]);
    one.clock.pass(300_000);
    one.child().finish(line(1));
    one.clock.pass(2_000);
    one.child().line(line(2));
    expect(one.told).toEqual([`blind: ${reason}`, "sees", "started 2"]);
  });

  it("is one without an entry, on which journalctl would wait without a word", () => {
    const one = story();
    one.child().finish();
    expect(one.told).toEqual(["blind: no journal"]);
    expect(one.started()).toBe(1);
  });

  it("is tried at once when its folders come", () => {
    const one = story();
    one.child().finish();
    one.clock.pass(30_000);
    expect(one.started()).toBe(1);
    one.setPlaces("others");
    one.clock.pass(30_000);
    expect(one.started()).toBe(2);
  });

  it("is one that does not answer", () => {
    const one = story();
    one.clock.pass(30_000);
    expect(one.child().killed).toEqual(["SIGTERM"]);
    one.clock.pass(2_000);
    expect(one.child().killed).toEqual(["SIGTERM", "SIGKILL"]);
    one.child().fail("SIGKILL");
    expect(one.told).toEqual(["blind: journalctl does not answer"]);
    one.clock.pass(1_000);
    expect(one.started()).toBe(2);
  });

  it("is one without journalctl", () => {
    const one = story();
    one.child().fail("journalctl is not installed");
    expect(one.told).toEqual(["blind: journalctl is not installed"]);
    one.clock.pass(299_999);
    expect(one.started()).toBe(1);
  });
});

describe("a deaf journalctl", () => {
  it("is replaced when the folders of the journal are others", () => {
    const one = following(1);
    one.clock.pass(30_000);
    expect(one.child().killed).toEqual([]);
    one.setPlaces("others");
    one.clock.pass(30_000);
    expect(one.child().killed).toEqual(["SIGTERM"]);
    one.child().line(line(2)); // what it still had to say
    one.child().fail("SIGTERM");
    one.child().finish(line(3));
    expect(one.child().parameters).toContain(`--cursor=${cursorOf(2)}`);
    expect(one.told).toEqual(["started 2"]);
    expect(one.follower.totals().ended).toBe(0);
  });

  it("is replaced every hour, whatever made it deaf", () => {
    const one = following(1);
    one.clock.pass(3_600_000);
    expect(one.child().killed).toEqual(["SIGTERM"]);
    one.child().finish();
    one.child().finish(line(1));
    one.clock.pass(3_600_000);
    expect(one.child().killed).toEqual(["SIGTERM"]);
  });
});
