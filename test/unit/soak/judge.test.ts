import { describe, expect, it } from "vitest";
import type { Claim } from "../../soak/claim.ts";
import { duplicatesIn, fatesOf, judgeClaim, type Standing } from "../../soak/judge.ts";
import { claim, named, master, rules, state, timeline, worker } from "./build.ts";

const one = state(7, master(1, 7), worker(2, 1, 7));
const two = state(8, master(1, 7), worker(2, 1, 7), master(3, 8));
const other = state(8, master(3, 8), worker(4, 3, 8));
const stale = { stale: [named(1, 7)] };
const confirmed = { ...stale, confirmed: true };

/** 1 serves alone, has a second master over it from 10,000 to 13,000, and is gone then. */
const incident = timeline(20_000, [5_000, one], [10_000, two], [13_000, other]);
/** The same without a look that saw both: 1 listened until 9,990, 3 from 10,000. */
const swift = timeline(20_000, [5_000, one], [10_000, other]);

const judged: readonly [what: string, Claim, typeof incident, Standing][] = [
  ["said while it was so", claim(11_000, "duplicate", stale), incident, "seen"],
  ["said in the scan's time after its end", claim(13_080, "duplicate", stale), incident, "seen"],
  ["said in the gap before it was seen", claim(9_995, "duplicate", stale), incident, "between"],
  ["said too long after its end", claim(13_150, "duplicate", stale), incident, "false"],
  ["said before it was", claim(9_900, "duplicate", stale), incident, "false"],
  [
    "said of a master that served",
    claim(11_000, "duplicate", { stale: [named(3, 8)] }),
    incident,
    "false",
  ],
  [
    "said of a pid that was another process then",
    claim(11_000, "duplicate", { stale: [{ ...named(1, 7), startTicks: 11 }] }),
    incident,
    "false",
  ],
  ["said where two looks saw one side each", claim(10_050, "duplicate", stale), swift, "between"],
  ["said after the scan that could have", claim(10_110, "duplicate", stale), swift, "false"],
  [
    "said of a stranger where one master followed another",
    claim(10_050, "duplicate", { stale: [named(9, 6)] }),
    swift,
    "false",
  ],
  ["said of nobody where one master followed another", claim(10_050, "duplicate"), swift, "false"],
  ["confirmed after its time", claim(11_000, "duplicate", confirmed), incident, "seen"],
  ["confirmed too early", claim(10_980, "duplicate", confirmed), incident, "false"],
  ["an all-clear during a duplicate", claim(11_000, "one-master"), incident, "false"],
  ["an all-clear after it", claim(13_010, "one-master"), incident, "seen"],
  ["nobody's path at a change of hands", claim(10_050, "unreachable"), swift, "between"],
  ["nobody's path at rest", claim(8_000, "unreachable"), swift, "false"],
  ["not to be told at a change of hands", claim(10_050, "unknown"), swift, "between"],
  ["not to be told at rest", claim(8_000, "unknown"), swift, "false"],
  [
    "told late by a scan that says when it looked",
    claim(10_300, "one-master", { scannedMs: 9_980 }),
    swift,
    "seen",
  ],
  [
    "nobody's path, told late",
    claim(10_300, "unreachable", { scannedMs: 9_980 }),
    swift,
    "between",
  ],
  [
    "nobody's path, by a scan that came after",
    claim(10_300, "unreachable", { scannedMs: 10_100 }),
    swift,
    "false",
  ],
  ["none left while one serves", claim(8_000, null), swift, "false"],
  ["anything of a socket that there is not", claim(8_000, "one-master"), [], "false"],
];

describe("a claim against the truth", () => {
  it.each(judged)("%s", (_, said, truth, standing) => {
    expect(judgeClaim(said, truth, rules)).toBe(standing);
  });

  it("confirmed at the end of one that was too short is false", () => {
    const brief = timeline(20_000, [5_000, one], [10_000, two], [10_900, other]);
    expect(judgeClaim(claim(10_950, "duplicate", confirmed), brief, rules)).toBe("false");
  });
});

describe("the duplicates of a timeline", () => {
  it("are one while the same master is stale, whoever takes the path", () => {
    const third = state(9, master(1, 7), master(3, 8), master(5, 9));
    const truth = timeline(20_000, [5_000, one], [10_000, two], [11_000, third], [12_000, other]);
    expect(
      duplicatesIn(truth).map(({ stale: who, fromMs, untilMs }) => [who.pid, fromMs, untilMs]),
    ).toEqual([
      [1, 10_000, 11_990],
      [3, 11_000, 11_990],
    ]);
  });

  it("are two where it was well between", () => {
    const truth = timeline(20_000, [5_000, two], [6_000, one], [7_000, two]);
    expect(duplicatesIn(truth).map(({ fromMs }) => fromMs)).toEqual([5_000, 7_000]);
  });
});

describe("the fate of a duplicate", () => {
  it("is told from its first look to the withdrawal", () => {
    const said = [
      claim(9_000, "one-master"),
      claim(10_040, "duplicate", stale),
      claim(11_045, "duplicate", confirmed),
      claim(13_200, "one-master"),
    ];
    expect(fatesOf(incident, said, rules)).toEqual([
      {
        duplicate: expect.objectContaining({ stale: named(1, 7), fromMs: 10_000 }),
        lastedMs: 2_990,
        suspectedMs: 40,
        confirmedMs: 1_045,
        missed: false,
        clearedMs: 210,
      },
    ]);
  });

  it.each<readonly [what: string, said: readonly Claim[], missed: boolean]>([
    ["nothing was said", [], true],
    ["it was only suspected", [claim(10_040, "duplicate", stale)], true],
    ["it was confirmed", [claim(12_900, "duplicate", confirmed)], false],
    [
      "another was confirmed",
      [claim(12_900, "duplicate", { ...confirmed, stale: [named(9, 6)] })],
      true,
    ],
    ["it was confirmed when it was over", [claim(13_200, "duplicate", confirmed)], true],
  ])("missed or not: %s", (_, said, missed) => {
    expect(fatesOf(incident, said, rules).map((fate) => fate.missed)).toEqual([missed]);
  });

  it("owes nothing where it was too short to be sure", () => {
    const brief = timeline(20_000, [5_000, one], [10_000, two], [11_990, other]);
    expect(fatesOf(brief, [], rules).map((fate) => fate.missed)).toEqual([false]);
  });
});
