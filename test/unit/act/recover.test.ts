import { describe, expect, it, vi } from "vitest";
import { recover } from "../../../agent/act/recover.ts";
import { begin, beginRecovery, diedAfter, wrongs } from "./crash.ts";
import { createFakeHost, type FakeHost } from "./fake-host.ts";
import { path, rescue, type Story } from "./fake-story.ts";

// each story is told again for every call of it: as much computing as nothing else of this lane
vi.setConfig({ testTimeout: 30_000 });

const groups: readonly [string, Story, atLeast: number][] = [
  ["a plain stale group", {}, 14],
  ["a group with a git child", { git: true }, 16],
  ["a worker that ignores SIGTERM", { deafWorker: true }, 16],
  ["workers at a request", { busyMs: 2_000 }, 14],
  ["an orphaned group", { orphaned: true }, 9],
  ["an orphaned group with a git child", { orphaned: true, git: true }, 11],
  ["no second name possible", { linkDenied: true }, 13],
  ["a master that was stopped before", { masterStopped: true }, 14],
  ["a master that somebody told to end while it was stopped", {}, 14],
  ["a group that is put back, its owner being stopped", {}, 7],
];

/** The last two stories turn out otherwise than they were planned. */
function hostOf(name: string, story: Story): FakeHost {
  const host = createFakeHost(story);
  host.onCall = (call) => {
    if (call !== "SIGSTOP 49") return;
    if (name.includes("put back")) host.process(68).stopped = true;
    if (!name.includes("told to end")) return;
    host.kernel.at(host.kernel.nowMs() + 10, () => host.kernel.signal(49, "SIGTERM"));
  };
  return host;
}

async function boundaries(name: string, story: Story): Promise<number> {
  const host = hostOf(name, story);
  await begin(host);
  return host.calls.length;
}

describe("an agent that is killed at any call of its walk, and one that comes after it", () => {
  it.each(groups)("%s", async (name, story, atLeast) => {
    const count = await boundaries(name, story);
    expect(count).toBeGreaterThanOrEqual(atLeast);
    const outcomes = new Set<string>();
    const wrong: string[] = [];
    for (let at = 1; at <= count; at += 1) {
      for (const when of ["before", "after"] as const) {
        for (const awayMs of [0, 700, 60_000]) {
          const where = `killed ${when} call ${at}, away for ${awayMs} ms`;
          const host = hostOf(name, story);
          host.killAt(at, when);
          const found = await begin(host);
          if (!host.isDead()) wrong.push(`${where}: it lives`);
          host.kernel.pass(awayMs);
          host.revive();
          const done = await recover(found, host.parts);
          host.kernel.pass(3_000);
          if (host.kept()?.outcome !== done.outcome) wrong.push(`${where}: its end is not kept`);
          wrong.push(...wrongs(host, done, story).map((what) => `${where}: ${what}`));
          outcomes.add(done.outcome ?? "none");
        }
      }
    }
    expect(wrong).toEqual([]);
    expect(outcomes).toContain("put-back");
    expect(outcomes.has("ended")).toBe(!name.includes("put back"));
  });

  it.each(groups)("and is killed itself at any call: %s", async (name, story) => {
    const count = await boundaries(name, story);
    let second = 0;
    const wrong: string[] = [];
    for (let at = 1; at <= count; at += 1) {
      for (let again = 1; ; again += 1) {
        const host = hostOf(name, story);
        host.killAt(at, "after");
        const found = await begin(host);
        host.revive();
        host.killAt(again, again % 2 === 0 ? "before" : "after");
        const left = await beginRecovery(host, found);
        if (!host.isDead()) break;
        second += 1;
        host.kernel.pass(200);
        host.revive();
        const done = await recover(left, host.parts);
        const where = `killed after call ${at}, then at ${again} of the next agent`;
        wrong.push(...wrongs(host, done, story).map((what) => `${where}: ${what}`));
      }
    }
    expect(wrong).toEqual([]);
    expect(second).toBeGreaterThan(count * 2);
  });
});

describe("what the next agent finds", () => {
  it("leaves a finished record as it is", async () => {
    const host = createFakeHost();
    const record = await begin(host);
    const before = host.calls.length;
    expect(await recover(record, host.parts)).toEqual(record);
    expect(host.calls).toHaveLength(before);
  });

  it("says in which step its predecessor died", async () => {
    const { host, record } = await diedAfter("SIGSTOP 49");
    expect(await recover(record, host.parts)).toMatchObject({
      outcome: "put-back",
      ending: "put back: its agent died in step stop-master",
    });
    const later = await diedAfter("SIGTERM 50");
    expect(await recover(later.record, later.host.parts)).toMatchObject({
      outcome: "ended",
      ending:
        "the stale group of master 49 is gone, and master 68 serves; " +
        "its agent died in step end-workers, and another finished it",
    });
  });

  it("a git child whose worker is gone, known by the record alone", async () => {
    const { host, record } = await diedAfter("SIGTERM 51", { git: true });
    host.kernel.pass(1_000);
    expect(host.process(90).parentPid).toBe(1);
    expect((await recover(record, host.parts)).outcome).toBe("ended");
    expect(host.kernel.processes.has(90)).toBe(false);
  });

  it("a master that somebody let go: it is stopped again, with the workers it made", async () => {
    const { host, record } = await diedAfter("SIGTERM 51");
    host.kernel.signal(49, "SIGCONT");
    host.kernel.pass(5_000);
    expect((await recover(record, host.parts)).outcome).toBe("ended");
    expect([...host.kernel.processes.keys()]).toEqual([1, 68, 69]);
    expect(host.crimes).toEqual([]);
  });

  it("a stopped master that somebody told to end: it is killed, the path stays", async () => {
    const { host, record } = await diedAfter("SIGSTOP 49");
    host.kernel.signal(49, "SIGTERM");
    const done = await recover(record, host.parts);
    expect(done.outcome).toBe("failed");
    expect(done.ending).toMatch(/somebody told master 49 to end while it was stopped/);
    host.kernel.pass(1_000);
    expect(wrongs(host, done)).toEqual([]);
    expect(host.kernel.processes.has(49)).toBe(false);
  });

  it("no owner any more: the group goes on, and it has failed", async () => {
    const { host, record } = await diedAfter("SIGTERM 50");
    host.kernel.signal(68, "SIGKILL");
    const done = await recover(record, host.parts);
    expect(done.outcome).toBe("failed");
    expect(done.ending).toMatch(/left half ended: .*serving master 68 is gone/);
    host.kernel.pass(3_000);
    expect(host.process(49).stopped).toBe(false);
    expect(host.kernel.files.has(rescue)).toBe(false);
    expect(host.crimes).toEqual([]);
  });

  it("another owner at the path: its file is not touched, the group goes on", async () => {
    const { host, record } = await diedAfter("SIGTERM 50");
    host.kernel.files.set(path, { kind: "socket", device: 7, inode: 901 });
    const done = await recover(record, host.parts);
    expect(done.outcome).toBe("failed");
    expect(host.kernel.files.get(path)?.inode).toBe(901);
    expect(host.process(49).stopped).toBe(false);
    expect(host.kernel.files.has(rescue)).toBe(false);
  });

  it("a path that was lost while nobody looked: it is put back", async () => {
    for (const call of ["SIGSTOP 49", "SIGTERM 50", "SIGKILL 49"]) {
      const { host, record } = await diedAfter(call);
      host.kernel.files.delete(path);
      const done = await recover(record, host.parts);
      expect(wrongs(host, done)).toEqual([]);
      expect(done.ending).toMatch(/was lost and put back/);
    }
  });

  it("pids that are others' by now: none of them is signalled", async () => {
    const { host, record } = await diedAfter("SIGTERM 51");
    for (const pid of [49, 50, 51]) {
      host.kernel.processes.delete(pid);
      host.kernel.birth({ pid, program: "other" });
    }
    const before = host.calls.length;
    expect((await recover(record, host.parts)).outcome).toBe("ended");
    expect(host.calls.slice(before).filter((call) => call.startsWith("SIG"))).toEqual([]);
    expect(host.kernel.processes.has(50)).toBe(true);
  });

  it("a state directory that cannot be written: it ends nonetheless, and says so", async () => {
    const { host, record } = await diedAfter("SIGTERM 50");
    host.keepFails = () => true;
    const done = await recover(record, host.parts);
    expect(done.outcome).toBe("ended");
    expect(done.ending).toMatch(/could not be written down: ENOSPC/);
  });
});

describe("after the host was started anew", () => {
  it.each([
    ["SIGSTOP 49", "put-back"],
    ["SIGTERM 50", "failed"],
  ] as const)("having died after %s it is %s, and nobody is signalled", async (call, outcome) => {
    const { host, record } = await diedAfter(call);
    const before = host.calls.length;
    const done = await recover(record, { ...host.parts, bootId: "boot-2" });
    expect(done.outcome).toBe(outcome);
    expect(done.ending).toMatch(/the host was started anew since; .* is removed$/);
    expect(host.calls.slice(before).filter((made) => made.startsWith("SIG"))).toEqual([]);
    expect([...host.kernel.files.keys()]).toEqual([path]);
  });

  it("leaves the second name where nothing stands at the path, and says so", async () => {
    const { host, record } = await diedAfter("SIGSTOP 49");
    host.kernel.files.delete(path);
    const done = await recover(record, { ...host.parts, bootId: "boot-2" });
    expect(done.ending).toMatch(/nothing stands at .*, so .* is left$/);
    expect([...host.kernel.files.keys()]).toEqual([rescue]);
  });
});
