import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import {
  copyWhole,
  hashOf,
  hashOfText,
  isSameFile,
  putFile,
  putLink,
  standing,
  takeEmptyFolder,
  takeFile,
  takeLink,
} from "../../../agent/act/put-files.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";

describe("a file that is put in place", () => {
  it("is whole, with its mode whatever the umask, and nothing is left beside it", async () => {
    const folder = temporaryFolder("put");
    const path = join(folder, "system", "platform.service");
    const before = process.umask(0o077);
    try {
      await putFile(path, "[Unit]\n", 0o644);
    } finally {
      process.umask(before);
    }
    expect(readFileSync(path, "utf8")).toBe("[Unit]\n");
    expect(lstatSync(path).mode & 0o7777).toBe(0o644);
    expect(readdirSync(join(folder, "system"))).toEqual(["platform.service"]);
    expect(await hashOf(path)).toBe(await hashOfText("[Unit]\n"));
  });

  it("leaves what stood there, and nothing else, where it cannot be written", async () => {
    const folder = temporaryFolder("put");
    const path = join(folder, "platform.service");
    // a folder is never replaced by a file
    mkdirSync(path);
    await expect(putFile(path, "x", 0o644)).rejects.toThrow(/EISDIR|ENOTEMPTY|EEXIST/);
    expect(readdirSync(folder)).toEqual(["platform.service"]);
  });
});

describe("a copy", () => {
  it("has the text, the mode and the time of its original", async () => {
    const folder = temporaryFolder("put");
    const [from, to] = [join(folder, "init"), join(folder, "kept/etc/init.d/init")];
    writeFileSync(from, "#!/bin/sh\n");
    chmodSync(from, 0o755);
    utimesSync(from, 1_000, 2_000);
    await copyWhole(from, to);
    expect(await isSameFile(from, to)).toBe(true);
    expect(lstatSync(to).mode & 0o7777).toBe(0o755);
    expect(lstatSync(to).mtimeMs).toBe(2_000_000);
  });

  it("of a link is the link, not what it leads to", async () => {
    const folder = temporaryFolder("put");
    symlinkSync("nowhere", join(folder, "link"));
    await copyWhole(join(folder, "link"), join(folder, "copy"));
    expect(readlinkSync(join(folder, "copy"))).toBe("nowhere");
    expect(await isSameFile(join(folder, "link"), join(folder, "copy"))).toBe(true);
  });

  it.each([
    ["a folder", (path: string) => mkdirSync(path)],
    ["nothing", () => undefined],
  ])("of %s is refused, and leaves nothing", async (_, make) => {
    const folder = temporaryFolder("put");
    make(join(folder, "from"));
    await expect(copyWhole(join(folder, "from"), join(folder, "to"))).rejects.toThrow(/from/);
    expect(existsSync(join(folder, "to"))).toBe(false);
  });
});

describe("a link", () => {
  it("is made once, and taken away only where it leads", async () => {
    const folder = temporaryFolder("put");
    const path = join(folder, "rc2.d", "S01platform");
    await putLink(path, "../init.d/platform");
    await putLink(path, "../init.d/platform");
    expect(readlinkSync(path)).toBe("../init.d/platform");
    expect(await takeLink(path, "../init.d/other")).toBe(false);
    expect(await standing(path)).toBe("link");
    expect(await takeLink(path, "../init.d/platform")).toBe(true);
    expect(await standing(path)).toBe("nothing");
  });

  it("does not replace what stands there", async () => {
    const folder = temporaryFolder("put");
    const path = join(folder, "S01platform");
    writeFileSync(path, "somebody's");
    await expect(putLink(path, "../init.d/platform")).rejects.toThrow(/EEXIST/);
    expect(readFileSync(path, "utf8")).toBe("somebody's");
  });
});

it("takes a file that is gone for taken", async () => {
  const folder = temporaryFolder("put");
  await takeFile(join(folder, "gone"));
  expect(await standing(join(folder, "gone", "below"))).toBe("nothing");
});

it("removes a folder only where nothing is in it", async () => {
  const folder = temporaryFolder("put");
  const path = join(folder, "platform.service.d");
  mkdirSync(path);
  writeFileSync(join(path, "own.conf"), "");
  await takeEmptyFolder(path);
  expect(await standing(path)).toBe("other");
  await takeFile(join(path, "own.conf"));
  await takeEmptyFolder(path);
  await takeEmptyFolder(path);
  expect(await standing(path)).toBe("nothing");
});
