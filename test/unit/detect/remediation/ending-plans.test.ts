import { describe, expect, it } from "vitest";
import { unitsToAsk } from "../../../../agent/detect/ending-case.ts";
import { duplicate, group, handover, orphaned, path, report, socket } from "../../cli/reports.ts";
import { head, unit } from "../audit-build.ts";
import { against, having, orphans, planOf, plansOf, seenIn, sysv } from "./ending-story.ts";

describe("the plan for a stale group", () => {
  it("says whom it ends, who must not feel it, and that nothing stands against it", () => {
    const { steps, ...plan } = planOf();
    expect(plan).toEqual({
      schema: 1,
      socket: path,
      role: "stale",
      bootId: "boot-1",
      master: { pid: 49, startTicks: 4_900 },
      workers: [50, 51, 52, 53].map((pid) => ({ pid, startTicks: 4_851 + pid })),
      others: [],
      listenerInode: 25_049,
      owner: { master: { pid: 68, startTicks: 6_800 }, listenerInode: 25_068 },
      file: { device: 65_024, inode: 2_172_946 },
      graceMs: 35_000,
      reclaimableBytes: 370 * 2 ** 20,
      refusals: [],
    });
    expect(steps.map(({ step }) => step)).toEqual([
      "link",
      "stop-master",
      "end-workers",
      "end-master",
      "verify",
      "unlink",
    ]);
  });

  it("stops and kills the master, and sends TERM to its workers alone", () => {
    expect(planOf().steps.flatMap(({ signals }) => signals)).toEqual([
      { signal: "SIGSTOP", pids: [49] },
      { signal: "SIGTERM", pids: [50, 51, 52, 53] },
      { signal: "SIGKILL", pids: [] },
      { signal: "SIGKILL", pids: [49] },
    ]);
  });

  it("is told step by step with its values", () => {
    const texts = planOf().steps.map(({ text, check }) => `${text} | ${check ?? "-"}`);
    expect(texts).toEqual([
      "the live socket file gets a second name, .sampleplatform.sock.onemaster-49, to be put back by | " +
        "it has to be file 2172946 on device 65024; where its folder takes no second name, the rest is done without",
      "master 49 is stopped: it can neither replace its workers nor leave its pid to another | " +
        "start ticks 4900, caught signals and listener 25049 are read again; if one of them is not so, " +
        "nothing is ended and it gets SIGCONT, unless a signal waits for it by which it would unlink the path",
      "workers 50, 51, 52, 53 may finish for 35 s; what is then left below master 49 is killed | " +
        "before SIGTERM each has to be a worker with its start ticks of now and a child of the stopped " +
        "master, else it is left alone; before SIGKILL each is stopped and read again",
      "master 49 is killed: so it has no chance to unlink the path | " +
        "it has to be stopped still, with start ticks 4900",
      `nobody of master 49 is left, and master 68 answers OPTIONS / at ${path} | ` +
        "file 2172946 on device 65024 still has to stand at the path; if nothing does, it is put back " +
        "by its second name; if anything of this is not so, the attempt has failed",
      "the second name .sampleplatform.sock.onemaster-49 is removed | -",
    ]);
  });

  it("names processes beside the workers, and knows a group without any", () => {
    const others = [{ pid: 90, command: "git" }];
    const crowded = planOf({
      sockets: [having([group("serving", 68), group("stale", 49, { others })])],
    });
    expect(crowded.others).toEqual([90]);
    expect(crowded.steps[2]?.text).toContain(
      "what is then left below master 49, such as 90, is killed",
    );
    const alone = group("stale", 49, { workers: [], memory: null });
    const plan = planOf({ sockets: [having([group("serving", 68), alone])] });
    expect(plan.reclaimableBytes).toBeNull();
    expect(plan.steps[2]?.signals).toEqual([{ signal: "SIGKILL", pids: [] }]);
    expect(plan.steps[2]?.text).toMatch(/^it has no workers; /);
  });

  it("is complete as well where nobody owns the path", () => {
    const plan = planOf({ sockets: [having([group("stale", 49)], { file: null })] });
    expect([plan.owner, plan.file]).toEqual([null, null]);
    expect(plan.steps[0]?.check).toContain("the socket file;");
    expect(plan.steps[4]?.text).toContain("whoever owns the path answers");
  });
});

describe("the plan for orphaned workers", () => {
  it("has no master to stop and to end", () => {
    const plan = planOf({ sockets: [orphaned] });
    expect(plan).toMatchObject({ role: "orphaned", master: null, refusals: [] });
    expect(plan.steps.map(({ step }) => step)).toEqual(["link", "end-workers", "verify", "unlink"]);
    expect(plan.steps[1]).toEqual({
      step: "end-workers",
      signals: [
        { signal: "SIGTERM", pids: [50, 51, 52, 53] },
        { signal: "SIGKILL", pids: [] },
      ],
      text: "workers 50, 51, 52, 53 may finish for 35 s; what is then left of them and below them is killed",
      check:
        "before SIGTERM each has to be a worker with its start ticks of now, else it is left alone; " +
        "before SIGKILL each is stopped and read again",
    });
  });

  it("speaks of one worker as one", () => {
    const one = orphans({ workers: [{ pid: 50, startTicks: 4_901 }] });
    const plan = planOf({ sockets: [having([group("serving", 68), one])] });
    expect(plan.steps[1]?.text).toMatch(/^worker 50 may finish/);
    expect(plan.steps[2]?.text).toMatch(/^nobody of worker 50 is left/);
  });
});

describe("the plans of a report", () => {
  it("begin with the oldest stale master and end with orphaned workers, over all sockets", () => {
    const other = { path: "/run/b.sock", boundAs: "b.sock" };
    const plans = plansOf({
      sockets: [
        having([group("serving", 68), group("stale", 49), orphans({ listener: listener(7) })]),
        having([group("serving", 60), group("stale", 30), group("stale", 55)], other),
      ],
    });
    const order = plans.map(({ role, master, socket: at }) => `${role} ${master?.pid} ${at}`);
    expect(order).toEqual([
      "stale 30 /run/b.sock",
      `stale 49 ${path}`,
      "stale 55 /run/b.sock",
      `orphaned undefined ${path}`,
    ]);
  });

  it("are none for what serves, drains, upgrades or was stranded", () => {
    expect(plansOf({ sockets: [socket(), handover, having([group("stranded", 49)])] })).toEqual([]);
  });

  it("may be carried out where no systemd runs and nobody is in a unit", () => {
    const out = { cgroup: "/", unit: undefined };
    const groups = [group("serving", 68), group("stale", 49)].map((one) =>
      one.master === null ? one : { ...one, master: { ...one.master, unit: null } },
    );
    const story = {
      sockets: [having(groups, { unit: null })],
      heads: [head(68, out), head(49, out)],
      units: [],
    };
    expect(against(story)).toEqual([]);
  });

  it("know a unit by its other names, as an alias in the settings", () => {
    const names = ["platform.service", "alias.service"];
    const named = { ...duplicate.unit, name: "alias.service" } as NonNullable<
      typeof duplicate.unit
    >;
    expect(against({ sockets: [{ ...duplicate, unit: named }], units: [sysv({ names })] })).toEqual(
      [],
    );
  });

  it("say which units a second look has to ask about", () => {
    const heads = [
      head(68, { unit: "session-3.scope" }),
      head(49),
      head(70, { unit: "c.service" }),
    ];
    const story = { heads, sockets: [duplicate, socket({ groups: [group("serving", 70)] })] };
    const seen = seenIn(story);
    expect(seen && unitsToAsk(report(story.sockets), seen)).toEqual(["session-3.scope"]);
    const asked = {
      ...story,
      units: [sysv(), unit({ mainPid: undefined }, { name: "session-3.scope" })],
    };
    expect(against(asked)).toEqual([]);
    expect(against(story)).toEqual([
      "blind: session-3.scope was not asked about, and may be changing",
    ]);
  });
});

function listener(inode: number) {
  return { inode, fileInode: 2_170_007 };
}
