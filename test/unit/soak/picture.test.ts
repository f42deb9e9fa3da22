import { describe, expect, it } from "vitest";
import { type Verdict, verdicts } from "../../../agent/model/verdict.ts";
import { isTrueOf, pictureOf, staleIn } from "../../soak/picture.ts";
import type { PlaceState } from "../../soak/truth.ts";
import { master, state, worker } from "./build.ts";

type Said = Verdict | null;

const cases: readonly [what: string, PlaceState, said: readonly Said[]][] = [
  ["one master with its worker", state(7, master(1, 7), worker(2, 1, 7)), ["one-master"]],
  ["nothing at all", state(null), ["no-master", null]],
  ["a file that is left over, and nobody", state(null), ["no-master", null]],
  [
    "a second master that has taken the path",
    state(8, master(1, 7), worker(2, 1, 7), master(3, 8)),
    ["duplicate"],
  ],
  ["two unrelated masters on one listener", state(7, master(1, 7), master(3, 7)), ["duplicate"]],
  [
    "a USR2 upgrade whose new master has a worker",
    state(7, master(1, 7), master(3, 7, { parentPid: 1 })),
    ["handover"],
  ],
  [
    "a worker that still catches its master's signals",
    state(7, master(1, 7), master(2, 7, { parentPid: 1, children: 0 })),
    ["one-master"],
  ],
  ["a master whose path is gone", state(null, master(1, 7)), ["unreachable"]],
  [
    "a USR2 upgrade whose path is gone",
    state(null, master(1, 7), master(3, 7, { parentPid: 1 })),
    ["unreachable"],
  ],
  [
    "a master that has closed its listener, and nobody who serves",
    state(null, master(1, null), worker(2, 1, 7)),
    ["unreachable"],
  ],
  [
    "one that serves while another drains",
    state(8, master(1, null), worker(2, 1, 7), master(3, 8)),
    ["handover"],
  ],
  [
    "the old side of an upgrade that waits for nobody any more",
    state(7, master(1, null), master(3, 7, { parentPid: 1 })),
    ["one-master"],
  ],
  ["workers of a dead master on the path", state(7, worker(2, 1, 7)), ["orphaned-workers"]],
  [
    "workers of a dead master, and no path",
    state(null, worker(2, 1, 7)),
    ["unreachable", "orphaned-workers"],
  ],
  [
    "workers of a dead master beside one that serves",
    state(8, worker(2, 1, 7), master(3, 8), worker(4, 3, 8)),
    ["orphaned-workers"],
  ],
];

describe("what is true of a place", () => {
  it.each(cases)("%s", (_, place, said) => {
    const picture = pictureOf(place);
    const all: readonly Said[] = [...verdicts, null];
    expect(all.filter((verdict) => isTrueOf(verdict, picture))).toEqual(
      all.filter((verdict) => said.includes(verdict)),
    );
  });

  it("may count a master whose workers are ending or not", () => {
    const leaving = { ...worker(2, 1, 7), kind: "ending" as const };
    const picture = pictureOf(state(8, master(1, null), leaving, master(3, 8), worker(4, 3, 8)));
    const said = verdicts.filter((verdict) => isTrueOf(verdict, picture));
    expect(said).toEqual(["handover", "one-master"]);
  });

  it("may count a master whose workers are ending or not where nobody serves", () => {
    const leaving = { ...worker(2, 1, 7), kind: "ending" as const };
    const picture = pictureOf(state(null, master(1, null), leaving));
    const said = verdicts.filter((verdict) => isTrueOf(verdict, picture));
    expect(said).toEqual(["unreachable", "no-master"]);
  });

  it("may count orphans that are ending or not", () => {
    const leaving = { ...worker(2, 1, 7), kind: "ending" as const };
    const picture = pictureOf(state(8, leaving, master(3, 8), worker(4, 3, 8)));
    const said = verdicts.filter((verdict) => isTrueOf(verdict, picture));
    expect(said).toEqual(["orphaned-workers", "one-master"]);
  });

  it("says nothing of those whose master goes on", () => {
    const leaving = { ...worker(2, 1, 7), kind: "ending" as const };
    const picture = pictureOf(state(7, master(1, 7), leaving, worker(4, 1, 7)));
    expect(verdicts.filter((verdict) => isTrueOf(verdict, picture))).toEqual(["one-master"]);
  });

  it("names those as stale that listen where the path is another's", () => {
    const picture = pictureOf(state(9, master(1, 7), master(3, 8), master(5, 9)));
    expect(staleIn(picture).map(({ pid }) => pid)).toEqual([1, 3]);
  });

  it("names nobody as stale where nobody owns the path", () => {
    expect(staleIn(pictureOf(state(null, master(1, 7), master(3, 8))))).toEqual([]);
  });
});
