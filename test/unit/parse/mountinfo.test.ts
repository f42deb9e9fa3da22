import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { mountOf, parseMountinfo, type Mount } from "../../../agent/parse/mountinfo.ts";
import { anyText } from "./any-text.ts";
import { fixtureText } from "./fixture.ts";

function mount(mountPoint: string, minor = 0): Mount {
  return { mountPoint, major: 0, minor, fsType: "tmpfs", options: ["rw"] };
}

const good = "63 43 0:39 / /tmp/sk rw,relatime - tmpfs tmpfs rw,size=1k";
const goodMount: Mount = {
  mountPoint: "/tmp/sk",
  major: 0,
  minor: 39,
  fsType: "tmpfs",
  options: ["rw", "size=1k"],
};

describe("parseMountinfo", () => {
  it("reads blanks, tabs, newlines and backslashes in names, and an overlay", () => {
    const { mounts, malformed } = parseMountinfo(fixtureText("mountinfo/stacked.txt"));
    expect(malformed).toBe(0);
    expect(mounts).toHaveLength(24);
    expect(mounts[0]).toEqual({
      mountPoint: "/",
      major: 254,
      minor: 0,
      fsType: "ext4",
      options: ["rw", "discard", "resv_strict", "resuid=65534", "resgid=65534"],
    });
    expect(mounts.slice(-4)).toEqual([
      { ...mount("/tmp/sk/a b", 40), options: ["rw", "size=1024k"] },
      mount("/tmp/sk/t\tn\nl\\#", 41),
      {
        ...mount("/tmp/sk/m", 42),
        fsType: "overlay",
        options: ["rw", "lowerdir=/tmp/sk/l", "upperdir=/tmp/sk/u", "workdir=/tmp/sk/w", "uuid=on"],
      },
      mount("/tmp/sk/a b", 44),
    ]);
  });

  it.each([
    ["no optional field", good],
    ["one optional field", good.replace(" - ", " shared:1 - ")],
    ["two optional fields", good.replace(" - ", " shared:1 master:2 - ")],
  ])("reads a mount with %s", (_, line) => {
    expect(parseMountinfo(line)).toEqual({ mounts: [goodMount], malformed: 0 });
  });

  it("reads a mount without a source and one whose source is called -", () => {
    const lines = [good.replace("tmpfs tmpfs", "tmpfs "), good.replace("tmpfs tmpfs", "tmpfs -")];
    expect(parseMountinfo(lines.join("\n"))).toEqual({
      mounts: [goodMount, goodMount],
      malformed: 0,
    });
  });

  it.each([
    ["no separator", good.replace(" - ", " ")],
    ["no options", "63 43 0:39 / /tmp/sk rw,relatime - tmpfs tmpfs"],
    ["no file system", "63 43 0:39 / /tmp/sk rw,relatime -"],
    ["no device", good.replace("0:39", "tmpfs")],
    ["a major that no double holds", good.replace("0:39", "9007199254740993:0")],
    ["a minor that no double holds", good.replace("0:39", "0:9007199254740993")],
    ["a relative mount point", good.replace("/tmp/sk", "tmp/sk")],
    ["one word", "x"],
  ])("counts a line with %s and keeps its neighbours", (_, line) => {
    expect(parseMountinfo(`${good}\n${line}\n${good}\n`)).toEqual({
      mounts: [goodMount, goodMount],
      malformed: 1,
    });
  });

  it("reads nothing in nothing", () => {
    expect(parseMountinfo("")).toEqual({ mounts: [], malformed: 0 });
  });

  it("finds a mount among garbage", () => {
    fc.assert(
      fc.property(anyText, anyText, (before, after) => {
        const { mounts } = parseMountinfo(`${before}\n${good}\n${after}`);
        expect(mounts).toContainEqual(goodMount);
      }),
    );
  });

  it("never throws", () => {
    const garbage = fc.oneof(
      anyText,
      fc
        .array(fc.constantFrom("1", "0:1", "/", "-", "\\04", "\\777", "rw"))
        .map((w) => w.join(" ")),
    );
    fc.assert(
      fc.property(garbage, (text) => {
        expect(() => parseMountinfo(text)).not.toThrow();
      }),
    );
  });
});

describe("mountOf", () => {
  it("finds the mount of a path, the topmost of two at one point", () => {
    const { mounts } = parseMountinfo(fixtureText("mountinfo/stacked.txt"));
    expect(mountOf("/tmp/sk/a b/x.sock", mounts)).toEqual(mount("/tmp/sk/a b", 44));
    expect(mountOf("/tmp/sk/x.sock", mounts)).toEqual(mount("/tmp/sk", 39));
    expect(mountOf("/srv/x.sock", mounts)?.fsType).toBe("ext4");
  });

  it("finds it where the root was mounted after others, as an initramfs does", () => {
    const { mounts } = parseMountinfo(fixtureText("mountinfo/initramfs-order.txt"));
    expect(mountOf("/dev/shm/x.sock", mounts)).toMatchObject({ minor: 27 });
    expect(mountOf("/srv/x.sock", mounts)).toMatchObject({ mountPoint: "/", major: 254 });
  });

  it.each([
    ["is the path itself", "/run/a", "/run/a"],
    ["is its parent", "/run/a/b", "/run/a"],
    ["only starts alike", "/run/ab", "/"],
    ["is the root", "/x", "/"],
  ])("compares by component: the mount point %s", (_, path, mountPoint) => {
    const mounts = [mount("/run/a"), mount("/")];
    expect(mountOf(path, mounts)).toEqual(mount(mountPoint));
  });

  it("finds none for a relative path or without mounts", () => {
    expect(mountOf("x", [mount("/")])).toBeUndefined();
    expect(mountOf("/x", [])).toBeUndefined();
  });
});
