import { describe, expect, it } from "vitest";
import type { CauseQuestion, FirstMaster } from "../../../agent/detect/cause-question.ts";
import type { Trigger } from "../../../agent/model/cause.ts";
import type { JournalEvent } from "../../../agent/model/journal.ts";
import { ask, first, restart } from "./cause-question.ts";
import { at, journal } from "./log-story.ts";

const { started, survived, stopped, sudo, boot } = journal;

describe("what set off a second master", () => {
  it.each<[string, Trigger, Partial<FirstMaster>, readonly JournalEvent[]]>([
    [
      "the process that was to become the first master was still there",
      "restart-race",
      { pid: 9 },
      [...survived(4_999, [7], { comm: "gunicorn" }), ...started(5_000, [7], { comm: "gunicorn" })],
    ],
    [
      "nothing of gunicorn was still there",
      "manual-restart",
      { pid: 9 },
      [...survived(4_999, [7], { comm: "git" }), ...started(5_000)],
    ],
    [
      "the first master had its title, and so its pidfile",
      "manual-restart",
      {},
      [...survived(4_999, [7]), ...started(5_000, [7])],
    ],
    [
      "the first master did not listen yet",
      "restart-race",
      { listeningMs: at(4_999) },
      [...survived(4_999, [7], { comm: "gunicorn" }), ...started(5_000, [7])],
    ],
    [
      "the first master listened, without a title",
      "manual-restart",
      { listeningMs: at(4_997) },
      [...survived(4_999, [7], { comm: "gunicorn" }), ...started(5_000, [7])],
    ],
    [
      "the first master was very young",
      "restart-race",
      { startedMs: at(4_998), listeningMs: undefined },
      [...survived(4_999, [7], { comm: "gunicorn" }), ...started(5_000, [7])],
    ],
    [
      "the first master was not so young",
      "manual-restart",
      { startedMs: at(4_996), listeningMs: undefined },
      [...survived(4_999, [7], { comm: "gunicorn" }), ...started(5_000, [7])],
    ],
    [
      "the first master is much older than the start",
      "manual-restart",
      { startedMs: at(10), listeningMs: undefined },
      [...survived(4_999, [7], { comm: "gunicorn" }), ...started(5_000, [7])],
    ],
    [
      "nobody knows since when the first master was there",
      "manual-restart",
      { startedMs: undefined, listeningMs: undefined },
      [...survived(4_999, [7], { comm: "gunicorn" }), ...started(5_000, [7])],
    ],
  ])("in a unit that was just started, where %s, is %s", (_, trigger, changes, after) => {
    const young = { pid: 7, startedMs: at(4_996), listeningMs: at(4_996), ...changes };
    const events = [...started(4_995), ...after];
    expect(ask({ events, first: [young] }).trigger).toBe(trigger);
  });

  it("is no race when the start before was long ago", () => {
    const young = { pid: 9, startedMs: at(4_900), listeningMs: at(4_900) };
    const events = [
      ...started(4_900),
      ...survived(4_999, [7], { comm: "gunicorn" }),
      ...started(5_000),
    ];
    expect(ask({ events, first: [young] }).trigger).toBe("manual-restart");
  });

  it.each<[string, Trigger, Partial<CauseQuestion>]>([
    ["both came with it", "boot", { events: [...boot(-20), ...started(9)] }],
    ["there was none", "unknown", { events: started(9) }],
    ["it was long before", "unknown", { events: boot(-900) }],
    ["the first was there before it", "unknown", { events: boot(30) }],
    [
      "the unit was stopped in between",
      "unknown",
      { events: [...boot(-20), ...started(9), ...stopped(12)] },
    ],
    [
      "the first master survived a stop of some unit",
      "unknown",
      { unit: undefined, events: [...boot(-20), ...survived(12, [7])] },
    ],
    [
      "nobody knows since when the first is there",
      "unknown",
      { events: boot(-20), first: [{ ...first, startedMs: undefined }] },
    ],
    ["nobody knows the first", "unknown", { events: boot(-20), first: [] }],
    [
      "both came in its first second, which gunicorn's log cuts off",
      "boot",
      {
        events: boot(100.4),
        first: [{ ...first, startedMs: at(100) }],
        secondStartedMs: at(100),
      },
    ],
    [
      "it came just after both",
      "unknown",
      {
        events: boot(101),
        first: [{ ...first, startedMs: at(100) }],
        secondStartedMs: at(100),
      },
    ],
  ])("after a boot, where %s, is %s", (_, trigger, changes) => {
    expect(ask({ secondStartedMs: at(100), ...changes }).trigger).toBe(trigger);
  });
});

describe("the story of a second master", () => {
  it("is told with all its evidence in order of time", () => {
    const events = [...restart, ...sudo(4_995, "alice", "/usr/bin/systemctl restart platform")];
    expect(ask({ events })).toEqual({
      trigger: "manual-restart",
      by: "alice",
      unit: "platform.service",
      stoppedAt: "2026-11-22T19:23:19.000Z",
      survivors: [7],
      secondStartedAt: "2026-11-22T19:23:20.000Z",
      secondPid: 8,
      evidence: [
        {
          at: "2026-11-22T19:23:15.000Z",
          text: "alice ran: /usr/bin/systemctl restart platform",
          source: "journal",
        },
        {
          at: "2026-11-22T19:23:19.000Z",
          text: "platform.service was stopped (job: restart), and process 7 (gunicorn: maste) remained running",
          source: "journal",
        },
        {
          at: "2026-11-22T19:23:20.000Z",
          text: "platform.service was started, with process 7 (gunicorn: maste) still in its cgroup",
          source: "journal",
        },
      ],
    });
  });

  it("finds the unit by the processes it had, and only so", () => {
    expect(ask({ unit: undefined, events: restart }).unit).toBe("platform.service");
    const strangers = [...survived(4_999, [70]), ...started(5_000, [70])];
    expect(ask({ unit: undefined, events: strangers })).toMatchObject({
      unit: null,
      trigger: "unknown",
      survivors: [],
    });
  });

  it("has no stop from before the first master", () => {
    const events = [...stopped(4_000), ...started(4_990)];
    const late = { pid: 7, startedMs: at(4_995), listeningMs: at(4_995) };
    expect(ask({ events: [...events, ...started(5_000)], first: [late] }).stoppedAt).toBeNull();
  });

  it("names a few processes and counts the others", () => {
    const many = Array.from({ length: 20 }, (_, index) => index + 100);
    const { evidence } = ask({ events: [...survived(4_999, many), ...started(5_000)] });
    expect(evidence[0]?.text).toMatch(
      /processes 100 \(.*111 \(gunicorn: maste\) and 8 more remained/,
    );
  });

  it("knows a unit that is no service by its whole name", () => {
    const events = [
      ...sudo(4_999, "alice", "systemctl start web.target"),
      ...started(5_000, [], { unit: "web.target" }),
    ];
    expect(ask({ unit: "web.target", events })).toMatchObject({ by: "alice" });
  });
});
