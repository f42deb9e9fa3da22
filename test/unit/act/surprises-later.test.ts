import { describe, expect, it } from "vitest";
import type { RemediationOutcome } from "../../../agent/model/remediation.ts";
import { carry } from "./carry.ts";
import { createFakeHost, type FakeHost } from "./fake-host.ts";
import { path, rescue } from "./fake-story.ts";

describe("once workers were asked to end, it goes on and tells", () => {
  /** Happens 300 ms after the second worker was asked; workers are busy for a second more. */
  const surprises: readonly [string, (host: FakeHost) => void, RemediationOutcome, RegExp][] = [
    [
      "the path vanishes: it is back at the next poll",
      ({ kernel }) => kernel.files.delete(path),
      "ended",
      /was lost and put back/,
    ],
    [
      "somebody lets the master go: it is stopped again, and its new workers end too",
      ({ kernel }) => kernel.signal(49, "SIGCONT"),
      "ended",
      /somebody let master 49 go meanwhile, and it was stopped again/,
    ],
    [
      "somebody tells the master to end and lets it go: the path is back at the next poll",
      ({ kernel }) => {
        kernel.signal(49, "SIGTERM");
        kernel.signal(49, "SIGCONT");
      },
      "ended",
      /was lost and put back/,
    ],
    [
      "somebody kills the master",
      ({ kernel }) => kernel.signal(49, "SIGKILL"),
      "ended",
      /master 49 had ended before it was to/,
    ],
    [
      "the owner dies",
      ({ kernel }) => kernel.signal(68, "SIGKILL"),
      "failed",
      /serving master 68 is gone/,
    ],
    [
      "a new owner binds: its file is not touched",
      ({ kernel }) => kernel.files.set(path, { kind: "socket", device: 7, inode: 901 }),
      "failed",
      /another socket file stands at/,
    ],
    [
      "the owner is told to end: the path that it removed is not put back",
      (host) => {
        host.process(69).busyUntilMs = 60_000;
        host.kernel.signal(68, "SIGTERM");
      },
      "failed",
      /serving master 68 holds its listener 222 no more/,
    ],
    [
      "USR2 made a second master, which is left alone",
      ({ kernel }) => kernel.birth({ pid: 300, program: "master", parentPid: 49 }),
      "failed",
      /pid 300, below the group, looks like a gunicorn master/,
    ],
    [
      "a worker's pid is another's by now",
      ({ kernel }) => {
        kernel.processes.delete(50);
        kernel.birth({ pid: 50, program: "worker", parentPid: 68 });
      },
      "ended",
      /master 68 serves/,
    ],
    [
      "a worker is born late: it is asked too",
      ({ kernel, process }) =>
        kernel.birth({
          pid: 300,
          program: "worker",
          parentPid: process(49).pid,
          grownAtMs: kernel.nowMs() + 60,
        }),
      "ended",
      /master 68 serves/,
    ],
  ];
  it.each(surprises)("%s", async (_, surprise, outcome, why) => {
    const host = createFakeHost({ busyMs: 1_300 });
    host.onCall = (call) => {
      if (call === "SIGTERM 51") host.kernel.at(host.kernel.nowMs() + 300, () => surprise(host));
    };
    const record = await carry(host);
    expect(record.ending).toMatch(why);
    expect(record.outcome).toBe(outcome);
    expect(host.crimes).toEqual([]);
    const living = [...host.kernel.processes.values()].filter(({ zombie }) => !zombie);
    expect(living.filter(({ stopped }) => stopped)).toEqual([]);
    expect(living.filter(({ pid }) => pid === 49 || pid === 51)).toEqual([]);
    expect(host.kernel.files.has(rescue)).toBe(false);
  });

  it("a newborn worker is asked only when it can hear it", async () => {
    const host = createFakeHost();
    host.kernel.birth({ pid: 300, program: "worker", parentPid: 49, grownAtMs: 200 });
    const record = await carry(host);
    expect(record.outcome).toBe("ended");
    expect(host.crimes).toEqual([]);
    expect(host.calls.filter((call) => call.startsWith("SIGKILL"))).toEqual(["SIGKILL 49"]);
  });

  it("a worker in state D does not go: it has failed, and says which", async () => {
    const host = createFakeHost({ graceMs: 500 });
    host.onCall = (call) => {
      if (call === "SIGTERM 51") host.process(51).uninterruptible = true;
    };
    const record = await carry(host);
    expect(record.outcome).toBe("failed");
    expect(record.ending).toMatch(/pid 51 is still there, in state D/);
    expect(host.kernel.look(49)).toBe("gone");
  });

  it("a master that must not be killed goes on", async () => {
    const host = createFakeHost();
    host.refuse = (call) => (call === "SIGKILL 49" ? { kind: "denied", why: "EPERM" } : undefined);
    const record = await carry(host);
    expect(record.outcome).toBe("failed");
    expect(record.ending).toMatch(/SIGKILL to pid 49 was not possible: EPERM/);
    expect(host.process(49).stopped).toBe(false);
    expect(host.crimes).toEqual([]);
  });

  it("an owner that does not answer in the end is a failure", async () => {
    const host = createFakeHost();
    host.answers = false;
    const record = await carry(host);
    expect(record.outcome).toBe("failed");
    expect(record.ending).toMatch(/does not answer, 3 times asked: ECONNREFUSED/);
  });

  it("a second name that cannot be removed is a failure", async () => {
    const host = createFakeHost();
    host.refuse = (call) =>
      call.startsWith("unlink") ? { kind: "denied", why: "EPERM" } : undefined;
    const record = await carry(host);
    expect(record.outcome).toBe("failed");
    expect(record.ending).toMatch(/app.sock.onemaster-49 is left: EPERM/);
  });
});
