import { describe, expect, it } from "vitest";
import { find, short, type Short } from "./occurrences-story.ts";
import { comes, goes, speaks, type Told } from "./log-story.ts";

const usr2 = (second: number, pid: number): Told => [second, pid, "Handling signal: usr2"];

describe("an error.log alone", () => {
  it.each<[string, readonly Told[], Short[]]>([
    ["finds nothing where there is one master", comes(0, 7), []],
    [
      "finds nothing where one follows the other",
      [...comes(0, 7), ...goes(50, 7), ...comes(60, 8)],
      [],
    ],
    [
      "finds two that were told to end one after the other",
      [...comes(0, 7), ...comes(60, 8), ...goes(100, 7), ...goes(200, 8)],
      [["proven", [7], 8, 40, 40, "error.log"]],
    ],
    [
      "finds two of which the second one ends first",
      [...comes(0, 7), ...comes(60, 8), ...goes(100, 8), ...goes(200, 7)],
      [["proven", [7], 8, 40, 40, "error.log"]],
    ],
    [
      "finds two of which the first one was heard of later, and nothing more",
      [...comes(0, 7), ...comes(60, 8), ...speaks(100, 7)],
      [["proven", [7], 8, 40, null, "error.log"]],
    ],
    [
      "knows no more than that the first one may have been there, when it leaves no last word",
      [...comes(0, 7), ...comes(60, 8), ...goes(100, 8)],
      [["possible", [7], 8, 0, 40, "error.log"]],
    ],
    [
      "knows when the first one was gone at the latest",
      [...comes(0, 7), ...comes(60, 8), ...comes(200, 7, "unix:b.sock")],
      [["possible", [7], 8, 0, 140, "error.log"]],
    ],
    [
      "takes only the one before for possible",
      [...comes(0, 7), ...comes(60, 8), ...comes(120, 9)],
      [
        ["possible", [7], 8, 0, null, "error.log"],
        ["possible", [8], 9, 0, null, "error.log"],
      ],
    ],
    [
      "finds three at once",
      [...comes(0, 7), ...comes(60, 8), ...comes(120, 9), ...goes(200, 7), ...goes(210, 8)],
      [
        ["proven", [7], 8, 140, 140, "error.log"],
        ["proven", [7, 8], 9, 90, 90, "error.log"],
      ],
    ],
    [
      "takes a stop that overtakes the start by a moment for a handover",
      [...comes(0, 7), ...comes(60, 8), ...goes(63, 7)],
      [],
    ],
    [
      "takes an upgrade for what it is",
      [...comes(0, 7), usr2(50, 7), ...comes(51, 8), ...goes(90, 7)],
      [],
    ],
    [
      "takes an upgrade that was rolled back for what it is",
      [
        ...comes(0, 7),
        usr2(50, 7),
        ...comes(51, 8),
        [90, 8, "Handling signal: term"],
        [91, 8, "Shutting down: Master.2"],
        ...goes(200, 7),
      ],
      [],
    ],
    [
      "takes an upgrade whose signal is not in the log for one, by what the successor says",
      [...comes(0, 7), ...comes(51, 8), ...goes(90, 7), [91, 8, "Master has been promoted."]],
      [],
    ],
    [
      "finds a third master beside the two of an upgrade",
      [
        ...comes(0, 7),
        usr2(50, 7),
        ...comes(51, 8),
        ...comes(60, 9),
        ...goes(90, 7),
        ...goes(95, 8),
      ],
      [["proven", [7, 8], 9, 35, 35, "error.log"]],
    ],
    [
      "knows ports, which a second master cannot take",
      [
        ...comes(0, 7, "http://127.0.0.1:80"),
        ...comes(60, 8, "http://127.0.0.1:80"),
        ...goes(99, 7),
      ],
      [],
    ],
    [
      "tells two addresses apart",
      [...comes(0, 7), ...comes(60, 8, "unix:b.sock"), ...goes(99, 7)],
      [],
    ],
    [
      "knows one file by its two names",
      [
        ...comes(0, 7, "unix:./run//app.sock"),
        ...comes(60, 8, "unix:run/app.sock"),
        ...goes(99, 7),
      ],
      [["proven", [7], 8, 39, 39, "error.log"]],
    ],
    [
      "counts masters with two sockets once",
      [...comes(0, 7, "unix:a,unix:b"), ...comes(60, 8, "unix:a,unix:b"), ...goes(99, 7)],
      [["proven", [7], 8, 39, 39, "error.log"]],
    ],
  ])("%s", (_, told, expected) => {
    expect(find(told).map(short)).toEqual(expected);
  });
});
