import { beforeEach, expect, test } from "vitest";
import { subFolder, testFolder } from "../support/folder.ts";
import { bundleActs, createKillLane, type Death } from "../support/kill-lane.ts";
import { requireReal } from "../support/require-real.ts";
import { together } from "../support/together.ts";

beforeEach((context) => requireReal(context, "root", "gunicorn", "ss"));

const AT_ONCE = 6;

test.for([
  ["a stale group of two workers, one with a child", "stale", 16],
  ["orphaned workers, one with a child", "orphaned", 12],
] as const)(
  "%s: an agent killed at any call leaves what the next one ends or puts back",
  { timeout: 300_000 },
  async ([, role, leastCalls]) => {
    const folder = testFolder();
    const program = await bundleActs(folder);
    const lanes = Array.from({ length: AT_ONCE }, (_, at) =>
      createKillLane(subFolder(folder, `${at}`), program, role),
    );
    const [first] = lanes;
    const calls = (await first?.next(undefined))?.calls ?? [];
    expect(calls.length).toBeGreaterThanOrEqual(leastCalls);
    const deaths: Death[] = calls.flatMap((_, at) =>
      (["before", "after"] as const).map((when) => ({ call: at + 1, when })),
    );
    const count = deaths.length;
    const outcomes: (string | undefined)[] = [];
    await together(
      lanes.map(async (lane) => {
        for (let death = deaths.shift(); death !== undefined; death = deaths.shift()) {
          const { outcome, seen, expected } = await lane.next(death).catch((error: unknown) => {
            // the other lanes need not go on
            deaths.length = 0;
            throw error;
          });
          const where = `killed ${death.when} call ${death.call}, ${calls[death.call - 1]}`;
          expect({ where, ...seen }).toEqual({ where, ...expected });
          outcomes.push(outcome);
        }
        // whatever was put back last can still be ended
        const { outcome, seen, expected } = await lane.next(undefined);
        expect({ outcome, ...seen }).toEqual({ outcome: "ended", ...expected });
      }),
    );
    expect(outcomes).toHaveLength(count);
    expect(new Set(outcomes)).toEqual(new Set([undefined, "put-back", "ended"]));
    process.stderr.write(`${role}: killed at ${count} places of ${calls.join(", ")}\n`);
  },
);
