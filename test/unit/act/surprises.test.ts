import { describe, expect, it } from "vitest";
import { carryOut, newRecord } from "../../../agent/act/carry-out.ts";
import type { RemediationRecord } from "../../../agent/model/remediation.ts";
import { carry } from "./carry.ts";
import { createFakeHost, type FakeHost } from "./fake-host.ts";
import { path, rescue, type Story } from "./fake-story.ts";

/** Carries the plan out while this happens just before the agent's first such call. */
async function withSurprise(
  call: string,
  surprise: (host: FakeHost) => void,
  story: Story = {},
): Promise<{ readonly host: FakeHost; readonly record: RemediationRecord }> {
  const host = createFakeHost(story);
  let happened = false;
  host.onCall = (made) => {
    if (made !== call || happened) return;
    happened = true;
    surprise(host);
  };
  const record = await carry(host);
  expect(happened, `${call} was made`).toBe(true);
  return { host, record };
}

function expectUntouched(host: FakeHost): void {
  expect(host.crimes).toEqual([]);
  expect(host.process(49).stopped).toBe(false);
  expect(host.kernel.files.has(rescue)).toBe(false);
  expect(host.calls.filter((call) => /SIG(TERM|KILL)/.test(call))).toEqual([]);
}

describe("a surprise before anything was ended puts everything back", () => {
  const surprises: readonly [string, string, (host: FakeHost) => void, RegExp][] = [
    [
      "the owner is killed while the second name is made",
      `link ${rescue}`,
      ({ kernel }) => kernel.signal(68, "SIGKILL"),
      /serving master 68 is gone/,
    ],
    [
      "the owner is stopped",
      "SIGSTOP 49",
      (host) => {
        host.process(68).stopped = true;
      },
      /serving master 68 is stopped/,
    ],
    [
      "the owner's descriptors cannot be read any more",
      "SIGSTOP 49",
      (host) => {
        host.hideSockets = 68;
      },
      /sockets of serving master 68 could not be read/,
    ],
    [
      "a new owner binds at the path",
      "SIGSTOP 49",
      ({ kernel }) => kernel.files.set(path, { kind: "socket", device: 7, inode: 901 }),
      /another socket file stands at .*: inode 901, not 900/,
    ],
    [
      "the file is replaced while the second name is made",
      `link ${rescue}`,
      ({ kernel }) => kernel.files.set(path, { kind: "socket", device: 7, inode: 901 }),
      /was replaced/,
    ],
    [
      "a worker's pid is another's",
      "SIGSTOP 49",
      ({ kernel }) => {
        kernel.processes.delete(50);
        kernel.birth({ pid: 50, program: "other" });
      },
      /pid 50 is not worker 50 any more/,
    ],
    [
      "a worker gave birth to a master of its own",
      "SIGSTOP 49",
      ({ kernel }) => kernel.birth({ pid: 300, program: "master", parentPid: 50 }),
      /pid 300, a child of pid 50, looks like a gunicorn master/,
    ],
    [
      "USR2 made a second master",
      "SIGSTOP 49",
      ({ kernel }) => kernel.birth({ pid: 300, program: "master", parentPid: 49 }),
      /pid 300.* an upgrade is under way/,
    ],
    [
      "the owner is told to end, and closes its listener",
      "SIGSTOP 49",
      (host) => {
        host.process(69).busyUntilMs = 60_000;
        host.kernel.signal(68, "SIGTERM");
      },
      /serving master 68 holds its listener 222 no more/,
    ],
  ];
  it.each(surprises)("%s", async (_, call, surprise, why) => {
    const { host, record } = await withSurprise(call, surprise);
    expect(record.ending).toMatch(why);
    expect(record.outcome).toBe("put-back");
    expectUntouched(host);
  });

  it("the pid is given to another process between look and SIGSTOP: that one goes on", async () => {
    const { host, record } = await withSurprise("SIGSTOP 49", ({ kernel }) => {
      for (const pid of [49, 50, 51]) kernel.processes.delete(pid);
      kernel.birth({ pid: 49, program: "other" });
    });
    expect(record.outcome).toBe("put-back");
    expect(record.ending).toMatch(/pid 49 is not process 49 any more/);
    expectUntouched(host);
  });

  it("the master ends by itself before it is stopped", async () => {
    const { host, record } = await withSurprise("SIGSTOP 49", ({ kernel }) => {
      kernel.processes.delete(49);
    });
    expect(record.outcome).toBe("put-back");
    expect(host.calls.filter((call) => call.startsWith("SIG"))).toEqual(["SIGSTOP 49"]);
  });

  it("the master does not stop within 2 s", async () => {
    const { host, record } = await withSurprise("SIGSTOP 49", (found) => {
      found.process(49).uninterruptible = true;
    });
    expect(record.ending).toMatch(/process 49 does not stop: it is in state D/);
    host.process(49).uninterruptible = false;
    host.kernel.pass(100);
    expect(record.outcome).toBe("put-back");
    expectUntouched(host);
  });

  it.each(["SIGSTOP 49", "SIGTERM 50"])("%s is denied", async (call) => {
    const host = createFakeHost();
    host.refuse = (made) => (made === call ? { kind: "denied", why: "EPERM" } : undefined);
    const record = await carry(host);
    expect(record.outcome).toBe("put-back");
    expect(record.ending).toMatch(/EPERM/);
    expect(host.process(49).stopped).toBe(false);
    expect([...host.kernel.files.keys()]).toEqual([path]);
  });

  it("leaves a master stopped that was found so", async () => {
    const { host, record } = await withSurprise(
      "SIGSTOP 49",
      (found) => {
        found.process(68).stopped = true;
      },
      { masterStopped: true },
    );
    expect(record).toMatchObject({ outcome: "put-back", foundStopped: true });
    expect(host.process(49).stopped).toBe(true);
  });

  it("a plan with a refusal is not begun", async () => {
    const host = createFakeHost();
    const plan = { ...host.plan, refusals: [{ reason: "paused", why: "paused by hand" } as const] };
    const record = await carryOut(newRecord(plan, "person", false, 0), host.parts);
    expect(record).toMatchObject({
      outcome: "put-back",
      ending: "put back: refused: paused by hand",
    });
    expect(host.calls).toEqual(["keep"]);
  });

  it("says that the master is left stopped when SIGCONT is not possible", async () => {
    const host = createFakeHost();
    host.onCall = (call) => {
      if (call === "SIGSTOP 49") host.process(68).stopped = true;
    };
    host.refuse = (call) => (call === "SIGCONT 49" ? { kind: "denied", why: "EPERM" } : undefined);
    const record = await carry(host);
    expect(record.outcome).toBe("failed");
    expect(record.ending).toMatch(/pid 49 is left stopped/);
  });
});

describe("somebody tells the stopped master to end", () => {
  it("while all else is as planned: it is ended, and the path stays", async () => {
    for (const signal of ["SIGTERM", "SIGHUP", "SIGQUIT", "SIGINT"] as const) {
      const { host, record } = await withSurprise("SIGTERM 50", ({ kernel }) =>
        kernel.signal(49, signal),
      );
      expect(record.outcome).toBe("ended");
      expect(host.crimes).toEqual([]);
      expect(host.kernel.files.has(path)).toBe(true);
    }
  });

  it("and it should be put back: it is killed, never continued, its workers finish", async () => {
    const host = createFakeHost({ busyMs: 1_500 });
    host.onCall = (call) => {
      if (call !== "SIGSTOP 49") return;
      host.kernel.at(host.kernel.nowMs() + 10, () => host.kernel.signal(49, "SIGTERM"));
      host.kernel.birth({ pid: 300, program: "master", parentPid: 49 });
    };
    const record = await carry(host);
    expect(record.outcome).toBe("failed");
    expect(record.ending).toMatch(/somebody told master 49 to end while it was stopped/);
    expect(host.calls).not.toContain("SIGCONT 49");
    expect(host.calls.filter((call) => call.startsWith("SIGKILL"))).toEqual(["SIGKILL 49"]);
    expect([...host.kernel.processes.keys()]).toEqual([1, 68, 69, 300]);
    expect([...host.kernel.files.keys()]).toEqual([path]);
    expect(host.crimes).toEqual([]);
  });

  it("in the moment of SIGCONT: the path that it removes is put back at once", async () => {
    const host = createFakeHost();
    host.onCall = (call) => {
      if (call === "SIGSTOP 49") host.hideSockets = 49;
      if (call === "SIGCONT 49") host.kernel.signal(49, "SIGTERM");
    };
    const record = await carry(host);
    expect(record.outcome).toBe("put-back");
    expect(record.ending).toMatch(/was lost and put back/);
    expect([...host.kernel.files.keys()]).toEqual([path]);
  });
});

describe("a record that cannot be written", () => {
  it.each([
    [1, "put-back"],
    [2, "put-back"],
    [3, "put-back"],
    [4, "ended"],
    [5, "ended"],
    [6, "ended"],
    [7, "ended"],
  ] as const)("at write %i and later: %s, and it says so", async (first, outcome) => {
    const host = createFakeHost();
    host.keepFails = (turn) => turn >= first;
    const record = await carry(host);
    expect(record.outcome).toBe(outcome);
    expect(record.ending).toMatch(/could not be written down: ENOSPC/);
    expect(host.crimes).toEqual([]);
    expect([...host.kernel.files.keys()]).toEqual([path]);
    if (outcome === "put-back") expectUntouched(host);
  });
});
