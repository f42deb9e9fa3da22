import { describe, expect, it } from "vitest";
import { descendantsOf, lineageOf } from "../../../agent/detect/lineage.ts";
import type { ProcessFacts } from "../../../agent/model/process.ts";
import { master, other, worker } from "./build.ts";

function below(
  all: readonly ProcessFacts[],
  pid: number,
  except: readonly number[] = [],
): number[] {
  const lineage = lineageOf(all);
  const ancestor = lineage.byPid.get(pid);
  if (ancestor === undefined) throw new Error(`no pid ${pid}`);
  const spared = new Set(all.filter(({ id }) => except.includes(id.pid)));
  return descendantsOf(lineage, ancestor, spared).map(({ id }) => id.pid);
}

describe("the descendants of a process", () => {
  const family = [
    other(14, { of: 13 }),
    master(10),
    worker(11, { of: 10 }),
    worker(12, { of: 10 }),
    other(13, { of: 11 }),
    other(20),
  ];

  it.each<[string, readonly ProcessFacts[], readonly number[], readonly number[]]>([
    ["are none of a childless one", [master(10), other(20)], [], []],
    ["come nearest first", family, [], [11, 12, 13, 14]],
    ["end where another group begins", family, [11], [12]],
    [
      "end at a zombie, whose children have another parent by then",
      [master(10), worker(11, { of: 10, state: "Z" }), other(13, { of: 11 })],
      [],
      [],
    ],
    [
      "end at one that is being removed",
      [master(10), worker(11, { of: 10, state: "X" }), other(13, { of: 11 })],
      [],
      [],
    ],
    [
      "are visited once where parent links form a ring",
      [master(10, { of: 12 }), worker(11, { of: 10 }), worker(12, { of: 11 })],
      [],
      [11, 12],
    ],
    [
      "are visited once where a pid that was used again stands in the ring",
      [master(10), worker(11, { of: 10 }), worker(12, { of: 11 }), worker(11, { of: 12 })],
      [],
      [11, 12, 11],
    ],
    ["leave out itself where it is its own parent", [master(10, { of: 10 })], [], []],
  ])("%s", (_, all, except, pids) => {
    expect(below(all, 10, except)).toEqual(pids);
  });
});
