import { describe, expect, it } from "vitest";
import { fires, toldAlert } from "./alert-builds.ts";
import { a, b, refused, setUp, taken, url } from "./alertmanager-story.ts";

describe("an Alertmanager that takes alerts", () => {
  it("is asked at once whether it does, and then every ten minutes", async () => {
    const { told, clock, answer, lines, target } = setUp();
    expect(told()).toEqual([""]);
    await answer(taken);
    clock.pass(599_999);
    expect(told()).toEqual([""]);
    clock.pass(1);
    expect(told()).toEqual(["", ""]);
    expect(lines).toEqual(["info am: takes alerts"]);
    expect(target.state()).toEqual({ url, up: true, taken: 1, failed: 0 });
  });

  it("is told at once what is new, every minute what goes on, and once what has ended", async () => {
    const { target, told, clock, answer } = setUp();
    await answer(taken);
    target.set([fires(a)]);
    await answer(taken);
    clock.pass(59_999);
    target.set([fires(a)]);
    expect(told()).toEqual(["", "A"]);
    clock.pass(1);
    await answer(taken);
    target.set([fires(a), fires(b)]);
    await answer(taken);
    expect(told()).toEqual(["", "A", "A", "A B"]);
    target.set([fires(b)]);
    expect(told().at(-1)).toBe("B (A)");
    await answer(taken);
    target.set([]);
    await answer(taken);
    expect(told().slice(4)).toEqual(["B (A)", "(B)"]);
    expect(target.isEmpty()).toBe(true);
    clock.pass(60_000);
    expect(told()).toHaveLength(6);
  });

  it("hears nothing of an alert that may be over, neither that it goes on nor that it ended", async () => {
    const { target, told, clock, answer } = setUp();
    await answer(taken);
    target.set([fires(a)]);
    await answer(taken);
    target.set([fires(a, true)]);
    clock.pass(120_000);
    expect(told()).toEqual(["", "A"]);
    target.set([]);
    expect(told()).toEqual(["", "A", "(A)"]);
  });

  it("is told in times that do not begin in the future, as after a clock was set back", async () => {
    const { target, answer, last, clock } = setUp();
    await answer(taken);
    const early = toldAlert(a, { startsAtMs: clock.wallMs() + 3_600_000 });
    target.set([{ alert: early, over: false }]);
    expect(last()).toMatchObject({
      startsAt: "2023-11-14T22:13:20.000Z",
      endsAt: "2023-11-14T22:17:20.000Z",
    });
    await answer(taken);
    target.set([]);
    expect(last()).toMatchObject({
      startsAt: "2023-11-14T22:13:20.000Z",
      endsAt: "2023-11-14T22:13:20.000Z",
    });
  });

  it("is told in its own time where that is another, and told again what was told in ours", async () => {
    const { target, answer, last, clock, told, lines, pushes } = setUp();
    await answer(taken);
    target.set([fires(a)]);
    const theirs = { ok: true, serverMs: clock.wallMs() + 600_000 } as const;
    await answer(theirs);
    expect(told()).toEqual(["", "A", "A"]);
    expect(last()?.endsAt).toBe("2023-11-14T22:27:20.000Z");
    await answer(theirs);
    expect(pushes).toHaveLength(3);
    expect(lines.slice(1)).toEqual([
      "warn am: the clock of this host is 600 s behind its own, by which alerts are told",
    ]);
    clock.pass(60_000);
    await answer({ ok: true, serverMs: clock.wallMs() });
    await answer({ ok: true, serverMs: clock.wallMs() });
    expect(lines.at(-1)).toBe("info am: its clock and that of this host agree again");
    clock.pass(60_000);
    await answer({ ok: true, serverMs: clock.wallMs() - 45_000 });
    expect(lines.at(-1)).toBe(
      "warn am: the clock of this host is 45 s ahead of its own, by which alerts are told",
    );
  });

  it("is not asked all the time when it says another time whenever it is asked", async () => {
    const { target, answer, pushes, clock } = setUp();
    await answer(taken);
    target.set([fires(a)]);
    for (let hours = 1; hours < 10; hours += 1) {
      await answer({ ok: true, serverMs: clock.wallMs() + hours * 3_600_000 });
    }
    expect(pushes).toHaveLength(3);
  });
});

describe("the alerts of an earlier agent", () => {
  it("are told of once this one has looked", async () => {
    const { target, told, answer } = setUp([toldAlert(a), toldAlert(b)]);
    await answer(taken);
    expect(told()).toEqual([""]);
    target.set([fires(a)]);
    expect(told()).toEqual(["", "A (B)"]);
  });

  it("that had ended are told of at once", async () => {
    const { told, answer, target } = setUp([toldAlert(a, { endsAtMs: 1_700_000_000_000 })]);
    expect(told()).toEqual(["(A)"]);
    await answer(taken);
    expect(target.kept()).toEqual({ url, alerts: [] });
  });

  it("are kept with when they began, whatever changes in their texts", async () => {
    const { target, answer, changes } = setUp();
    await answer(taken);
    target.set([fires(a)]);
    await answer(taken);
    const before = changes();
    const annotations = { summary: "s", description: "other figures", runbook_url: "r" };
    target.set([{ alert: toldAlert(a, { annotations }), over: false }]);
    expect(changes()).toBe(before);
    expect(before).toBe(1);
    expect(target.kept().alerts).toEqual([toldAlert(a, { annotations })]);
  });
});

it("stopping ends the push under way, no alert, and begins no push", async () => {
  const { target, told, clock, aborted, answer } = setUp();
  await answer(taken);
  target.set([fires(a)]);
  target.stop();
  expect(aborted()).toBe(true);
  await answer(refused("down"));
  target.set([]);
  clock.pass(3_600_000);
  expect(told()).toEqual(["", "A"]);
  expect(target.state()).toEqual({ url, up: true, taken: 1, failed: 0 });
});
