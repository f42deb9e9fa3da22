import { describe, expect, it } from "vitest";
import { mergeMarks } from "../../../agent/detect/lifetimes-merge.ts";
import { livesOf } from "../../../agent/detect/lifetimes.ts";
import type { LogMark, MasterLife } from "../../../agent/model/occurrence.ts";
import { at, comes, goes, livesIn, speaks, t0, type Told } from "./log-story.ts";

/** In seconds of the story: pid, listening, last seen, gone, ending. */
type Short = [pid: number, listening: number, lastSeen: number, gone: number | null, how: string];

function short({ pid, listeningMs, lastSeenMs, goneMs, ending }: MasterLife): Short {
  const second = (ms: number) => (ms - t0) / 1_000;
  const gone = goneMs === undefined ? null : second(goneMs);
  return [pid, second(listeningMs), second(lastSeenMs), gone, ending];
}

const booted: Told = [1, 9, "Booting worker with pid: 9"];
const orphan = (second: number): Told => [second, 9, "Parent changed, shutting down: <Worker 9>"];

describe("the life of a master", () => {
  it.each<[string, readonly Told[], Short[]]>([
    ["is open when nothing ends it", comes(0, 7), [[7, 0, 0, null, "open"]]],
    [
      "ends where it is told to end, which is when it closes its listener",
      [...comes(0, 7), [9, 7, "Handling signal: term"], [30, 7, "Shutting down: Master"]],
      [[7, 0, 9, 9, "shutdown"]],
    ],
    [
      "ends with its last word where the signal was not logged",
      [...comes(0, 7), [9, 7, "Shutting down: Master"]],
      [[7, 0, 9, 9, "shutdown"]],
    ],
    [
      "ends with an exception",
      [...comes(0, 7), [9, 7, "Unhandled exception in main loop:"]],
      [[7, 0, 9, 9, "crashed"]],
    ],
    ["goes on while it is heard of", [...comes(0, 7), ...speaks(5, 7)], [[7, 0, 5, null, "open"]]],
    [
      "is over when another process has its pid, at some time after it was last heard of",
      [...comes(0, 7), ...speaks(5, 7), ...comes(50, 7)],
      [
        [7, 0, 5, 50, "pid-reused"],
        [7, 50, 50, null, "open"],
      ],
    ],
    [
      "was over before, if it was told to end, when its pid is used again",
      [...comes(0, 7), [9, 7, "Handling signal: term"], ...comes(50, 7)],
      [
        [7, 0, 9, 9, "shutdown"],
        [7, 50, 50, null, "open"],
      ],
    ],
    [
      "is over, by SIGKILL, when one of its workers says so",
      [...comes(0, 7), booted, orphan(400)],
      [[7, 0, 100, 400, "killed"]],
    ],
    [
      "is over when its workers say so, and was not seen alive by a young one",
      [...comes(0, 7), booted, orphan(60), orphan(61)],
      [[7, 0, 0, 60, "killed"]],
    ],
    [
      "is not ended by a worker that may be another master's",
      [...comes(0, 7), ...comes(1, 8), booted, orphan(60)],
      [
        [7, 0, 0, null, "open"],
        [8, 1, 1, null, "open"],
      ],
    ],
    [
      "is not ended by a worker whose boot is not in the log",
      [...comes(0, 7), orphan(60)],
      [[7, 0, 0, null, "open"]],
    ],
    [
      "is not ended by a worker that was there before it",
      [booted, ...comes(2, 7), orphan(60)],
      [[7, 2, 2, null, "open"]],
    ],
    [
      "changes its address on HUP",
      [...comes(0, 7), [5, 7, "Listening at: unix:b.sock"]],
      [
        [7, 0, 5, 5, "rebound"],
        [7, 5, 5, null, "open"],
      ],
    ],
    [
      "goes on where HUP leaves the address as it is",
      [...comes(0, 7), [5, 7, "Listening at: unix:app.sock"]],
      [[7, 0, 5, null, "open"]],
    ],
    [
      "is none where the line is not the master's own",
      [[0, 9, "Listening at: unix:app.sock (7)"]],
      [],
    ],
    ["is none where it was refused", [[0, 7, "Starting gunicorn 20.1.0"]], []],
    [
      "is none where only its end is in the log",
      [...goes(0, 7), [3, 8, "Unhandled exception in main loop:"], ...speaks(4, 7)],
      [],
    ],
    [
      "has no negative length when the clock was set back",
      [...comes(3_600, 7), [20, 7, "Handling signal: term"]],
      [[7, 3_600, 3_600, 3_600, "shutdown"]],
    ],
    [
      "is not made longer by what is written after its end",
      [...comes(0, 7), [5, 7, "Handling signal: term"], ...speaks(20, 7)],
      [[7, 0, 5, 5, "shutdown"]],
    ],
  ])("%s", (_, told, expected) => {
    expect(livesIn(told).map(short)).toEqual(expected);
  });

  it("knows when it started, where the log does", () => {
    const told: Told[] = [
      [0, 7, "Starting gunicorn 20.1.0"],
      [30, 7, "Listening at: unix:a (7)"],
    ];
    expect(livesIn(told)[0]).toMatchObject({ startedMs: at(0), listeningMs: at(30) });
    expect(livesIn(told.slice(1))[0]).toMatchObject({ startedMs: undefined, listeningMs: at(30) });
  });

  it.each<[string, readonly Told[], number | undefined, boolean]>([
    [
      "the one that was asked to",
      [...comes(0, 7), [9, 7, "Handling signal: usr2"], ...comes(10, 8)],
      7,
      true,
    ],
    [
      "nobody, when that was long ago",
      [...comes(0, 7), [9, 7, "Handling signal: usr2"], ...comes(400, 8)],
      undefined,
      false,
    ],
    [
      "nobody, on another address",
      [...comes(0, 7), [9, 7, "Handling signal: usr2"], ...comes(10, 8, "unix:b.sock")],
      undefined,
      false,
    ],
    [
      "nobody, when that master is not known",
      [[9, 7, "Handling signal: usr2"], ...comes(10, 8)],
      undefined,
      false,
    ],
    [
      "somebody, when it calls itself Master.2",
      [...comes(0, 8), [9, 8, "Shutting down: Master.2"]],
      undefined,
      true,
    ],
    [
      "somebody, when it is promoted",
      [...comes(0, 8), [9, 8, "Master has been promoted."]],
      undefined,
      true,
    ],
    [
      "nobody, when somebody unknown is promoted",
      [...comes(0, 8), [9, 9, "Master has been promoted."]],
      undefined,
      false,
    ],
  ])("succeeds %s", (_, told, successorOf, successor) => {
    expect(livesIn(told).at(-1)).toMatchObject({ successorOf, successor });
  });

  it("counts starts that came to nothing", () => {
    const marks: LogMark[] = [7, 7, 8].map((pid, line) => ({ kind: "start", pid, line, atMs: t0 }));
    expect(livesOf("error.log", marks)).toEqual({ lives: [], refusedStarts: 3 });
  });
});

describe("marks of several files", () => {
  const mark = (pid: number, second: number): LogMark => ({
    kind: "start",
    pid,
    line: 1,
    atMs: at(second),
  });

  it("are put in order of time", () => {
    const merged = mergeMarks([[mark(1, 0), mark(4, 9)], [mark(2, 3), mark(3, 4)], []]);
    expect(merged.map(({ pid }) => pid)).toEqual([1, 2, 3, 4]);
  });

  it("keep the order of their file, whatever the clock did", () => {
    const merged = mergeMarks([[mark(1, 9), mark(2, 0)], [mark(3, 5)]]);
    expect(merged.map(({ pid }) => pid)).toEqual([3, 1, 2]);
  });
});
