import { spawn } from "node:child_process";
import { once } from "node:events";
import {
  linkSync,
  mkdirSync,
  readdirSync,
  readlinkSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { setImmediate as turn } from "node:timers/promises";
import { describe, expect, it, onTestFinished } from "vitest";
import { createHands } from "../../../agent/act/hands.ts";
import type { PinnedFolder } from "../../../agent/act/parts.ts";
import { createPathGuard, type PathGuard } from "../../../agent/act/path-guard.ts";
import { pinFolder } from "../../../agent/act/pinned-folder.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";
import { realEyes, seenBy } from "../probe/eyes-helpers.ts";
import { createFakeHost } from "./fake-host.ts";

const SECOND = ".app.sock.onemaster-49";

function pinned(path: string): PinnedFolder {
  const folder = pinFolder(path);
  if (folder === undefined) throw new Error(`${path} is not to be opened`);
  onTestFinished(() => folder.close());
  return folder;
}

/** Makes a socket that this process listens on. */
async function listenAt(
  path: string,
): Promise<{ readonly device: number; readonly inode: number }> {
  const server = createServer((socket) => void socket.end()).listen(path);
  onTestFinished(() => void server.close());
  await once(server, "listening");
  const { dev: device, ino: inode } = statSync(path);
  return { device, inode };
}

function descriptors(): number {
  return readdirSync("/proc/self/fd").length;
}

describe("an open directory", () => {
  it("is looked at without following links", async () => {
    const path = temporaryFolder("pin");
    const file = await listenAt(join(path, "app.sock"));
    symlinkSync("app.sock", join(path, SECOND));
    writeFileSync(join(path, "file"), "");
    const folder = pinned(path);
    const { dev, ino } = statSync(path);
    expect(folder).toMatchObject({ device: dev, inode: ino });
    expect(folder.look("app.sock")).toEqual({ kind: "socket", ...file });
    expect(folder.look(SECOND)).toEqual({ kind: "other" });
    expect(folder.look("file")).toEqual({ kind: "other" });
    expect(folder.look("none")).toEqual({ kind: "absent" });
    expect(folder.look("n".repeat(300))).toEqual({ kind: "unreadable", why: "ENAMETOOLONG" });
  });

  it("stays the same when its path names another", () => {
    const base = temporaryFolder("pin");
    mkdirSync(join(base, "run"));
    const folder = pinned(join(base, "run"));
    renameSync(join(base, "run"), join(base, "old"));
    mkdirSync(join(base, "run"));
    writeFileSync(join(base, "run", "file"), "");
    writeFileSync(join(base, "old", "first"), "");
    expect(folder.look("file")).toEqual({ kind: "absent" });
    expect(createHands().link(folder.at("first"), folder.at("second"))).toEqual({ kind: "done" });
    expect(readdirSync(join(base, "old"))).toEqual(["first", "second"]);
    expect(readdirSync(join(base, "run"))).toEqual(["file"]);
  });

  it("is none where the last part is a link, a file or nothing, and nothing stays open", () => {
    const base = temporaryFolder("pin");
    symlinkSync(base, join(base, "link"));
    writeFileSync(join(base, "file"), "");
    const before = descriptors();
    for (const name of ["link", "file", "none"]) {
      expect(pinFolder(join(base, name))).toBeUndefined();
    }
    expect(descriptors()).toBe(before);
  });

  it("has no other directories' names, and none once it is closed", () => {
    const before = descriptors();
    const folder = pinned(temporaryFolder("pin"));
    for (const name of ["..", ".", "", "a/b", "../b"]) {
      expect(() => folder.at(name)).toThrow("is no name in a directory");
    }
    folder.close();
    folder.close();
    expect(descriptors()).toBe(before);
    expect(() => folder.look("file")).toThrow("closed");
  });
});

describe("a lost path whose directory is swapped", () => {
  /** A guard of `run/app.sock`, which this process serves, pinned before anybody swaps. */
  async function guarded(base: string): Promise<{ folder: PinnedFolder; guard: PathGuard }> {
    for (const name of ["run", "other", "rootonly"]) mkdirSync(join(base, name));
    const live = join(base, "run", "app.sock");
    const file = await listenAt(live);
    for (const name of ["run", "other"]) linkSync(live, join(base, name, SECOND));
    symlinkSync(join(base, "rootonly"), join(base, "leading"));
    rmSync(live);
    const { eyes } = realEyes();
    const [listenerInode = 0] = eyes.sockets(process.pid) ?? [];
    const owner = { master: seenBy(eyes, process.pid).id, listenerInode };
    const plan = { ...createFakeHost().plan, socket: live, file, owner };
    const folder = pinned(join(base, "run"));
    const rescue = { folder, live: "app.sock", second: SECOND };
    return { folder, guard: createPathGuard(plan, { eyes, hands: createHands() }, () => rescue) };
  }

  it("is put back where it was and nowhere else, even where all looks as planned", async () => {
    const base = temporaryFolder("pin");
    const { guard } = await guarded(base);
    renameSync(join(base, "run"), join(base, "old"));
    renameSync(join(base, "other"), join(base, "run"));
    expect(guard.look()).toEqual({ kind: "restored" });
    expect(guard.look()).toMatchObject({ kind: "taken", why: expect.stringMatching(/its file/) });
    expect(readdirSync(join(base, "old"))).toEqual([SECOND, "app.sock"]);
    expect(readdirSync(join(base, "run"))).toEqual([SECOND]);
  });

  it("is never put into another directory by whoever swaps them all the time", async () => {
    const base = temporaryFolder("pin");
    const { folder, guard } = await guarded(base);
    const swap = [
      "import ctypes",
      "rename = ctypes.CDLL(None).renameat2",
      "while True:",
      "    rename(-100, b'run', -100, b'other', 2)",
      "    rename(-100, b'run', -100, b'leading', 2)",
    ].join("\n");
    const child = spawn("python3", ["-c", swap], { cwd: base, stdio: "ignore" });
    onTestFinished(() => void child.kill("SIGKILL"));
    await once(child, "spawn");
    for (const end = Date.now() + 2_500; Date.now() < end; await turn()) {
      guard.look();
      rmSync(folder.at("app.sock"), { force: true });
    }
    const exited = once(child, "exit");
    child.kill("SIGKILL");
    await exited;
    expect(guard.restored()).toBeGreaterThan(10);
    expect(readdirSync(join(base, "rootonly"))).toEqual([]);
    const folders = ["run", "other", "leading"].map((name) => join(base, name));
    const swapped = folders.filter((path) => statSync(path).ino !== folder.inode);
    const seen = swapped.map((path) => [readlinkOf(path), readdirSync(path)]);
    expect(seen).toHaveLength(2);
    expect(seen).toContainEqual([undefined, [SECOND]]);
    expect(seen).toContainEqual([join(base, "rootonly"), []]);
  });
});

function readlinkOf(path: string): string | undefined {
  try {
    return readlinkSync(path);
  } catch {
    return undefined;
  }
}
