import { describe, expect, it } from "vitest";
import type { ActParts } from "../../../agent/act/parts.ts";
import { recover } from "../../../agent/act/recover.ts";
import { carry, carryWith, endings } from "./carry.ts";
import { begin, diedAfter, wrongs } from "./crash.ts";
import { createFakeHost, type FakeHost } from "./fake-host.ts";
import { path, rescue } from "./fake-story.ts";

/** Its owner is stopped once `end-workers` is written down, before anybody is asked. */
function puttingBackLate(): FakeHost {
  const host = createFakeHost();
  let writes = 0;
  host.onCall = (call) => {
    if (call === "keep") writes += 1;
    if (writes === 3) host.process(68).stopped = true;
  };
  return host;
}

describe("a put-back that was decided after the end of the workers was written down", () => {
  it("is gone on with by the next agent, though the owner is well again", async () => {
    const trial = puttingBackLate();
    expect(await carry(trial)).toMatchObject({ outcome: "put-back", puttingBack: true });
    const decided = trial.calls.lastIndexOf("SIGCONT 49");
    for (const at of [decided, decided + 1]) {
      const host = puttingBackLate();
      host.killAt(at, "after");
      const record = await begin(host);
      expect(record).toMatchObject({ outcome: null, puttingBack: true });
      host.revive();
      host.onCall = undefined;
      host.process(68).stopped = false;
      const done = await recover(record, host.parts);
      expect(done.outcome).toBe("put-back");
      expect(endings(host)).toEqual([]);
      expect(wrongs(host, done)).toEqual([]);
    }
  });

  it("is finished as an end by the next agent when it was not written down yet", async () => {
    const { host, record } = await diedAfter("SIGTERM 50");
    expect(record.puttingBack).toBeUndefined();
    expect((await recover(record, host.parts)).outcome).toBe("ended");
  });
});

describe("a stale master that is being traced", () => {
  it("is not stopped", async () => {
    const host = createFakeHost();
    host.process(49).traced = true;
    const record = await carry(host);
    expect(record).toMatchObject({ outcome: "put-back", foundStopped: false });
    expect(record.ending).toMatch(/master 49 is being traced/);
    expect(host.calls.filter((call) => call.startsWith("SIG"))).toEqual([]);
    expect(await carry(host, true)).toMatchObject({
      outcome: "dry-run",
      ending: expect.stringMatching(/master 49 is being traced/),
    });
  });

  it("since it was to stop goes on again, as it was not found stopped", async () => {
    const host = createFakeHost();
    host.onCall = (call) => {
      if (call === "SIGSTOP 49") host.process(49).traced = true;
    };
    const record = await carry(host);
    expect(record).toMatchObject({ outcome: "put-back", foundStopped: false });
    expect(record.ending).toMatch(/master 49 is being traced/);
    expect(host.calls).toContain("SIGCONT 49");
    expect(endings(host)).toEqual([]);
  });
});

describe("a process that cannot be looked at", () => {
  it("once it was stopped to be killed is let go, and tried again", async () => {
    const host = createFakeHost({ deafWorker: true, graceMs: 500 });
    let stoppedLooks = 0;
    const record = await carryWith(host, {
      eyes: {
        ...host.parts.eyes,
        process(pid) {
          const now = host.parts.eyes.process(pid);
          if (pid !== 51 || typeof now === "string" || now.state !== "T") return now;
          stoppedLooks += 1;
          return stoppedLooks === 2 ? "unreadable" : now;
        },
      },
    });
    expect(host.calls.filter((call) => call.endsWith(" 51"))).toEqual([
      "SIGTERM 51",
      "SIGSTOP 51",
      "SIGCONT 51",
      "SIGSTOP 51",
      "SIGKILL 51",
    ]);
    expect(record.outcome).toBe("ended");
  });

  function blindFor(host: FakeHost, looks: number): ActParts["eyes"] {
    const { eyes } = host.parts;
    let left = looks;
    return {
      ...eyes,
      process(pid) {
        if (pid !== 49 || !host.process(49).stopped) return eyes.process(pid);
        left -= 1;
        return left < 0 ? eyes.process(pid) : "unreadable";
      },
    };
  }

  it("being the stopped master is left stopped, and that is told loudly", async () => {
    const host = createFakeHost();
    const record = await carryWith(host, { eyes: blindFor(host, 1e6) });
    expect(record.outcome).toBe("failed");
    expect(record.ending).toMatch(
      /master 49 is left stopped: .* remove \/srv\/app\/app.sock; kill -KILL 49 ends it safely/,
    );
    expect(host.calls).not.toContain("SIGCONT 49");
    expect(host.process(49).stopped).toBe(true);
  });

  it("for a moment only goes on", async () => {
    const host = createFakeHost();
    // SIGSTOP has 2 s to act, a look at each 10 ms
    const record = await carryWith(host, { eyes: blindFor(host, 210) });
    expect(record.outcome).toBe("put-back");
    expect(host.process(49).stopped).toBe(false);
  });
});

describe("an error that nothing foresaw", () => {
  it("of whoever is told the steps is noted once, and all goes on", async () => {
    const host = createFakeHost();
    const record = await carryWith(host, {
      told: () => {
        throw new Error("ENOSPC: no space left on device, write");
      },
    });
    expect(record).toMatchObject({
      outcome: "ended",
      ending:
        "the stale group of master 49 is gone, and master 68 serves; " +
        "the steps could not be told: ENOSPC: no space left on device, write",
    });
  });

  /** Eyes that fail at their first use of a kind after that call of the agent. */
  function failingAfter(host: FakeHost, wanted: string): ActParts["eyes"] {
    let failed = false;
    return {
      ...host.parts.eyes,
      below(pids) {
        if (!failed && host.calls.includes(wanted)) {
          failed = true;
          throw new Error("a bug");
        }
        return host.parts.eyes.below(pids);
      },
    };
  }

  it("before anybody was asked puts all back, and it has failed", async () => {
    const host = createFakeHost();
    const record = await carryWith(host, { eyes: failingAfter(host, "SIGSTOP 49") });
    expect(record.outcome).toBe("failed");
    expect(record.ending).toBe("to be put back: an error that was not foreseen: a bug");
    expect(host.process(49).stopped).toBe(false);
    expect(host.kernel.files.has(rescue)).toBe(false);
    expect(endings(host)).toEqual([]);
    expect(record.steps.at(-1)).toMatchObject({ step: "stop-master", result: "failed" });
    expect(host.openFolders).toBe(0);
  });

  it("after that leaves the rest to itself, with nobody stopped", async () => {
    const host = createFakeHost({ busyMs: 1_000 });
    const record = await carryWith(host, { eyes: failingAfter(host, "SIGTERM 50") });
    expect(record.outcome).toBe("failed");
    expect(record.ending).toBe("left half ended: an error that was not foreseen: a bug");
    expect(host.process(49).stopped).toBe(false);
    expect([...host.kernel.files.keys()]).toEqual([path]);
    expect(host.kept()).toEqual(record);
  });

  it("of the next agent leaves nobody stopped either", async () => {
    const { host, record } = await diedAfter("SIGTERM 50");
    const eyes = { ...host.parts.eyes };
    let looks = 0;
    eyes.below = (pids) => {
      looks += 1;
      if (looks === 2) throw new Error("a bug");
      return host.parts.eyes.below(pids);
    };
    const done = await recover(record, { ...host.parts, eyes });
    expect(done.outcome).toBe("failed");
    expect(done.ending).toMatch(/a bug/);
    expect(host.process(49).stopped).toBe(false);
  });
});
