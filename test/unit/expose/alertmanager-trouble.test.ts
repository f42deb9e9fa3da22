import { describe, expect, it } from "vitest";
import { fires } from "./alert-builds.ts";
import { a, refused, setUp, taken, url } from "./alertmanager-story.ts";

describe("an Alertmanager that does not take alerts", () => {
  it("is tried again, ever more seldom, until it does; each trouble is told once", async () => {
    const { target, told, clock, answer, lines, pushes } = setUp();
    await answer(refused("down"));
    target.set([fires(a)]);
    expect(pushes).toHaveLength(1); // not twice within a second
    const waits = [];
    for (let index = 0; index < 8; index += 1) {
      const before = pushes.length;
      let ms = 0;
      for (; pushes.length === before; ms += 500) clock.pass(500);
      waits.push(ms / 1_000);
      await answer(refused(index % 2 === 0 ? "down" : "slow"));
    }
    expect(waits).toEqual([1, 2, 4, 8, 16, 30, 30, 30]);
    expect(told().at(-1)).toBe("A");
    clock.pass(30_000);
    await answer(taken);
    expect(lines).toEqual([
      "warn am: alerts are not taken: it is down",
      "warn am: alerts are not taken: it is slow",
      "info am: takes alerts again",
    ]);
    expect(target.state()).toEqual({ url, up: true, taken: 1, failed: 9 });
    clock.pass(60_000);
    await answer(refused("down"));
    expect(lines).toHaveLength(4); // it was well in between
  });

  it("with nothing to tell is tried every five minutes in the end", async () => {
    const { clock, answer, pushes } = setUp();
    for (let index = 0; index < 10; index += 1) {
      await answer(refused("down"));
      clock.pass(300_000);
    }
    const before = pushes.length;
    await answer(refused("down"));
    clock.pass(299_000);
    expect(pushes).toHaveLength(before);
  });

  it("is told of what is new a second after the last try, however long the pause", async () => {
    const { target, clock, answer, pushes } = setUp();
    for (let index = 0; index < 6; index += 1) {
      await answer(refused("down"));
      clock.pass(300_000);
    }
    await answer(refused("down"));
    clock.pass(2_000);
    target.set([fires(a)]);
    expect(pushes).toHaveLength(8);
  });

  it("hears nothing of what came and went meanwhile", async () => {
    const { target, told, clock, answer } = setUp();
    target.set([fires(a)]);
    target.set([]);
    await answer(taken);
    clock.pass(60_000);
    expect(told()).toEqual([""]);
  });

  it("hears of an end that came while it was down, for a quarter of an hour", async () => {
    const { target, clock, answer, told } = setUp();
    await answer(taken);
    target.set([fires(a)]);
    await answer(taken);
    target.set([]);
    await answer(refused("down"));
    clock.pass(60_000);
    expect(told().at(-1)).toBe("(A)");
    expect(target.isEmpty()).toBe(false);
    clock.pass(840_000);
    target.set([]);
    expect(target.isEmpty()).toBe(true);
  });

  it("holds up nobody while it does not answer: what is new waits, the latest state alone", async () => {
    const { target, told, answer, clock } = setUp();
    for (let index = 0; index < 100; index += 1) {
      target.set([fires(a), fires({ alertname: `N${index}` })]);
      clock.pass(100);
    }
    expect(told()).toEqual([""]);
    await answer(taken);
    expect(told()).toEqual(["", "A N99"]);
    expect(clock.waiting()).toBe(0);
  });

  it("that takes a push whose alert has ended meanwhile is told of the end", async () => {
    const { target, told, answer } = setUp();
    await answer(taken);
    target.set([fires(a)]);
    target.set([]);
    expect(told()).toEqual(["", "A"]);
    await answer(taken);
    expect(told()).toEqual(["", "A", "(A)"]);
  });

  it("that takes the end of an alert that fires again is told so", async () => {
    const { target, told, answer, clock } = setUp();
    await answer(taken);
    target.set([fires(a)]);
    await answer(taken);
    target.set([]);
    clock.pass(1_000);
    target.set([fires(a)]);
    await answer(taken);
    expect(told()).toEqual(["", "A", "(A)", "A"]);
  });
});
