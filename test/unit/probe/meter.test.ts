import { expect, it } from "vitest";
import type { Answer } from "../../../agent/model/acting.ts";
import { startMeter } from "../../../agent/probe/meter.ts";

const ok: Answer = { kind: "answered", status: 200, tookMs: 1 };
const error: Answer = { kind: "answered", status: 502, tookMs: 1 };
const silent: Answer = { kind: "silent", why: "ENOENT" };

/** What a meter met that had these answers, each after so many milliseconds. */
async function met(answers: readonly [Answer, number][], failsAnyway = false) {
  let nowMs = 0;
  let next = 0;
  const meter = startMeter("/run/app.sock", failsAnyway, {
    ask: async () => {
      const [answer, tookMs] = answers[next] ?? [ok, 0];
      next += 1;
      if (next === answers.length) stopping = meter.stop();
      nowMs += tookMs;
      return answer;
    },
    nowMs: () => nowMs,
    pause: async (ms) => {
      nowMs += ms;
    },
  });
  let stopping: ReturnType<typeof meter.stop> | undefined;
  // the first answer comes after this
  await Promise.resolve();
  for (;;) {
    if (stopping !== undefined) return await stopping;
    await Promise.resolve();
  }
}

it.each<[what: string, answers: [Answer, number][], failsAnyway: boolean, says: object]>([
  [
    "all is well",
    [
      [ok, 3],
      [ok, 7],
    ],
    false,
    { asked: 2, failed: 0, downtimeMs: 0, slowestMs: 7 },
  ],
  [
    "an outage lasts from the first request that fails to the next answer",
    [
      [ok, 1],
      [silent, 1],
      [silent, 1],
      [ok, 1],
    ],
    false,
    { asked: 4, failed: 2, downtimeMs: 7, slowestMs: 1 },
  ],
  [
    "two outages are summed up, and one that goes on counts",
    [
      [silent, 1],
      [ok, 1],
      [error, 5],
    ],
    false,
    { asked: 3, failed: 2, downtimeMs: 4 + 7, slowestMs: 1 },
  ],
  [
    "an application that answers 502 when all is well",
    [
      [error, 1],
      [silent, 1],
      [error, 1],
    ],
    true,
    { asked: 3, failed: 1, downtimeMs: 4, slowestMs: 1 },
  ],
])("%s", async (_, answers, failsAnyway, says) => {
  expect(await met(answers, failsAnyway)).toEqual(says);
});
