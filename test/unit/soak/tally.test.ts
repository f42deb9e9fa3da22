import { describe, expect, it } from "vitest";
import { tally } from "../../soak/tally.ts";
import { master, observations, path, rules, state, worker } from "./build.ts";

const one = state(7, master(1, 7), worker(2, 1, 7));
const two = state(8, master(1, 7), worker(2, 1, 7), master(3, 8));
const other = state(8, master(3, 8), worker(4, 3, 8));
const tick = { lookedMs: 20_000, looks: 1, longestGapMs: 10, agent: null };

function said(atMs: number, entry: Readonly<Record<string, unknown>>): string {
  const time = new Date(atMs).toISOString();
  return JSON.stringify({ level: 30, time, msg: "said", socket: path, ...entry });
}

const stale = { role: "stale", listener: { inode: 7 }, master: { pid: 1, startTicks: 10 } };
const evidence = {
  observations: observations([
    [5_000, one],
    [10_000, two],
    [13_000, other],
  ]),
  ticks: [tick],
  log: [
    said(5_100, { verdict: "one-master" }),
    said(8_000, { verdict: "duplicate", groups: [stale] }),
    said(10_050, { verdict: "duplicate", groups: [stale] }),
    said(11_050, { verdict: "duplicate", groups: [stale], confirmed: true }),
    said(13_005, { verdict: "unreachable" }),
    said(13_100, { verdict: "one-master" }),
    JSON.stringify({
      level: 40,
      msg: "could not see",
      blind: [{ what: "path" }, { what: "path" }],
    }),
    JSON.stringify({ level: 50, msg: "a scan failed" }),
  ],
};

describe("a tally", () => {
  it("counts every claim by what it said and how that stood", () => {
    expect(tally(evidence, rules)).toMatchObject({
      claims: {
        "one-master": { seen: 2, between: 0, false: 0 },
        "duplicate, suspected": { seen: 1, between: 0, false: 1 },
        "duplicate, confirmed": { seen: 1, between: 0, false: 0 },
        unreachable: { seen: 0, between: 1, false: 0 },
      },
      missed: 0,
      blind: { path: 2 },
      errors: ["a scan failed"],
      lines: 8,
    });
  });

  it("keeps what was doubtful, with what really was around it", () => {
    const { doubts } = tally(evidence, rules);
    expect(
      doubts.map(({ standing, claim, around }) => [standing, claim.atMs, around.length]),
    ).toEqual([
      ["false", 8_000, 1],
      ["between", 13_005, 2],
    ]);
  });

  it("finds what was missed, by place", () => {
    const silent = tally({ ...evidence, log: [] }, rules);
    expect(silent.missed).toBe(1);
    expect(silent.fates).toMatchObject([{ place: path, missed: true }]);
  });

  it("calls a claim about a socket that there is not false", () => {
    const log = [said(6_000, { socket: "/elsewhere.sock", verdict: "one-master" })];
    expect(tally({ ...evidence, log }, rules).claims).toEqual({
      "one-master": { seen: 0, between: 0, false: 1 },
    });
  });
});
