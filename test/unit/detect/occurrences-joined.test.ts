import { describe, expect, it } from "vitest";
import { at, comes, goes, journal, speaks, type Told } from "./log-story.ts";
import { find, living, short, type Short, type Story } from "./occurrences-story.ts";

const { boot, started, survived } = journal;

describe("an error.log with the journal", () => {
  const dup: readonly Told[] = [...comes(0, 7), ...comes(61, 8)];
  const events = [...started(-1), ...survived(60, [7, 71]), ...started(60, [7, 71])];

  it.each<[string, readonly Told[], Story, Short[]]>([
    [
      "confirms a first master that was left over",
      dup,
      { events },
      [["proven", [7], 8, 0, null, "error.log+journal"]],
    ],
    [
      "knows how long a first master was seen by systemd",
      dup,
      { events: [...events, ...survived(600, [7, 8])] },
      [["proven", [7], 8, 539, null, "error.log+journal"]],
    ],
    [
      "knows that a first master was gone when systemd found nobody",
      dup,
      { events: [...started(-1), ...started(60)], past: { unit: "platform.service" } },
      [],
    ],
    [
      "knows that of masters whose start is not in the log, too",
      dup.filter(([, , message]) => !message.startsWith("Starting")),
      { events: [...started(-1), ...started(60)], past: { unit: "platform.service" } },
      [],
    ],
    [
      "cannot know that of a master that came from elsewhere",
      dup,
      { events: started(60), past: { unit: "platform.service" } },
      [["possible", [7], 8, 0, null, "error.log"]],
    ],
    [
      "cannot know that of a master that did not listen yet",
      [...comes(59, 7), ...comes(61, 8)],
      { events: [...started(58), ...started(59.5)], past: { unit: "platform.service" } },
      [["possible", [7], 8, 0, null, "error.log"]],
    ],
    [
      "knows that systemd killed the first master, though it found it a moment later",
      dup,
      { events: [...journal.killed(59.9, 7), ...events] },
      [],
    ],
    [
      "knows that systemd killed all of the unit",
      dup,
      { events: [...journal.killed(59.9, undefined), ...events] },
      [],
    ],
    [
      "knows when systemd killed the first master later",
      dup,
      { events: [...events, ...journal.killed(500, 7)] },
      [["proven", [7], 8, 0, 439, "error.log+journal"]],
    ],
    [
      "does not take another's kill, or one that came after its end, for its own",
      [...dup, ...goes(200, 7)],
      { events: [...events, ...journal.killed(90, 9), ...journal.killed(300, 7)] },
      [["proven", [7], 8, 139, 139, "error.log+journal"]],
    ],
    [
      "knows that a kill of all of another unit is none",
      [...comes(0, 7), ...comes(61, 8)],
      { events: journal.killed(30, undefined) },
      [["possible", [7], 8, 0, null, "error.log"]],
    ],
    [
      "knows that nobody survives a boot",
      dup,
      { events: boot(30), past: { unit: "platform.service" } },
      [],
    ],
    [
      "knows that a boot ended both",
      [...comes(0, 7), ...comes(60, 8), ...speaks(100, 7)],
      { events: boot(500, "boot-2") },
      [["proven", [7], 8, 40, 440, "error.log"]],
    ],
    [
      "takes a leftover for one that leaves when its log says so",
      [...comes(0, 7), ...goes(60, 7), ...comes(61, 8)],
      { events },
      [],
    ],
    [
      "takes a leftover for one that was left alone when the start was refused",
      [...comes(0, 7), [61, 8, "Starting gunicorn 20.1.0"]],
      { events },
      [],
    ],
    [
      "knows one that still runs",
      dup,
      { living: [living(7, -1), living(8, 60)], nowMs: at(1_061) },
      [["proven", [7], 8, 1_000, null, "error.log+process"]],
    ],
    [
      "does not take another process with its pid for it",
      dup,
      { living: [living(7, 40)], nowMs: at(1_061) },
      [["possible", [7], 8, 0, null, "error.log"]],
    ],
    [
      "does not take an older process with its pid for it",
      dup,
      { living: [living(7, -500)], nowMs: at(1_061) },
      [["possible", [7], 8, 0, null, "error.log"]],
    ],
  ])("%s", (_, told, story, expected) => {
    expect(find(told, story).map(short)).toEqual(expected);
  });

  it("takes the first boot after a master was seen for its end", () => {
    const told = [...comes(0, 7), ...comes(60, 8), ...speaks(100, 7)];
    const boots = [...boot(900, "boot-3"), ...boot(500, "boot-2")];
    expect(find(told, { events: boots }).map(short)).toEqual([
      ["proven", [7], 8, 40, 440, "error.log"],
    ]);
  });

  it("knows of masters whose start is not in the log when they listened", () => {
    const told = [...dup, ...speaks(100, 7)].filter(([, , text]) => !text.startsWith("Starting"));
    const reload = journal.manager("manager-reload", 59);
    expect(find(told, { events: [...events, ...reload] })).toMatchObject([
      { first: [{ pid: 7, startedAt: null }], cause: { trigger: "manager-reload" } },
    ]);
    expect(find(told, { events: [...events, ...started(900, [7])] })).toHaveLength(1);
  });

  it("tells all of an occurrence that goes on", () => {
    const story = {
      events,
      living: [living(7, -1, "platform.service"), living(8, 60, "platform.service")],
      nowMs: at(1_061),
      past: { units: new Map([["/srv/a/app.sock", "platform.service"]]) },
    };
    expect(find(dup, story)).toMatchObject([
      {
        address: "/srv/a/app.sock",
        unit: "platform.service",
        beganAt: "2026-11-22T18:01:01.000Z",
        ongoing: true,
        first: [{ pid: 7, startedAt: "2026-11-22T18:00:00.000Z", ending: "still-there" }],
        second: { pid: 8, ending: "still-there" },
        cause: { trigger: "manual-restart", survivors: [7, 71], secondPid: 8 },
      },
    ]);
  });
});
