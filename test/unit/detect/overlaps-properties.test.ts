import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { byAddress } from "../../../agent/detect/occurrences-address.ts";
import { overlapsOf } from "../../../agent/detect/overlaps.ts";
import { comes, goes, livesIn, seenIn, speaks, type Told } from "./log-story.ts";

interface Master {
  readonly pid: number;
  readonly from: number;
  readonly to: number;
  readonly address: string;
}

/** Masters with pids of their own, each with a time to come and one to go. */
const masters = fc
  .array(
    fc.record({
      from: fc.integer({ min: 0, max: 5_000 }),
      lasts: fc.integer({ min: 1, max: 2_000 }),
      address: fc.constantFrom("unix:a.sock", "unix:b.sock"),
    }),
    { maxLength: 12 },
  )
  .map((all) =>
    all.map(({ from, lasts, address }, at): Master => {
      return { pid: at + 10, from, to: from + lasts, address };
    }),
  );

function linesOf(all: readonly Master[]): readonly Told[] {
  return all
    .flatMap(({ pid, from, to, address }) => [...comes(from, pid, address), ...goes(to, pid)])
    .toSorted(([one], [other]) => one - other);
}

/** Pairs of pids that a log is said to have had at once, older one first. */
function pairsIn(told: readonly Told[]): readonly string[] {
  return byAddress([{ lives: seenIn(told), sockets: [] }])
    .flatMap(({ lives }) => overlapsOf(lives, []))
    .flatMap(({ second, first }) =>
      first.filter(({ proven }) => proven).map(({ life }) => `${life.pid}+${second.pid}`),
    )
    .toSorted();
}

/** A master that goes so soon after the next one came hands over. */
const handoverSeconds = 5;

describe("overlaps, whatever masters come and go", () => {
  it("are those of the times in which two were there, and no others", () => {
    fc.assert(
      fc.property(masters, (all) => {
        const truth = all.flatMap((second, index) =>
          all
            .filter((one, at) => {
              const before = one.from < second.from || (one.from === second.from && at < index);
              const stays = one.to - second.from > handoverSeconds;
              return one !== second && one.address === second.address && before && stays;
            })
            .map(({ pid }) => `${pid}+${second.pid}`),
        );
        expect(pairsIn(linesOf(all))).toEqual(truth.toSorted());
      }),
    );
  });

  it("are none where each comes when the one before has gone, with lines of workers between", () => {
    const spans = fc.array(fc.tuple(fc.nat(50), fc.nat(500)), { maxLength: 20 });
    fc.assert(
      fc.property(spans, fc.array(fc.nat(10_000), { maxLength: 30 }), (all, chatter) => {
        let now = 0;
        const told = all.flatMap(([pause, lasts], index): readonly Told[] => {
          const from = now + pause;
          now = from + lasts;
          return [...comes(from, index + 10), ...goes(now, index + 10)];
        });
        const noise = chatter.flatMap((second) => speaks(second, 9_000));
        const lines = [...told, ...noise].toSorted(([one], [other]) => one - other);
        expect(pairsIn(lines)).toEqual([]);
      }),
    );
  });
});

describe("lives, whatever the lines and the clock", () => {
  const anyLine = fc.tuple(
    fc.integer({ min: 0, max: 100 }),
    fc.integer({ min: 7, max: 9 }),
    fc.constantFrom(
      "Starting gunicorn 20.1.0",
      "Listening at: unix:a.sock (7)",
      "Listening at: unix:a.sock (8)",
      "Listening at: unix:b.sock",
      "Handling signal: term",
      "Handling signal: usr2",
      "Shutting down: Master",
      "Shutting down: Master.2",
      "Master has been promoted.",
      "Unhandled exception in main loop",
      "Booting worker with pid: 9",
      "Parent changed, shutting down: <Worker 9>",
      "4 workers",
    ),
  );

  it("never have a negative length", () => {
    fc.assert(
      fc.property(fc.array(anyLine, { maxLength: 60 }), (told) => {
        for (const { listeningMs, lastSeenMs, goneMs = Infinity } of livesIn(told)) {
          expect(listeningMs).toBeLessThanOrEqual(lastSeenMs);
          expect(lastSeenMs).toBeLessThanOrEqual(goneMs);
        }
      }),
    );
  });
});
