import { describe, expect, it } from "vitest";
import {
  ageOfFinding,
  type Standing,
  standingMs,
  standingOf,
  targetKey,
} from "../../../../agent/detect/standing.ts";
import type { GroupReport, Report } from "../../../../agent/model/report.ts";
import { duplicate, group, path, report, socket, unclear } from "../../cli/reports.ts";
import { having, orphans, planOf } from "./ending-story.ts";

const serving = group("serving", 68);
const blind = [{ what: "fd-links", reason: "denied" }];

function of(...groups: readonly GroupReport[]): Report {
  return report([having([serving, ...groups])]);
}

const stale = of(group("stale", 49));
const sound = report([socket()]);
const gone = report([]);
const left = planOf({ sockets: [having([serving, orphans()])] });

/** How long a plan's group stands at the end of a story of looks. */
function standsFor(
  looks: readonly (readonly [atMs: number, saw: Report])[],
  plan = planOf(),
): number | undefined {
  const nowMs = looks.at(-1)?.[0] ?? 0;
  const standing = looks.reduce<Standing>(
    (before, [atMs, saw]) => standingOf(before, saw, atMs),
    new Map(),
  );
  return standingMs(standing, plan, nowMs);
}

describe("how long a group stands", () => {
  it.each<[string, (readonly [number, Report])[], number | undefined]>([
    ["it was never seen", [[1_000, sound]], undefined],
    ["it is seen for the first time", [[1_000, stale]], 0],
    [
      "it is seen again and again",
      [
        [1_000, stale],
        [9_000, stale],
        [31_000, stale],
      ],
      30_000,
    ],
    [
      "it was gone in between",
      [
        [1_000, stale],
        [9_000, sound],
        [20_000, stale],
      ],
      0,
    ],
    [
      "its socket was gone in between",
      [
        [1_000, stale],
        [9_000, gone],
        [20_000, stale],
      ],
      0,
    ],
    [
      "it is gone",
      [
        [1_000, stale],
        [9_000, sound],
      ],
      undefined,
    ],
    [
      "the verdict was unknown in between",
      [
        [1_000, stale],
        [9_000, report([unclear])],
        [20_000, stale],
      ],
      19_000,
    ],
    [
      "its socket was hidden in between",
      [
        [1_000, stale],
        [9_000, report([], { blind })],
        [20_000, stale],
      ],
      19_000,
    ],
    [
      "another master is stale by now",
      [
        [1_000, stale],
        [9_000, of(group("stale", 30))],
      ],
      undefined,
    ],
    [
      "its pid is another process's by now",
      [
        [1_000, of(group("stale", 49, { master: reused() }))],
        [9_000, stale],
      ],
      0,
    ],
    [
      "the same master was stale on another path before",
      [
        [1_000, report([having([group("stale", 49)], { path: "/run/b.sock" })])],
        [9_000, stale],
      ],
      0,
    ],
  ])("when %s", (_, looks, expected) => {
    expect(standsFor(looks)).toBe(expected);
  });

  it("goes on for orphaned workers while any of them holds the listener", () => {
    const fewer = orphans({ workers: [{ pid: 53, startTicks: 4_904 }] });
    expect(
      standsFor(
        [
          [1_000, of(orphans())],
          [9_000, of(fewer)],
        ],
        left,
      ),
    ).toBe(8_000);
  });

  it("begins afresh when the master of a stale group dies", () => {
    expect(
      standsFor(
        [
          [1_000, stale],
          [9_000, of(orphans())],
        ],
        left,
      ),
    ).toBe(0);
  });

  it("goes on for orphaned workers on a path with blanks that is hidden for a moment", () => {
    const spaced = { path: "/run/my app/a b.sock" };
    const saw = report([having([serving, orphans()], spaced)]);
    const hidden = report([{ ...unclear, ...spaced }]);
    const plan = planOf({ sockets: saw.sockets });
    expect(
      standsFor(
        [
          [0, saw],
          [5_000, hidden],
          [9_000, saw],
        ],
        plan,
      ),
    ).toBe(9_000);
    // what is hidden on one path says nothing of another
    expect(
      standsFor(
        [
          [0, saw],
          [5_000, { ...hidden, sockets: [socket(spaced)] }],
        ],
        plan,
      ),
    ).toBe(undefined);
  });
});

describe("targetKey", () => {
  it("names a group by its master, else by its listener", () => {
    expect(targetKey(planOf())).toBe(`stale 49:4900 ${path}`);
    expect(targetKey(left)).toBe(`orphaned 25049 ${path}`);
  });
});

describe("ageOfFinding", () => {
  it("is how long the newer of both masters has lived", () => {
    expect(ageOfFinding(planOf(), stale)).toBe(3_600_123);
    const newer = group("stale", 49, {
      master: { ...reused(), startedAt: "2026-11-22T13:20:00.123Z" },
    });
    expect(ageOfFinding(planOf(), of(newer))).toBe(9_000);
  });

  it("is never negative, as when the clock was set back", () => {
    expect(ageOfFinding(planOf(), { ...stale, takenAt: "2026-11-22T10:00:00.000Z" })).toBe(0);
  });

  it.each([
    ["for workers whose master is dead", left, stale],
    ["where nobody owns the path", { ...planOf(), owner: null }, stale],
    ["where one of them is not in the report", planOf(), of(orphans())],
    ["where the socket is not in the report", planOf(), gone],
  ])("is not known %s", (_, plan, saw) => {
    expect(ageOfFinding(plan, saw)).toBeUndefined();
  });
});

function reused() {
  const { master } = duplicate.groups[1] ?? serving;
  if (master === null) throw new Error("the group has no master");
  return { ...master, startTicks: 1 };
}
