import { describe, expect, it } from "vitest";
import { createUnitAsker } from "../../../agent/probe/unit-asker.ts";
import type { Report } from "../../../agent/model/report.ts";
import type { UnitFacts, UnitsSeen } from "../../../agent/model/unit.ts";
import { group, report, socket } from "../cli/reports.ts";
import { unit } from "../detect/audit-build.ts";
import { fakeClock } from "../run/fake-clock.ts";

const one = report([socket()]);
const two = report([socket({ groups: [group("serving", 80), group("stale", 68)] })]);

function seenOf(units: readonly UnitFacts[] = [unit()]): UnitsSeen {
  return { units, heads: [], pidfiles: [] };
}

/** An asker whose answers come when the test gives them. */
function asking() {
  const clock = fakeClock();
  const asked: Report[] = [];
  const open: { resolve: (seen: UnitsSeen) => void; reject: (error: Error) => void }[] = [];
  const errors: unknown[] = [];
  let answered = 0;
  const asker = createUnitAsker({
    clock,
    lookAtUnits(about) {
      asked.push(about);
      return new Promise((resolve, reject) => void open.push({ resolve, reject }));
    },
    answered: () => void (answered += 1),
    failed: (error) => void errors.push(error),
  });
  async function settle(act: (waiting: (typeof open)[number]) => void): Promise<void> {
    const waiting = open.shift();
    if (waiting === undefined) throw new Error("nothing was asked");
    act(waiting);
    await new Promise(setImmediate);
  }
  return {
    asker,
    clock,
    asked,
    errors,
    answers: () => answered,
    answer: (seen = seenOf()) => settle(({ resolve }) => resolve(seen)),
    fail: () => settle(({ reject }) => reject(new Error("a bug"))),
  };
}

describe("the unit asker", () => {
  it("answers from the first look on, and does not ask again for a minute", async () => {
    const { asker, clock, asked, answer, answers } = asking();
    expect(asker.see(one)).toBe(undefined);
    const seen = seenOf();
    await answer(seen);
    expect(answers()).toBe(1);
    clock.pass(59_999);
    expect(asker.see(one)).toBe(seen);
    expect(asked).toHaveLength(1);
    clock.pass(1);
    expect(asker.see(one)).toBe(seen);
    expect(asked).toHaveLength(2);
  });

  it("knows nothing of masters that have come since, and asks", async () => {
    const { asker, clock, asked, answer } = asking();
    asker.see(one);
    await answer();
    clock.pass(1_000);
    expect(asker.see(two)).toBe(undefined);
    expect(asked).toEqual([one, two]);
    const seen = seenOf();
    await answer(seen);
    expect(asker.see(two)).toBe(seen);
  });

  it("asks again when masters change while it asks", async () => {
    const { asker, clock, asked, answer } = asking();
    asker.see(one);
    expect(asker.see(two)).toBe(undefined);
    await answer();
    expect(asker.see(two)).toBe(undefined);
    clock.pass(1_000);
    expect(asked).toEqual([one, two]);
  });

  it("asks when told, but at most once a second", async () => {
    const { asker, clock, asked, answer } = asking();
    asker.told(); // nothing was seen yet
    asker.see(one);
    await answer();
    for (let time = 0; time < 5; time += 1) asker.told();
    expect(asked).toHaveLength(1);
    clock.pass(1_000);
    expect(asked).toHaveLength(2);
    asker.told();
    await answer();
    clock.pass(1_000);
    expect(asked).toHaveLength(3);
  });

  it.each<[string, UnitFacts, number]>([
    ["changed a second ago", unit({}, { stateAgeMs: 1_000 }), 4_100],
    ["is starting", unit({ activeState: "activating" }), 5_100],
    ["is reloading", unit({ activeState: "reloading" }), 5_100],
  ])("looks again once a unit that %s has settled", async (_, facts, afterMs) => {
    const { asker, clock, asked, answer } = asking();
    asker.see(one);
    await answer(seenOf([facts]));
    clock.pass(afterMs - 1);
    expect(asked).toHaveLength(1);
    clock.pass(1);
    expect(asked).toHaveLength(2);
  });

  it.each<[string, UnitFacts]>([
    ["settled", unit()],
    ["of unknown age", unit({}, { stateAgeMs: undefined })],
    ["without a state", unit({ activeState: undefined })],
    [
      "unknown",
      unit(
        {},
        { properties: { ok: false, failure: { kind: "failed", what: "systemctl", why: "x" } } },
      ),
    ],
  ])("sets no timer for a unit that is %s", async (_, facts) => {
    const { asker, clock, answer } = asking();
    asker.see(one);
    await answer(seenOf([facts]));
    expect(clock.waiting()).toBe(0);
  });

  it("asks nobody where there is no socket", () => {
    const { asker, asked } = asking();
    expect(asker.see(report([]))).toEqual({ units: [], heads: [], pidfiles: [] });
    expect(asked).toEqual([]);
  });

  it("tells of a look that failed, and tries again", async () => {
    const { asker, clock, asked, errors, fail } = asking();
    asker.see(one);
    await fail();
    expect(errors).toEqual([new Error("a bug")]);
    expect(asker.see(one)).toBe(undefined);
    clock.pass(60_000);
    asker.see(one);
    expect(asked).toHaveLength(2);
  });

  it("falls silent when it is stopped", async () => {
    const { asker, clock, asked, answers, answer } = asking();
    asker.see(one);
    asker.stop();
    await answer();
    asker.told();
    clock.pass(120_000);
    asker.see(one);
    expect([asked.length, answers(), clock.waiting()]).toEqual([1, 0, 0]);
  });
});
