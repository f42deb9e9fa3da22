import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { writePidfile } from "../../../agent/act/pidfile-repair.ts";
import { requireReal } from "../../support/require-real.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";

const wanted = { mode: 0o644, stillWanted: () => true };

describe("a pidfile", () => {
  it("is written where none stands, as gunicorn writes it, whatever the umask", async () => {
    const folder = temporaryFolder("pidfile");
    const path = join(folder, "gunicorn.pid");
    const before = process.umask(0o077);
    try {
      expect(await writePidfile(path, 4_242, wanted)).toEqual({ kind: "done" });
    } finally {
      process.umask(before);
    }
    expect(readFileSync(path, "utf8")).toBe("4242\n");
    expect(statSync(path).mode & 0o7777).toBe(0o644);
    expect(readdirSync(folder)).toEqual(["gunicorn.pid"]);
  });

  it.each([
    ["names a dead process", "99999\n"],
    ["is empty", ""],
    ["is no number", "garbage"],
  ])("takes the place of one that %s", async (_, text) => {
    const folder = temporaryFolder("pidfile");
    const path = join(folder, "gunicorn.pid");
    writeFileSync(path, text);
    expect(await writePidfile(path, 4_242, wanted)).toEqual({ kind: "done" });
    expect(readFileSync(path, "utf8")).toBe("4242\n");
    expect(readdirSync(folder)).toEqual(["gunicorn.pid"]);
  });

  it("in a folder of a name that is no ASCII", async () => {
    const folder = join(temporaryFolder("pidfile"), "bücher");
    mkdirSync(folder);
    expect(await writePidfile(join(folder, "ü.pid"), 4_242, wanted)).toEqual({ kind: "done" });
    expect(readdirSync(folder)).toEqual(["ü.pid"]);
  });
});

describe("nothing is written, and nothing left behind,", () => {
  const meanwhile = "another pidfile was written meanwhile";

  it.each([
    ["where none stood", undefined],
    ["where one stood", "99999\n"],
  ])("when it is needed no more, %s", async (_, text) => {
    const folder = temporaryFolder("pidfile");
    const path = join(folder, "gunicorn.pid");
    if (text !== undefined) writeFileSync(path, text);
    const done = await writePidfile(path, 4_242, { mode: 0o644, stillWanted: () => false });
    expect(done).toMatchObject({ kind: "failed", why: expect.stringMatching(/no longer needed/) });
    expect(readdirSync(folder)).toEqual(text === undefined ? [] : ["gunicorn.pid"]);
  });

  it.each([
    ["appears where none stood", undefined],
    ["takes the place of the one that stood", "99999\n"],
  ])("when gunicorn's own %s in the last moment", async (_, text) => {
    const folder = temporaryFolder("pidfile");
    const path = join(folder, "gunicorn.pid");
    if (text !== undefined) writeFileSync(path, text);
    const stillWanted = (): boolean => {
      // as Pidfile.create does
      writeFileSync(join(folder, "new"), "777\n");
      renameSync(join(folder, "new"), path);
      return true;
    };
    const done = await writePidfile(path, 4_242, { mode: 0o644, stillWanted });
    expect(done).toEqual({ kind: "failed", why: meanwhile });
    expect(readFileSync(path, "utf8")).toBe("777\n");
    expect(readdirSync(folder)).toEqual(["gunicorn.pid"]);
  });

  it("when one that stood is written anew in place", async () => {
    const path = join(temporaryFolder("pidfile"), "gunicorn.pid");
    writeFileSync(path, "99999\n");
    const stillWanted = (): boolean => (writeFileSync(path, "777\n"), true);
    const done = await writePidfile(path, 4_242, { mode: 0o644, stillWanted });
    expect(done).toEqual({ kind: "failed", why: meanwhile });
    expect(readFileSync(path, "utf8")).toBe("777\n");
  });

  it("when the last look fails", async () => {
    const folder = temporaryFolder("pidfile");
    const stillWanted = (): boolean => {
      throw new Error("no look");
    };
    const path = join(folder, "gunicorn.pid");
    const done = await writePidfile(path, 4_242, { mode: 0o644, stillWanted });
    expect(done).toEqual({ kind: "failed", why: "no look" });
    expect(readdirSync(folder)).toEqual([]);
  });

  it.each([
    ["a symbolic link", (path: string) => symlinkSync("elsewhere", path)],
    ["a folder", (path: string) => mkdirSync(path)],
    ["a pipe", (path: string) => void execFileSync("mkfifo", [path])],
  ])("where %s stands", async (_, make) => {
    const folder = temporaryFolder("pidfile");
    make(join(folder, "gunicorn.pid"));
    expect(await writePidfile(join(folder, "gunicorn.pid"), 4_242, wanted)).toEqual({
      kind: "failed",
      why: "what stands there is no regular file",
    });
    expect(readdirSync(folder)).toEqual(["gunicorn.pid"]);
  });

  it("in a folder from which the master could not remove it", async () => {
    const folder = temporaryFolder("pidfile");
    chmodSync(folder, 0o1777);
    expect(await writePidfile(join(folder, "gunicorn.pid"), 4_242, wanted)).toMatchObject({
      kind: "failed",
      why: expect.stringMatching(/sticky/),
    });
    expect(readdirSync(folder)).toEqual([]);
  });

  it("in a folder that is not there", async () => {
    const path = join(temporaryFolder("pidfile"), "none", "gunicorn.pid");
    expect(await writePidfile(path, 4_242, wanted)).toEqual({ kind: "gone" });
  });

  it.each([0, 1, -5, 2.5, Number.NaN])("for the pid %s", async (pid) => {
    const path = join(temporaryFolder("pidfile"), "gunicorn.pid");
    expect(await writePidfile(path, pid, wanted)).toMatchObject({ kind: "failed" });
    expect(existsSync(path)).toBe(false);
  });

  it("at a path that is written for people", async () => {
    const done = await writePidfile("/run/a\\xff/gunicorn.pid", 4_242, wanted);
    expect(done).toMatchObject({ kind: "failed", why: expect.stringMatching(/escaped/) });
  });

  it("in a folder of others", async (context) => {
    requireReal(context, "root");
    const folder = temporaryFolder("pidfile");
    chmodSync(folder, 0o755);
    process.seteuid?.(65_534);
    try {
      const done = await writePidfile(join(folder, "gunicorn.pid"), 4_242, wanted);
      expect(done).toEqual({ kind: "denied", why: "EACCES" });
    } finally {
      process.seteuid?.(0);
    }
  });

  it("on a full disk", async (context) => {
    requireReal(context, "root");
    const folder = temporaryFolder("pidfile");
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=4k,mode=755", "tmpfs", folder]);
    onTestFinished(() => void execFileSync("umount", [folder]));
    writeFileSync(join(folder, "full"), Buffer.alloc(4_096));
    const done = await writePidfile(join(folder, "gunicorn.pid"), 4_242, wanted);
    expect(done).toEqual({ kind: "failed", why: "ENOSPC" });
    expect(readdirSync(folder)).toEqual(["full"]);
  });
});
