import { execFileSync, spawn, spawnSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { type Lock, type Locking, takeLock } from "../../../agent/act/lock.ts";
import { exitOf } from "../../support/program.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";
import { waitFor } from "../../support/wait.ts";

async function taken(path: string): Promise<Lock> {
  const locking = await takeLock(path);
  if (locking.kind !== "taken") throw new Error(JSON.stringify(locking));
  onTestFinished(() => locking.release());
  return locking;
}

/** Another process that takes the lock and keeps it until it is killed. */
async function holder(path: string) {
  const child = spawn("flock", ["--exclusive", path, "sh", "-c", "echo taken; exec sleep 1000"], {
    detached: true,
    stdio: ["ignore", "pipe", "inherit"],
  });
  const killAll = (): void => void process.kill(-(child.pid ?? process.pid), "SIGKILL");
  onTestFinished(() => {
    if (child.exitCode === null && child.signalCode === null) killAll();
  });
  await waitFor("the lock to be held", () => child.stdout.read() !== null);
  return { killAll };
}

/** Whether others would have to wait for it. */
function isHeld(path: string): boolean {
  return spawnSync("flock", ["--nonblock", path, "true"]).status !== 0;
}

describe("the lock", () => {
  it("is taken by one at a time, and free once it is released", async () => {
    const path = join(temporaryFolder("lock"), "state", "lock");
    const first = await taken(path);
    expect(await takeLock(path)).toEqual({ kind: "held", by: undefined });
    await first.release();
    const second = await taken(path);
    expect(second.kind).toBe("taken");
  });

  it("is a file of nobody else, and stays one", async () => {
    const path = join(temporaryFolder("lock"), "lock");
    await (await taken(path)).release();
    expect(statSync(path).mode & 0o777).toBe(0o600);
    const { ino } = statSync(path);
    await (await taken(path)).release();
    expect(statSync(path).ino).toBe(ino);
  });

  it("is waited for a moment", async () => {
    const path = join(temporaryFolder("lock"), "lock");
    const first = await taken(path);
    const second = taken(path);
    await waitFor("flock to wait for it", () => waitingFlocks() === 1);
    await first.release();
    expect((await second).kind).toBe("taken");
  });

  it("is held against a lock of another program", async () => {
    const path = join(temporaryFolder("lock"), "lock");
    const other = await holder(path);
    expect(await takeLock(path)).toEqual({ kind: "held", by: undefined });
    other.killAll();
    await waitFor("the lock to be free", async () => (await takeLock(path)).kind === "taken");
  });

  it("may be released twice without closing what was opened since", async () => {
    const folder = temporaryFolder("lock");
    const first = await taken(join(folder, "one"));
    await first.release();
    await taken(join(folder, "two"));
    await first.release();
    expect(isHeld(join(folder, "two"))).toBe(true);
  });

  it("leaves no process and no descriptor behind", async () => {
    const path = join(temporaryFolder("lock"), "lock");
    const lock = await taken(path);
    expect(children()).toEqual([]);
    await lock.release();
    expect(openFiles()).not.toContain(path);
    expect(await taken(path)).toMatchObject({ kind: "taken" });
  });

  it("is not inherited by children, which may outlive its holder", async () => {
    const path = join(temporaryFolder("lock"), "lock");
    const lock = await taken(path);
    const child = spawn("sleep", ["1000"], { stdio: "ignore" });
    onTestFinished(() => void child.kill("SIGKILL"));
    await waitFor("the child", () => comm(child.pid ?? 0) === "sleep");
    await lock.release();
    expect((await taken(path)).kind).toBe("taken");
  });

  it("is free once its holder is killed, with SIGKILL too", async () => {
    const path = join(temporaryFolder("lock"), "lock");
    const script = `
      import { takeLock } from ${JSON.stringify(bundle())};
      console.log((await takeLock(process.argv[1])).kind);
      setInterval(() => undefined, 1000);`;
    const parameters = ["--input-type=module", "-e", script, path];
    const child = spawn(process.execPath, parameters, { stdio: ["ignore", "pipe", "inherit"] });
    onTestFinished(() => void child.kill("SIGKILL"));
    const said = await waitFor("the lock", () => {
      const text: Buffer | null = child.stdout.read();
      return text?.toString().trim();
    });
    expect(said).toBe("taken");
    expect(isHeld(path)).toBe(true);
    child.kill("SIGKILL");
    await exitOf(child);
    expect((await taken(path)).kind).toBe("taken");
  });
});

describe("what stands at its path", () => {
  it.each([
    ["a symbolic link", (path: string) => symlinkSync("elsewhere", path)],
    ["a pipe", (path: string) => void execFileSync("mkfifo", [path])],
    ["a folder", (path: string) => mkdirSync(path)],
  ])("is not opened when it is %s", async (_, make) => {
    const folder = temporaryFolder("lock");
    const path = join(folder, "lock");
    make(path);
    expect(await takeLock(path)).toEqual({
      kind: "failed",
      why: `${path} is not a regular file`,
    });
    expect(existsSync(join(folder, "elsewhere"))).toBe(false);
  });

  it("may be no folder where the state should be", async () => {
    const folder = temporaryFolder("lock");
    writeFileSync(join(folder, "state"), "");
    const locking = await takeLock(join(folder, "state", "lock"));
    expect(locking).toMatchObject({ kind: "failed", why: expect.stringMatching(/ENOTDIR|EEXIST/) });
  });

  it("may not be replaced while it is being locked", async () => {
    const path = join(temporaryFolder("lock"), "lock");
    const first = await taken(path);
    const second = takeLock(path);
    await waitFor("flock to wait for it", () => waitingFlocks() === 1);
    renameSync(path, `${path}.old`);
    writeFileSync(path, "");
    await first.release();
    const why = `${path} was replaced while it was being locked`;
    expect(await second).toEqual({ kind: "failed", why });
  });
});

it("says what is missing where flock is not installed", async () => {
  const path = join(temporaryFolder("lock"), "lock");
  const before = process.env["PATH"];
  process.env["PATH"] = "/nowhere";
  let locking: Locking;
  try {
    locking = await takeLock(path);
  } finally {
    process.env["PATH"] = before;
  }
  expect(locking).toEqual({
    kind: "failed",
    why: "flock is not installed (package util-linux), and without a lock two agents could act at once",
  });
  expect(openFiles()).not.toContain(path);
});

it("fails when flock is ended from outside", async () => {
  const path = join(temporaryFolder("lock"), "lock");
  await taken(path);
  const second = takeLock(path);
  const [flock] = await waitFor("flock", () => waitingFlocks() === 1 && children());
  process.kill(flock ?? 0, "SIGKILL");
  expect(await second).toEqual({ kind: "failed", why: "flock was ended by SIGKILL" });
});

/** The lock alone in a file that plain Node can load. */
function bundle(): string {
  const out = join(temporaryFolder("lock"), "lock.mjs");
  const source = new URL("../../../agent/act/lock.ts", import.meta.url).pathname;
  const esbuild = new URL("../../../node_modules/.bin/esbuild", import.meta.url).pathname;
  const how = ["--bundle", "--platform=node", "--format=esm", "--log-level=error"];
  execFileSync(esbuild, [source, ...how, `--outfile=${out}`]);
  return out;
}

function children(): readonly number[] {
  const threads = readdirSync("/proc/self/task");
  const texts = threads.map((thread) => readFileSync(`/proc/self/task/${thread}/children`, "utf8"));
  return texts.flatMap((text) => text.split(" ").filter(Boolean).map(Number));
}

/** Children that have become flock, and wait in the kernel for the lock. */
function waitingFlocks(): number {
  return children().filter((pid) => {
    return comm(pid) === "flock" && readFileSync(`/proc/${pid}/stat`, "utf8").includes(") S ");
  }).length;
}

function comm(pid: number): string {
  return existsSync(`/proc/${pid}/comm`) ? readFileSync(`/proc/${pid}/comm`, "utf8").trim() : "";
}

function openFiles(): readonly string[] {
  return readdirSync("/proc/self/fd").flatMap((fd) => {
    try {
      return [readlinkSync(`/proc/self/fd/${fd}`)];
    } catch {
      return []; // the descriptor that listed them
    }
  });
}
