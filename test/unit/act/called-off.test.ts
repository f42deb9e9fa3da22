import { describe, expect, it } from "vitest";
import { carry, carryWith, endings } from "./carry.ts";
import { createFakeHost } from "./fake-host.ts";
import { path } from "./fake-story.ts";

describe("what takes long", () => {
  it("as the memory of the group is read while its master still runs, for 3 s at most", async () => {
    const host = createFakeHost();
    let stopped: boolean | undefined;
    const never = new Promise<number>(() => undefined);
    const record = await carryWith(host, {
      eyes: {
        ...host.parts.eyes,
        reclaimable() {
          stopped = host.process(49).stopped;
          return never;
        },
      },
    });
    expect(stopped).toBe(false);
    expect(record.outcome).toBe("ended");
    expect(record.memory.predictedBytes).toBeNull();
    expect(host.kernel.nowMs()).toBeLessThan(4_500);
  });

  it("as the answer of the owner does not keep it from putting the path back", async () => {
    const host = createFakeHost();
    const { eyes } = host.parts;
    const record = await carryWith(host, {
      eyes: {
        ...eyes,
        answer(asked, patienceMs) {
          host.kernel.files.delete(path);
          return new Promise((resolve) => {
            host.kernel.at(host.kernel.nowMs() + 2_000, () => {
              resolve(eyes.answer(asked, patienceMs));
            });
          });
        },
      },
    });
    expect(host.crimes).toEqual([]);
    expect(record.outcome).toBe("ended");
    expect(record.ending).toMatch(/was lost and put back/);
  });

  it("as an answer that never comes is a failure", async () => {
    const host = createFakeHost();
    const answer = () => new Promise<never>(() => undefined);
    const record = await carryWith(host, { eyes: { ...host.parts.eyes, answer } });
    expect(record.outcome).toBe("failed");
    expect(record.ending).toMatch(/does not answer, 3 times asked: nothing came of asking/);
  });
});

describe("an attempt that is called off", () => {
  it("before its master is stopped is put back", async () => {
    const host = createFakeHost();
    host.onCall = (call) => {
      if (call.startsWith("link")) host.calledOff = "a file pause stands in /var/lib/onemaster";
    };
    expect(await carry(host)).toMatchObject({
      outcome: "put-back",
      ending: "put back: a file pause stands in /var/lib/onemaster",
    });
    expect(host.calls.filter((call) => call.startsWith("SIG"))).toEqual([]);
  });

  it.each([
    ["with workers", false],
    ["without any", true],
  ])("once its master is stopped is put back, %s", async (_, alone) => {
    const host = createFakeHost();
    if (alone) for (const pid of [50, 51]) host.kernel.processes.delete(pid);
    host.onCall = (call) => {
      if (call === "SIGSTOP 49") host.calledOff = "remediation was switched off";
    };
    expect(await carry(host)).toMatchObject({
      outcome: "put-back",
      ending: "put back: remediation was switched off",
    });
    expect(host.process(49).stopped).toBe(false);
    expect(endings(host)).toEqual([]);
  });

  it("once a worker was asked is finished", async () => {
    const host = createFakeHost();
    host.onCall = (call) => {
      if (call === "SIGTERM 50") host.calledOff = "it is paused";
    };
    expect((await carry(host)).outcome).toBe("ended");
  });

  it("and whose master was told to end meanwhile has its workers asked all the same", async () => {
    const host = createFakeHost();
    let writes = 0;
    host.onCall = (call) => {
      if (call === "keep") writes += 1;
      if (writes !== 3 || host.calledOff !== undefined) return;
      host.calledOff = "it is paused";
      host.kernel.signal(49, "SIGTERM");
    };
    const record = await carry(host);
    expect(record.outcome).toBe("failed");
    expect(endings(host)).toEqual(["SIGTERM 50", "SIGTERM 51", "SIGKILL 49"]);
  });
});

describe("how a failure is told", () => {
  it("names an owner that died once, and first", async () => {
    const host = createFakeHost({ busyMs: 1_300 });
    host.onCall = (call) => {
      if (call !== "SIGTERM 51") return;
      host.kernel.at(host.kernel.nowMs() + 300, () => {
        host.kernel.signal(68, "SIGKILL");
        host.kernel.files.delete(path);
      });
    };
    const { ending } = await carry(host);
    expect(ending).toBe(
      "serving master 68 is gone; nothing stands at /srv/app/app.sock: " +
        "its serving master 68 is not there",
    );
  });

  it("names a process that does not go once", async () => {
    const host = createFakeHost({ graceMs: 500 });
    host.onCall = (call) => {
      if (call === "SIGTERM 51") host.process(51).uninterruptible = true;
    };
    const { ending } = await carry(host);
    expect(ending?.match(/pid 51/g)).toHaveLength(1);
    expect(ending?.match(/in state D/g)).toHaveLength(1);
  });
});
