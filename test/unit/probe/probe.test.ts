import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { readdirSync, renameSync } from "node:fs";
import { createServer, type Server } from "node:net";
import { describe, expect, it, onTestFinished } from "vitest";
import { socketAt } from "../../../agent/model/settings-defaults.ts";
import type { Listener, Snapshot } from "../../../agent/model/snapshot.ts";
import { createProbe, type Probe } from "../../../agent/probe/probe.ts";
import { temporaryFolder } from "./fake-proc.ts";

const clocks = { wallMs: () => Date.now(), monotonicMs: () => performance.now() };

function realProbe(...paths: readonly string[]): Probe {
  const sockets = paths.map(socketAt);
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

// a look reads what all processes are: on a busy host each may take seconds
describe("on this host", { timeout: 30_000 }, () => {
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
    const socket = { ...socketAt(`${folder}/app.sock`), pidfile };
    const roots = { procRoot: "/proc", cgroupRoot: "/sys/fs/cgroup" };
    const { pidfiles } = await createProbe({ sockets: [socket], ...clocks, ...roots }).look();
    expect(pidfiles.map(({ problem }) => problem)).toEqual(["unreadable"]);
  });
});
