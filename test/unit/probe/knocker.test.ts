import { rmSync, statSync } from "node:fs";
import { createServer } from "node:net";
import { once } from "node:events";
import { spawn } from "node:child_process";
import { describe, expect, it, onTestFinished } from "vitest";
import type { Place } from "../../../agent/model/place.ts";
import { createFailureLog } from "../../../agent/probe/failures.ts";
import { createKnocker } from "../../../agent/probe/knocker.ts";
import type { BindingCache } from "../../../agent/probe/binding-cache.ts";
import type { SocketTable } from "../../../agent/probe/socket-tables.ts";
import { temporaryFolder } from "./fake-proc.ts";

function placeOf(path: string): Place {
  const { dev: device, ino: inode } = statSync(path, { throwIfNoEntry: false }) ?? {
    dev: 1,
    ino: 1,
  };
  const file = { device, inode, mode: "0770", uid: 0, gid: 0, mountDevice: undefined };
  return { key: path, path, reachablePath: path, state: { kind: "socket", file } };
}

const tables = [{ netns: "net:[1]" } as SocketTable];

/** A knocker in a host where these inodes are known to be bound. */
function setUp(around: { bound?: readonly number[]; blind?: boolean } = {}) {
  const log = createFailureLog();
  const clock = { nowMs: 0 };
  const bindings = {
    blind: () => (around.blind === true ? [{ what: "bound-file", reason: "no ss" }] : []),
    boundTo: (_: string, inode: number) => (around.bound?.includes(inode) === true ? [7] : []),
  } as unknown as BindingCache;
  const knocker = createKnocker(log, () => clock.nowMs);
  async function knock(...places: readonly Place[]) {
    const heard = await knocker.knock(places, tables, bindings);
    return heard.map(({ state }) => (state.kind === "socket" ? state.knock : state.kind));
  }
  return { knock, clock, failures: log.totals };
}

async function listening(): Promise<{ readonly path: string; knocks(): number }> {
  const path = `${temporaryFolder()}/app.sock`;
  let knocks = 0;
  const server = createServer(() => (knocks += 1)).listen(path);
  onTestFinished(() => void server.close());
  await once(server, "listening");
  return { path, knocks: () => knocks };
}

/** A socket file whose server was killed. */
async function leftOver(): Promise<string> {
  const path = `${temporaryFolder()}/app.sock`;
  const script = `require("net").createServer().listen(${JSON.stringify(path)},()=>console.log(1))`;
  const child = spawn(process.execPath, ["-e", script], { stdio: ["ignore", "pipe", "inherit"] });
  await once(child.stdout, "data");
  child.kill("SIGKILL");
  await once(child, "exit");
  return path;
}

describe("a socket file that no listener in sight is bound to", () => {
  it("is listened at when a connection comes about", async () => {
    const { path } = await listening();
    expect(await setUp().knock(placeOf(path))).toEqual([{ kind: "answered" }]);
  });

  it("is left over when a connection is refused", async () => {
    expect(await setUp().knock(placeOf(await leftOver()))).toEqual([{ kind: "refused" }]);
  });

  it("is asked again only after a minute, or when another file stands there", async () => {
    const { path, knocks } = await listening();
    const { knock, clock } = setUp();
    const place = placeOf(path);
    for (const atMs of [0, 1_000, 59_999, 60_000]) {
      clock.nowMs = atMs;
      await knock(place);
    }
    expect(knocks()).toBe(2);
    const { file } = place.state as Extract<Place["state"], { kind: "socket" }>;
    await knock({ ...place, state: { kind: "socket", file: { ...file, inode: 99 } } });
    expect(knocks()).toBe(3);
  });

  it("that has left meanwhile is told as before", async () => {
    const path = await leftOver();
    const place = placeOf(path);
    rmSync(path);
    expect(await setUp().knock(place)).toEqual([undefined]);
  });

  it.each([
    ["too long to connect to", `/${"x".repeat(107)}`, "its name is too long to connect to"],
    ["of bytes that are no UTF-8", "/run/\xff.sock", "its name is no UTF-8"],
  ])("with a name %s is not heard", async (_, path, why) => {
    expect(await setUp().knock(placeOf(path))).toEqual([{ kind: "unheard", why }]);
  });

  it("that cannot be connected to is not heard, and counted", async () => {
    const { knock, failures } = setUp();
    // ENOTDIR, which is no answer of a socket
    const place = { ...placeOf("/run/a"), reachablePath: `${await leftOver()}/app.sock` };
    expect(await knock(place)).toEqual([{ kind: "unheard", why: "ENOTDIR" }]);
    expect(failures).toMatchObject({ failed: 1 });
  });
});

describe("nobody is disturbed", () => {
  it("where a listener in sight is bound to the file", async () => {
    const { path, knocks } = await listening();
    const place = placeOf(path);
    const bound = [statSync(path).ino % 2 ** 32];
    expect(await setUp({ bound }).knock(place)).toEqual([undefined]);
    expect(knocks()).toBe(0);
  });

  it("where it is not known which file a listener is bound to", async () => {
    const { path, knocks } = await listening();
    expect(await setUp({ blind: true }).knock(placeOf(path))).toEqual([undefined]);
    expect(knocks()).toBe(0);
  });

  it("where no socket stands", async () => {
    const place: Place = { ...placeOf("/run/a"), state: { kind: "absent" } };
    expect(await setUp().knock(place)).toEqual(["absent"]);
  });
});
