import { describe, expect, it } from "vitest";
import { recover } from "../../../agent/act/recover.ts";
import { carry } from "./carry.ts";
import { begin, diedAfter, wrongs } from "./crash.ts";
import { createFakeHost, type FakeHost } from "./fake-host.ts";
import { path, rescue } from "./fake-story.ts";

/** Workers are busy for 1.3 s; this happens 300 ms after the last of them was asked. */
function hostWith(surprise: (host: FakeHost) => void): FakeHost {
  const host = createFakeHost({ busyMs: 1_300 });
  host.onCall = (call) => {
    if (call === "SIGTERM 51") host.kernel.at(host.kernel.nowMs() + 300, () => surprise(host));
  };
  return host;
}

function times(host: FakeHost, wanted: string): number {
  return host.calls.filter((call) => call === wanted).length;
}

describe("the path", () => {
  it("is not put back once its owner has closed its listener", async () => {
    const host = hostWith((found) => {
      found.process(69).busyUntilMs = 60_000;
      found.kernel.signal(68, "SIGTERM");
    });
    expect((await carry(host)).outcome).toBe("failed");
    expect(host.kernel.processes.has(68)).toBe(true);
    expect(times(host, `link ${path}`)).toBe(0);
    expect([...host.kernel.files.keys()]).toEqual([]);
  });

  it("keeps its second name when it is lost and cannot be put back", async () => {
    const host = hostWith(({ kernel }) => kernel.files.delete(path));
    host.refuse = (call) =>
      call === `link ${path}` ? { kind: "denied", why: "EACCES" } : undefined;
    const record = await carry(host);
    expect(record.outcome).toBe("failed");
    expect(record.ending).toMatch(/app.sock.onemaster-49 is left: nothing stands at/);
    expect([...host.kernel.files.keys()]).toEqual([rescue]);
  });

  it("that is lost at the very end is put back before it is looked at", async () => {
    const host = createFakeHost();
    let writes = 0;
    host.onCall = (call) => {
      if (call === "keep") writes += 1;
      if (writes === 5) host.kernel.files.delete(path);
      if (writes === 5) writes += 1;
    };
    const record = await carry(host);
    expect(record.ending).toMatch(/was lost and put back/);
    expect(record.outcome).toBe("ended");
  });
});

describe("the group", () => {
  it("has its master stopped again at once when somebody lets it go", async () => {
    const host = hostWith(({ kernel }) => kernel.signal(49, "SIGCONT"));
    expect((await carry(host)).outcome).toBe("ended");
    // for the step, again, and before SIGKILL
    expect(times(host, "SIGSTOP 49")).toBe(3);
    expect([...host.kernel.processes.keys()]).toEqual([1, 68, 69]);
  });

  it("does not take along another master below a worker, nor that one's workers", async () => {
    const host = hostWith(({ kernel }) => {
      kernel.birth({ pid: 300, program: "master", parentPid: 51 });
      kernel.birth({ pid: 301, program: "worker", parentPid: 300 });
    });
    const record = await carry(host);
    expect(record.ending).not.toMatch(/301/);
    expect(host.calls.filter((call) => /30[01]/.test(call))).toEqual([]);
    expect([...host.kernel.processes.keys()]).toEqual([1, 68, 69, 300, 301]);
  });

  it("has a child of the master that is no worker: it is not asked, but killed", async () => {
    const host = createFakeHost({ graceMs: 500 });
    host.kernel.birth({ pid: 300, program: "other", parentPid: 49 });
    expect((await carry(host)).outcome).toBe("ended");
    expect(host.calls.filter((call) => call.endsWith(" 300"))).toEqual([
      "SIGSTOP 300",
      "SIGKILL 300",
    ]);
  });

  it("is not stopped when the owner changed while the step was written down", async () => {
    const host = createFakeHost();
    let writes = 0;
    host.onCall = (call) => {
      if (call === "keep") writes += 1;
      if (writes === 2) host.process(68).stopped = true;
    };
    expect((await carry(host)).outcome).toBe("put-back");
    expect(times(host, "SIGSTOP 49")).toBe(0);
  });

  it("is put back before the next step is written down when it changed under the stop", async () => {
    const host = createFakeHost();
    host.onCall = (call) => {
      if (call === "SIGSTOP 49") host.process(68).stopped = true;
    };
    const { steps } = await carry(host);
    expect(steps.map(({ step, result }) => `${step} ${result}`)).toEqual([
      "link done",
      "stop-master failed",
    ]);
  });

  it.each([1, 2, 3])("is put back when write %i of the record alone fails", async (only) => {
    const host = createFakeHost();
    host.keepFails = (turn) => turn === only;
    const record = await carry(host);
    expect(record.outcome).toBe("put-back");
    expect(host.kept()).toEqual(record);
    expect(host.calls.filter((call) => /SIG(TERM|KILL)/.test(call))).toEqual([]);
    expect(wrongs(host, record)).toEqual([]);
  });
});

describe("an agent that comes after one that died", () => {
  it("does not call it half ended when the owner dies after all is done", async () => {
    const { host, record } = await diedAfter("SIGKILL 49");
    host.kernel.signal(68, "SIGKILL");
    const done = await recover(record, host.parts);
    expect(done.outcome).toBe("failed");
    expect(done.ending).toMatch(/^serving master 68 is gone/);
  });

  it("lets the master go when it cannot see that it is still the stale one", async () => {
    const { host, record } = await diedAfter("SIGTERM 50");
    host.hideSockets = 49;
    const done = await recover(record, host.parts);
    expect(done.ending).toMatch(/left half ended: .*the sockets of master 49 could not be read/);
    expect(host.process(49).stopped).toBe(false);
  });

  it("leaves orphaned workers alone once the owner is gone", async () => {
    const { host, record } = await diedAfter("SIGTERM 50", { orphaned: true });
    host.kernel.signal(68, "SIGKILL");
    const before = host.calls.length;
    expect((await recover(record, host.parts)).outcome).toBe("failed");
    expect(host.calls.slice(before).filter((call) => call.startsWith("SIG"))).toEqual([]);
  });

  it("lets a worker go that was stopped to be killed, when the owner is gone", async () => {
    const { host, record } = await diedAfter("SIGSTOP 51", { deafWorker: true });
    host.kernel.signal(68, "SIGKILL");
    await recover(record, host.parts);
    expect(host.process(51).stopped).toBe(false);
    expect(host.process(49).stopped).toBe(false);
  });

  it("finds a child that was born late, lost its worker and was stopped to be killed", async () => {
    function lateGit(): FakeHost {
      const host = createFakeHost({ busyMs: 600, graceMs: 2_000 });
      host.onCall = (call) => {
        if (call !== "SIGTERM 51") return;
        host.kernel.at(host.kernel.nowMs() + 200, () => {
          host.kernel.birth({ pid: 300, program: "other", parentPid: 50 });
        });
      };
      return host;
    }
    const trial = lateGit();
    await begin(trial);
    const host = lateGit();
    host.killAt(trial.calls.indexOf("SIGSTOP 300") + 1, "after");
    const record = await begin(host);
    expect(host.process(300)).toMatchObject({ stopped: true, parentPid: 1 });
    host.revive();
    const done = await recover(record, host.parts);
    expect(done.outcome).toBe("ended");
    expect(wrongs(host, done)).toEqual([]);
    expect(host.kernel.look(300)).toBe("gone");
  });
});
