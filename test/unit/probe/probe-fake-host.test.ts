import { rmSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { socketAt } from "../../../agent/model/settings-defaults.ts";
import { createProbe } from "../../../agent/probe/probe.ts";
import { fakeProc, listenerRow, temporaryFolder, unixTable } from "./fake-proc.ts";

const clocks = { wallMs: () => Date.now(), monotonicMs: () => performance.now() };

describe("a look at a host of its own", () => {
  function fakeHost(processes: number, paths: readonly string[] = []) {
    const proc = fakeProc();
    proc.put(1, { comm: "systemd", parent: 0 });
    for (let pid = 100; pid < 100 + processes; pid += 1)
      proc.put(pid, { fds: { 3: "socket:[1]" } });
    const sockets = paths.map(socketAt);
    const roots = { procRoot: proc.root, cgroupRoot: temporaryFolder() };
    return { proc, probe: createProbe({ sockets, ...clocks, ...roots }) };
  }

  it("with a group, all of it is in the snapshot", async () => {
    const { proc, probe } = fakeHost(3);
    const folder = temporaryFolder();
    proc.write("self/net/unix", unixTable(listenerRow(700, "app.sock")));
    const holding = { cwd: folder, fds: { 5: "socket:[700]" }, uid: 0 };
    const platform = { cgroup: "0::/system.slice/platform.service\n" };
    proc.put(10, {
      ...holding,
      ...platform,
      role: "master",
      threads: { 10: [11] },
      cmdline: "m\0",
    });
    proc.put(11, { ...holding, ...platform, role: "worker", parent: 10, cmdline: "w\0" });
    const snapshot = await probe.look();
    expect({
      pids: snapshot.processes.map(({ id, signalRole, unit }) => [id.pid, signalRole, unit]),
      listeners: snapshot.listeners.map(({ inode, boundAs, place }) => [inode, boundAs, place]),
      places: snapshot.places.map(({ path, state }) => [path, state.kind]),
      memory: snapshot.memory,
      units: snapshot.unitLimits,
      configured: snapshot.configured,
      expected: snapshot.expected,
      root: snapshot.names.users.get(0),
    }).toEqual({
      pids: [
        [10, "master", "platform.service"],
        [11, "worker", "platform.service"],
      ],
      listeners: [[700, "app.sock", snapshot.places[0]?.key]],
      places: [[`${folder}/app.sock`, "absent"]],
      memory: [
        { pid: 10, memory: undefined },
        { pid: 11, memory: undefined },
      ],
      units: [{ unit: "platform.service", memoryMaxBytes: undefined }],
      configured: [],
      expected: [],
      root: "root",
    });
  });

  it("does not take the whole host for a group when pid 1 holds the listener", async () => {
    const { proc, probe } = fakeHost(30, ["/run/app.sock"]);
    const children = Array.from({ length: 30 }, (_, index) => 100 + index);
    proc.write("self/net/unix", unixTable(listenerRow(700, "/run/app.sock")));
    proc.put(1, {
      comm: "systemd",
      parent: 0,
      fds: { 9: "socket:[700]" },
      threads: { 1: children },
    });
    await probe.look();
    const { processes, memory } = await probe.look();
    expect(processes.map(({ id }) => id.pid)).toEqual([1]);
    expect(memory.map(({ pid }) => pid)).toEqual([1]);
  });

  it("is no longer blind in a network namespace that is gone", async () => {
    const { proc, probe } = fakeHost(1);
    const unix = listenerRow(700, "/run/app.sock");
    proc.put(10, { role: "master", netns: "net:[2]", unix, fds: { 5: "socket:[700]" } });
    const blind = async (): Promise<readonly string[]> => {
      return (await probe.look()).blind.map(({ what }) => what);
    };
    // the link leads nowhere, so nobody can enter
    expect(await blind()).toEqual(["bound-file"]);
    proc.remove(10);
    expect(await blind()).toEqual([]);
  });

  it("says that it cannot list the processes, and goes on", async () => {
    const roots = { procRoot: "/dev/null", cgroupRoot: "/dev/null" };
    const snapshot = await createProbe({ sockets: [], ...clocks, ...roots }).look();
    expect(snapshot.processes).toEqual([]);
    expect(snapshot.blind).toEqual([
      { what: "processes", reason: "ENOTDIR" },
      { what: "listeners", reason: "/dev/null/self/net/unix: ENOTDIR" },
    ]);
  });

  it("goes on when the files of its processes vanish between two looks", async () => {
    const { proc, probe } = fakeHost(3);
    proc.write("self/net/unix", unixTable(listenerRow(700, "/run/app.sock")));
    proc.put(10, { role: "master", fds: { 5: "socket:[700]" } });
    await probe.look();
    for (const name of ["status", "cgroup", "cmdline", "fd", "task", "root", "ns"]) {
      rmSync(`${proc.root}/10/${name}`, { recursive: true });
    }
    const { processes, listeners } = await probe.look();
    expect(processes.map(({ id, sockets }) => [id.pid, sockets])).toEqual([
      [10, { kind: "read", inodes: [] }],
    ]);
    expect(listeners).toEqual([]);
    expect(probe.failures.gone).toBeGreaterThan(3);
    expect(probe.failures.failed).toBe(0);
  });

  it("lets others run during the first look at many processes", async () => {
    const { proc } = fakeHost(300);
    const roots = { procRoot: proc.root, cgroupRoot: temporaryFolder() };
    let nowMs = 0;
    const probe = createProbe({
      sockets: [],
      wallMs: clocks.wallMs,
      // a slow host: every time the clock is asked, a millisecond has passed
      monotonicMs: () => (nowMs += 1),
      ...roots,
    });
    let turns = 0;
    let looking = true;
    function turn(): void {
      turns += 1;
      if (looking) setImmediate(turn);
    }
    setImmediate(turn);
    await probe.look();
    looking = false;
    expect(turns).toBeGreaterThan(20);
  });
});
