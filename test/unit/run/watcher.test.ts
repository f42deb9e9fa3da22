import { once } from "node:events";
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { readdir } from "node:fs/promises";
import { createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { createWatcher, type Watcher } from "../../../agent/run/watcher.ts";

let folder: string;
let watcher: Watcher;
let seen: string[];
let failures: string[];

beforeEach(() => {
  folder = mkdtempSync(join(realpathSync(tmpdir()), "om-watch-"));
  seen = [];
  failures = [];
  watcher = createWatcher({
    changed: (path) => seen.push(path),
    failed: (reason) => failures.push(reason),
  });
});

afterEach(async () => {
  await watcher.close();
  rmSync(folder, { recursive: true, force: true });
  expect(failures).toEqual([]);
});

const soon = { timeout: 15_000, interval: 5 };

/** Follows these paths, and waits until the kernel watches their folders. */
async function follow(...paths: readonly string[]): Promise<void> {
  watcher.follow(paths);
  await vi.waitFor(() => {
    for (const path of paths) expect(inotifyInodes()).toContain(statSync(dirname(path)).ino);
  }, soon);
  for (const path of paths) await listed(dirname(path));
  seen.length = 0;
}

/**
 * A folder is watched first and listed then: what comes in between counts as there before. So this
 * takes some times as long as to list it does, however slow that is.
 */
async function listed(path: string): Promise<void> {
  await pause(50);
  for (let time = 0; time < 10; time += 1) await readdir(path);
}

/** Waits until this path was told of, and forgets what was. */
async function told(path: string): Promise<void> {
  await vi.waitFor(() => expect(seen).toContain(path), soon);
  // a second change of the same file within 50 ms would not be told of
  await pause(70);
  seen.length = 0;
}

async function listen(path: string): Promise<Server> {
  const server = createServer().listen(path);
  await once(server, "listening");
  return server;
}

async function close(server: Server): Promise<void> {
  server.close();
  await once(server, "close");
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** Inodes that this process has inotify watches on. */
function inotifyInodes(): readonly number[] {
  return readdirSync("/proc/self/fd").flatMap((fd) => {
    try {
      if (readlinkSync(`/proc/self/fd/${fd}`) !== "anon_inode:inotify") return [];
      const info = readFileSync(`/proc/self/fdinfo/${fd}`, "latin1");
      return [...info.matchAll(/^inotify wd:\S+ ino:([0-9a-f]+) /gm)].map((row) =>
        Number.parseInt(row[1] ?? "", 16),
      );
    } catch {
      return []; // the descriptor that lists the folder is closed by now
    }
  });
}

it("tells of a socket that is bound, and of another that takes its place", async () => {
  const path = `${folder}/app.sock`;
  await follow(path);
  const first = await listen(path);
  await told(path);
  rmSync(path);
  const second = await listen(path);
  await told(path);
  await close(first);
  await close(second);
});

it("tells of a socket that is unlinked", async () => {
  const path = `${folder}/app.sock`;
  const server = await listen(path);
  await follow(path);
  await close(server);
  await told(path);
});

it("tells of a pidfile that is written, rewritten, renamed over and removed", async () => {
  const path = `${folder}/gunicorn.pid`;
  await follow(path);
  writeFileSync(path, "1\n");
  await told(path);
  writeFileSync(path, "12345\n");
  await told(path);
  writeFileSync(`${path}.new`, "2\n");
  renameSync(`${path}.new`, path);
  await told(path);
  rmSync(path);
  await told(path);
});

it("tells of nothing else in the folder", async () => {
  const path = `${folder}/app.sock`;
  await follow(path);
  writeFileSync(`${folder}/unrelated`, "");
  mkdirSync(`${folder}/app.sock.d`);
  writeFileSync(`${folder}/app.sock.d/app.sock`, "");
  writeFileSync(path, "");
  await vi.waitFor(() => expect(seen).toContain(path), soon);
  expect(new Set(seen)).toEqual(new Set([path]));
});

it("tells no more of a path that is not followed any longer", async () => {
  const old = `${folder}/old.sock`;
  const next = `${folder}/next.sock`;
  await follow(old);
  await follow(next);
  writeFileSync(old, "");
  writeFileSync(next, "");
  await vi.waitFor(() => expect(seen).toContain(next), soon);
  expect(seen).not.toContain(old);
});

it("watches no longer a folder in which nothing is followed any more", async () => {
  mkdirSync(`${folder}/one`);
  mkdirSync(`${folder}/other`);
  await follow(`${folder}/one/app.sock`);
  await follow(`${folder}/other/app.sock`);
  const { ino } = statSync(`${folder}/one`);
  await vi.waitFor(() => expect(inotifyInodes()).not.toContain(ino), soon);
});

it("watches a folder that is made later from the next call on", async () => {
  const path = `${folder}/later/app.sock`;
  watcher.follow([path]);
  mkdirSync(`${folder}/later`);
  await follow(path);
  writeFileSync(path, "");
  await told(path);
});

it.each([1, 3])(
  "watches a folder again that was removed and made again, %d times",
  async (times) => {
    const path = `${folder}/run/app.sock`;
    mkdirSync(`${folder}/run`);
    await follow(path);
    for (let time = 0; time < times; time += 1) {
      rmSync(`${folder}/run`, { recursive: true });
      mkdirSync(`${folder}/run`);
      await follow(path);
      writeFileSync(path, "");
      await told(path);
    }
  },
);

it("watches a folder that another one was renamed over", async () => {
  const path = `${folder}/run/app.sock`;
  mkdirSync(`${folder}/run`);
  await follow(path);
  mkdirSync(`${folder}/next`);
  renameSync(`${folder}/next`, `${folder}/run`);
  await follow(path);
  writeFileSync(path, "");
  await told(path);
});

it("follows two names of one folder", async () => {
  mkdirSync(`${folder}/real`);
  symlinkSync("real", `${folder}/link`);
  await follow(`${folder}/real/app.sock`, `${folder}/link/app.sock`);
  writeFileSync(`${folder}/real/app.sock`, "");
  await told(`${folder}/link/app.sock`);
});

it("follows a path that is written in a roundabout way", async () => {
  mkdirSync(`${folder}/sub`);
  await follow(`${folder}/sub/../app.sock`);
  writeFileSync(`${folder}/app.sock`, "");
  await told(`${folder}/app.sock`);
});

it("goes on when a folder cannot be looked at", async () => {
  symlinkSync("loop", `${folder}/loop`);
  const path = `${folder}/app.sock`;
  watcher.follow([`${folder}/loop/app.sock`, path]);
  await vi.waitFor(() => expect(inotifyInodes()).toContain(statSync(folder).ino), soon);
  await listed(folder);
  writeFileSync(path, "");
  await told(path);
});

it("leaves nothing open when it is closed", async () => {
  await follow(`${folder}/app.sock`);
  const { ino } = statSync(folder);
  await watcher.close();
  await vi.waitFor(() => expect(inotifyInodes()).not.toContain(ino), soon);
  writeFileSync(`${folder}/app.sock`, "");
  await pause(50);
  expect(seen).toEqual([]);
});
