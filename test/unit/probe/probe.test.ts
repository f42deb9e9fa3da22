import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { readdirSync, renameSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:net";
import { describe, expect, it, onTestFinished } from "vitest";
import type { Listener, Snapshot } from "../../../agent/model/snapshot.ts";
import { createProbe, type Probe } from "../../../agent/probe/probe.ts";
import { fakeProc, listenerRow, temporaryFolder, unixTable } from "./fake-proc.ts";

const clocks = { wallMs: () => Date.now(), monotonicMs: () => performance.now() };

function realProbe(...paths: readonly string[]): Probe {
  const sockets = paths.map((path) => ({ path, unit: undefined, pidfile: undefined }));
  return createProbe({ sockets, ...clocks, procRoot: "/proc", cgroupRoot: "/sys/fs/cgroup" });
}

async function listen(path: string): Promise<Server> {
  const server = createServer().listen(path);
  await once(server, "listening");
  onTestFinished(() => void server.close());
  return server;
}

function listenersAt({ places, listeners }: Snapshot, path: string): readonly Listener[] {
  const key = places.find((place) => place.path === path)?.key;
  return listeners.filter(({ place }) => place !== undefined && place === key);
}

/** What a snapshot says of one path: the listeners there, and who holds them. */
function at(snapshot: Snapshot, path: string) {
  const place = snapshot.places.find((one) => one.path === path);
  const listeners = listenersAt(snapshot, path);
  const holders = snapshot.processes.flatMap(({ id, sockets }) => {
    const held = sockets.kind === "read" ? sockets.inodes : [];
    return listeners.some(({ inode }) => held.includes(inode)) ? [id.pid] : [];
  });
  return {
    state: place?.state.kind,
    boundAs: listeners.map(({ boundAs }) => boundAs),
    bindings: listeners.map(({ binding }) => binding.kind),
    holders,
  };
}

describe("on this host", () => {
  it.each([
    ["an ordinary path", "app.sock"],
    ["a path with blanks", "my app.sock"],
    ["a path that is no ASCII", "größe \u{1d11e}.sock"],
  ])("sees a server that is no gunicorn at %s", async (_, name) => {
    const path = `${temporaryFolder()}/${name}`;
    const probe = realProbe(path);
    expect(at(await probe.look(), path)).toEqual({
      state: "absent",
      boundAs: [],
      bindings: [],
      holders: [],
    });
    await listen(path);
    expect(at(await probe.look(), path)).toEqual({
      state: "socket",
      boundAs: [path],
      bindings: ["file"],
      holders: [process.pid],
    });
  });

  it("sees the server leave, and another one come", async () => {
    const path = `${temporaryFolder()}/app.sock`;
    const probe = realProbe(path);
    const server = await listen(path);
    const first = listenersAt(await probe.look(), path);
    server.close();
    await once(server, "close");
    expect(at(await probe.look(), path).state).toBe("absent");
    await listen(path);
    const after = await probe.look();
    expect(at(after, path)).toMatchObject({ state: "socket", holders: [process.pid] });
    expect(listenersAt(after, path)[0]?.inode).not.toBe(first[0]?.inode);
  });

  it("sees two listeners at a path of which the first has lost its file", async () => {
    const path = `${temporaryFolder()}/app.sock`;
    const probe = realProbe(path);
    await listen(path);
    renameSync(path, `${path}.old`); // as when somebody unlinks it; closing would unlink the new one
    await listen(path);
    const snapshot = await probe.look();
    const place = snapshot.places.find((one) => one.path === path);
    if (place?.state.kind !== "socket") throw new Error("no socket");
    const { inode } = place.state.file;
    const owners = listenersAt(snapshot, path).filter(({ binding }) => {
      return binding.kind === "file" && binding.file.inode32 === inode % 2 ** 32;
    });
    expect(at(snapshot, path)).toEqual({
      state: "socket",
      boundAs: [path, path],
      bindings: ["file", "file"],
      holders: [process.pid],
    });
    expect(owners).toHaveLength(1);
  });

  it("leaves no descriptor open in 200 looks, and gives the same facts each time", async () => {
    const path = `${temporaryFolder()}/app.sock`;
    await listen(path);
    const probe = realProbe(path);
    const first = await probe.look();
    const before = readdirSync("/proc/self/fd").length;
    let last = first;
    for (let look = 0; look < 200; look += 1) last = await probe.look();
    expect(readdirSync("/proc/self/fd")).toHaveLength(before);
    expect(at(last, path)).toEqual(at(first, path));
    expect(last.bootTimeMs).toBe(first.bootTimeMs);
    expect(Object.keys(probe.failures)).toEqual(["gone", "denied", "malformed", "failed"]);
  });

  it("does not hang on a pidfile that is a pipe", async () => {
    const folder = temporaryFolder();
    const pidfile = `${folder}/gunicorn.pid`;
    execFileSync("mkfifo", [pidfile]);
    const socket = { path: `${folder}/app.sock`, unit: undefined, pidfile };
    const roots = { procRoot: "/proc", cgroupRoot: "/sys/fs/cgroup" };
    const { pidfiles } = await createProbe({ sockets: [socket], ...clocks, ...roots }).look();
    expect(pidfiles.map(({ problem }) => problem)).toEqual(["unreadable"]);
  });
});

describe("on a host of its own", () => {
  function fakeHost(processes: number, paths: readonly string[] = []) {
    const proc = fakeProc();
    proc.put(1, { comm: "systemd", parent: 0 });
    for (let pid = 100; pid < 100 + processes; pid += 1)
      proc.put(pid, { fds: { 3: "socket:[1]" } });
    const sockets = paths.map((path) => ({ path, unit: undefined, pidfile: undefined }));
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
