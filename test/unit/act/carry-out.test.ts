import { describe, expect, it } from "vitest";
import { newRecord } from "../../../agent/act/carry-out.ts";
import type { RemediationRecord } from "../../../agent/model/remediation.ts";
import { carry } from "./carry.ts";
import { createFakeHost, type FakeHost } from "./fake-host.ts";
import { path, rescue, type Story } from "./fake-story.ts";

function pidsOf(host: FakeHost): number[] {
  const living = [...host.kernel.processes.values()].filter(({ zombie }) => !zombie);
  return living.map(({ pid }) => pid).toSorted((one, other) => one - other);
}

function stepsOf({ steps }: RemediationRecord): string[] {
  return steps.map(({ step, result }) => `${step} ${result}`);
}

const allDone = ["link", "stop-master", "end-workers", "end-master", "verify", "unlink"].map(
  (step) => `${step} done`,
);

describe("a record", () => {
  it("is named by its time, the role and the pid", () => {
    const at = Date.UTC(2026, 10, 22, 17, 50, 2, 123);
    expect(newRecord(createFakeHost().plan, "agent", false, at)).toMatchObject({
      id: "20261122T175002Z-stale-49",
      startedAt: "2026-11-22T17:50:02.123Z",
      outcome: null,
    });
    const { plan } = createFakeHost({ orphaned: true });
    expect(newRecord(plan, "agent", false, at).id).toBe("20261122T175002Z-orphaned-50");
  });
});

describe("ending a group as planned", () => {
  const stories: readonly [string, Story, readonly string[]][] = [
    ["a plain stale group", {}, allDone],
    ["a group with a git child", { git: true }, allDone],
    ["a worker that ignores SIGTERM", { deafWorker: true }, allDone],
    ["a worker that is at a request", { busyMs: 2_500 }, allDone],
    ["a master that was stopped before", { masterStopped: true }, allDone],
    [
      "a directory that takes no second name",
      { linkDenied: true },
      ["link skipped", ...allDone.slice(1)],
    ],
    [
      "orphaned workers",
      { orphaned: true },
      ["link done", "end-workers done", "verify done", "unlink done"],
    ],
  ];
  it.each(stories)("%s", async (_, story, steps) => {
    const host = createFakeHost(story);
    const record = await carry(host);
    expect(record.ending).toMatch(/gone, and master 68 serves$/);
    expect(record).toMatchObject({ outcome: "ended" });
    expect(stepsOf(record)).toEqual(steps);
    expect(pidsOf(host)).toEqual([1, 68, 69]);
    expect([...host.kernel.files.keys()]).toEqual([path]);
    expect(host.crimes).toEqual([]);
    expect(host.kept()).toEqual(record);
  });

  it("lets a long request finish within its grace, and kills nobody", async () => {
    const host = createFakeHost({ busyMs: 2_500 });
    await carry(host);
    expect(host.calls.filter((call) => call.startsWith("SIGKILL"))).toEqual(["SIGKILL 49"]);
  });

  it("measures what came back", async () => {
    const { memory } = await carry(createFakeHost({ git: true }));
    const { predictedBytes, usedBeforeBytes, usedAfterBytes } = memory;
    expect(predictedBytes).toBe(80_000_000);
    expect((usedBeforeBytes ?? 0) - (usedAfterBytes ?? 0)).toBe(predictedBytes);
  });

  it("writes each step down before it is taken, and tells it twice", async () => {
    const host = createFakeHost();
    await carry(host);
    expect(host.calls).toEqual([
      "keep",
      `link ${rescue}`,
      "keep",
      "SIGSTOP 49",
      "keep",
      "SIGTERM 50",
      "SIGTERM 51",
      "keep",
      "SIGSTOP 49",
      "SIGKILL 49",
      "keep",
      "keep",
      `unlink ${rescue}`,
      "keep",
    ]);
    expect(host.told.map(({ step, result }) => `${step} ${result}`)).toEqual(
      allDone.flatMap((done) => [done.replace("done", "begun"), done]),
    );
  });

  it("takes over its own left-over second name, and replaces an outdated one", async () => {
    for (const inode of [900, 12]) {
      const host = createFakeHost();
      host.kernel.files.set(rescue, { kind: "socket", device: 7, inode });
      expect((await carry(host)).outcome).toBe("ended");
      expect([...host.kernel.files.keys()]).toEqual([path]);
    }
  });

  it("leaves alone what is no socket under the second name", async () => {
    const host = createFakeHost();
    host.kernel.files.set(rescue, { kind: "other", device: 7, inode: 3 });
    const record = await carry(host);
    expect(record.outcome).toBe("ended");
    expect(stepsOf(record)[0]).toBe("link skipped");
    expect(host.kernel.files.has(rescue)).toBe(true);
  });

  it("does not mind a clock that is set back by a day", async () => {
    const host = createFakeHost({ deafWorker: true });
    host.kernel.at(500, () => host.setWallMs(Date.UTC(2026, 10, 21)));
    const record = await carry(host);
    expect(record.outcome).toBe("ended");
    for (const { tookMs } of record.steps) expect(tookMs).toBeGreaterThanOrEqual(0);
    expect(host.kernel.nowMs()).toBeLessThan(10_000);
  });
});

describe("a dry run", () => {
  it("asks for the right to signal, and changes and writes nothing", async () => {
    const host = createFakeHost({ git: true });
    const record = await carry(host, true);
    expect(record).toMatchObject({ outcome: "dry-run" });
    expect(record.ending).toBe("walked through, nothing was done");
    expect(stepsOf(record)).toEqual(allDone.map((done) => done.replace("done", "would-do")));
    expect(host.calls).toEqual(["0 49", "0 50", "0 51", "0 90"]);
    expect(record.memory.predictedBytes).toBe(80_000_000);
  });

  it("says where it would be put back", async () => {
    const denied = createFakeHost();
    denied.refuse = (call) => (call === "0 51" ? { kind: "denied", why: "EPERM" } : undefined);
    const record = await carry(denied, true);
    expect(stepsOf(record).at(-1)).toBe("end-workers failed");
    expect(record.ending).toMatch(/put back: a signal to pid 51 was not possible: EPERM/);

    const changed = createFakeHost();
    changed.process(68).stopped = true;
    expect(await carry(changed, true)).toMatchObject({
      outcome: "dry-run",
      ending: "nothing was done, and in earnest it would be put back: serving master 68 is stopped",
    });

    const silent = createFakeHost();
    silent.answers = false;
    expect(stepsOf(await carry(silent, true)).at(-1)).toBe("verify failed");
  });
});
