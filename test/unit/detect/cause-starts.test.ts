import { describe, expect, it } from "vitest";
import { startOf, unitStarts } from "../../../agent/detect/cause-starts.ts";
import type { JournalEvent } from "../../../agent/model/journal.ts";
import { at, journal } from "./log-story.ts";

const { started, stopped, survived, state, job, boot } = journal;
const unit = "platform.service";

/** Seconds at which each start began, was done, and found so many processes; the stop before it. */
function short(events: readonly JournalEvent[]) {
  const second = (ms: number | undefined) => (ms === undefined ? null : (ms - at(0)) / 1_000);
  return unitStarts(events).map((start) => [
    second(start.beganMs),
    second(start.startedMs),
    start.leftovers.length,
    second(start.stop?.beganMs),
    second(start.stop?.stoppedMs),
    start.stop?.jobType ?? null,
  ]);
}

describe("the starts of a unit", () => {
  it.each<[string, readonly JournalEvent[], unknown[][]]>([
    ["are none without events", [], []],
    ["are one, done", started(5), [[5, 5, 0, null, null, null]]],
    ["begin with what is left over", started(5, [7, 8]), [[5, 5, 2, null, null, null]]],
    [
      "know the stop before them",
      [...stopped(4, "stop"), ...started(9)],
      [[9, 9, 0, 4, 4, "stop"]],
    ],
    [
      "know a stop whose begin was not said",
      [...job("stopped", 4, unit), ...started(9)],
      [[9, 9, 0, 4, 4, "start"]],
    ],
    [
      "take the job from the stop's begin where its end does not say",
      [
        ...job("stop-begun", 3, unit),
        ...job("stopped", 4, unit).map(
          (event) => ({ ...event, jobType: undefined }) as JournalEvent,
        ),
        ...started(9),
      ],
      [[9, 9, 0, 3, 4, "start"]],
    ],
    [
      "take no job where nothing says one",
      [
        ...job("stopped", 4, unit).map(
          (event) => ({ ...event, jobType: undefined }) as JournalEvent,
        ),
        ...started(9),
      ],
      [[9, 9, 0, 4, 4, null]],
    ],
    ["need no begin, as of Type=simple", job("started", 5, unit), [[5, 5, 0, null, null, null]]],
    [
      "may fail",
      [...job("start-begun", 5, unit), ...job("start-failed", 6, unit), ...job("started", 9, unit)],
      [
        [5, null, 0, null, null, null],
        [9, 9, 0, null, null, null],
      ],
    ],
    [
      "do not know the stop of another boot",
      [...stopped(4), ...started(9, [], { bootId: "boot-2" })],
      [[9, 9, 0, null, null, null]],
    ],
    [
      "care for no other events",
      [
        ...boot(0),
        ...state("main-exited", 1),
        ...state("unit-failed", 2),
        ...state("unit-oom", 3),
        { ...(job("started", 3, unit)[0] as JournalEvent), kind: "reload-begun" } as JournalEvent,
        { ...(job("started", 3, unit)[0] as JournalEvent), kind: "reloaded" } as JournalEvent,
        {
          kind: "signalled",
          atMs: at(4),
          monotonicMs: 0,
          bootId: "boot-1",
          cursor: "",
          unit,
          pid: 7,
          signal: "SIGKILL",
          requested: true,
        },
        ...started(5),
      ],
      [[5, 5, 0, null, null, null]],
    ],
  ])("%s", (_, events, expected) => {
    expect(short(events)).toEqual(expected);
  });

  it("know who survived the stop before them", () => {
    const [start] = unitStarts([...survived(4, [7, 8]), ...started(9)]);
    expect(start?.stop?.survivors.map(({ pid }) => pid)).toEqual([7, 8]);
  });

  it("know when systemd did them by itself", () => {
    const starts = unitStarts([...state("auto-restart", 4), ...started(5), ...started(9)]);
    expect(starts.map(({ automatic }) => automatic)).toEqual([true, false]);
  });
});

describe("the start that a master came from", () => {
  const starts = unitStarts([...started(0), ...started(100)]);

  it.each<[string, number, number | undefined]>([
    ["the last one before it", 130, 100],
    ["one of the same second, though logged as before it", 99.5, 100],
    ["the older one where the newer one is later", 50, 0],
    ["none that was long before", 161, undefined],
    ["none that came later", -5, undefined],
  ])("is %s", (_, second, expected) => {
    const expectedMs = expected === undefined ? undefined : at(expected);
    expect(startOf(starts, at(second), 7)?.beganMs).toBe(expectedMs);
  });

  it("is none that found it there already", () => {
    const found = unitStarts([...started(99.2), ...started(99.6, [7])]);
    expect(startOf(found, at(99), 7)?.beganMs).toBe(at(99.2));
    expect(startOf(found, at(99), 8)?.beganMs).toBe(at(99.6));
  });
});
