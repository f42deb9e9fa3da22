import { describe, expect, it } from "vitest";
import type { LogOfMasters } from "../../../agent/detect/occurrences-address.ts";
import type { Past } from "../../../agent/detect/occurrences.ts";
import { find, living, short, type Short, type Story } from "./occurrences-story.ts";
import { at, comes, goes, journal, seenIn, type Told } from "./log-story.ts";

const { started, survived } = journal;

describe("sockets of one name in several logs", () => {
  const lives = (told: readonly Told[]) => seenIn(told);
  const one = comes(0, 7);
  const other = [...comes(60, 8), ...goes(99, 8)];
  const past = (logs: readonly LogOfMasters[]) =>
    find([], { past: { logs } }).map(({ address }) => address);

  it.each<[string, readonly LogOfMasters[], (string | null)[]]>([
    [
      "are different sockets",
      [
        { lives: lives([...one, ...goes(80, 7)]), sockets: [] },
        { lives: lives(other), sockets: [] },
      ],
      [],
    ],
    [
      "are one where settings say so",
      [
        { lives: lives([...one, ...goes(80, 7)]), sockets: ["/srv/a/app.sock"] },
        { lives: lives(other), sockets: ["/srv/a/app.sock"] },
      ],
      ["/srv/a/app.sock"],
    ],
    [
      "are one by their absolute name",
      [
        { lives: lives([...comes(0, 7, "unix:/srv/a/app.sock"), ...goes(80, 7)]), sockets: [] },
        { lives: lives(other), sockets: ["/srv/a/app.sock", "/srv/b.sock"] },
      ],
      ["/srv/a/app.sock"],
    ],
    [
      "are not joined where several paths end so",
      [
        { lives: lives([...comes(0, 7, "unix:/srv/a/app.sock"), ...goes(80, 7)]), sockets: [] },
        { lives: lives(other), sockets: ["/srv/a/app.sock", "/srv/b/app.sock"] },
      ],
      [],
    ],
  ])("%s", (_, logs, expected) => {
    expect(past(logs)).toEqual(expected);
  });
});

describe("the journal alone", () => {
  it.each<[string, Story, Short[]]>([
    [
      "knows of a leftover, not for how long",
      { events: started(60, [7]) },
      [["possible", [7], null, 0, null, "journal"]],
    ],
    [
      "knows that the leftover stayed, when it is left over again",
      { events: [...started(60, [7]), ...survived(600, [7])] },
      [["possible", [7], null, 0, null, "journal"]],
    ],
    [
      "knows that the leftover stayed, when it is found again",
      { events: [...started(60, [7]), ...survived(600, [7]), ...started(601, [7])] },
      [
        ["proven", [7], null, 541, null, "journal"],
        ["possible", [7], null, 0, null, "journal"],
      ],
    ],
    [
      "does not know another boot's process with that pid",
      { events: [...started(60, [7]), ...started(601, [7], { bootId: "boot-2" })] },
      [
        ["possible", [7], null, 0, null, "journal"],
        ["possible", [7], null, 0, null, "journal"],
      ],
    ],
    [
      "knows that the leftover still runs",
      { events: started(60, [7]), living: [living(7, 0)], nowMs: at(1_060) },
      [["proven", [7], null, 1_000, null, "journal+process"]],
    ],
    [
      "cannot tell masters from workers without titles",
      { events: started(60, [7, 71], { comm: "gunicorn" }) },
      [["possible", [], null, 0, null, "journal"]],
    ],
    [
      "takes workers alone for what they are",
      { events: started(60, [71], { comm: "gunicorn: worke" }) },
      [],
    ],
    ["takes no interest in other programs", { events: started(60, [7], { comm: "python3" }) }, []],
    [
      "takes no start that failed",
      { events: started(60, [7]).filter(({ kind }) => kind !== "started") },
      [],
    ],
  ])("%s", (_, story, expected) => {
    expect(find([], story).map(short)).toEqual(expected);
  });

  it("speaks where the log begins later", () => {
    const events = [...started(60, [7]), ...started(9_000)];
    expect(find(comes(9_001, 9), { events }).map(short)).toEqual([
      ["possible", [7], null, 0, null, "journal"],
    ]);
  });
});

describe("what is asked for", () => {
  const told = [...comes(0, 7), ...comes(60, 8), ...goes(100, 7)];
  const events = [...started(-1), ...survived(59, [7]), ...started(59, [7])];

  it.each<[string, Partial<Past>, number]>([
    ["since then", { sinceMs: at(60) }, 1],
    ["since later", { sinceMs: at(61) }, 0],
    ["until then", { untilMs: at(60) }, 1],
    ["until earlier", { untilMs: at(59) }, 0],
  ])("is told %s", (_, past, count) => {
    expect(find(told, { past })).toHaveLength(count);
  });

  it("is told of the unit alone, and of what may be its", () => {
    const past = { unit: "platform.service", units: new Map([["/srv/a/app.sock", "x.service"]]) };
    expect(find(told, { past })).toHaveLength(1);
    expect(find(told, { sockets: ["/srv/a/app.sock"], past })).toEqual([]);
    expect(find([], { events: started(60, [7]), past: { unit: "x.service" } })).toEqual([]);
  });

  it("names the unit in whose cgroup a master was, and none where that were two", () => {
    const elsewhere = [...started(70, [7]), ...started(70, [7], { unit: "x.service" })];
    expect(find(told, { events })[0]?.unit).toBe("platform.service");
    expect(find(told, { events: elsewhere })[0]?.unit).toBeNull();
  });
});
