import * as fc from "fast-check";
import { expect, it } from "vitest";
import type { Binding } from "../../../agent/model/listener.ts";
import { parseSsBindings } from "../../../agent/parse/ss.ts";
import { fixtureBytes } from "./fixture.ts";
import { bytesOf, garbageOf } from "./hostile-input.ts";

/** A file on device 254:0, where st_dev is 65024, as on the recording host. */
function file(inode32: number, deviceMajor = 254, deviceMinor = 0): Binding {
  return { kind: "file", file: { inode32, deviceMajor, deviceMinor } };
}

const none: Binding = { kind: "none" };
const noNetlink: Binding = {
  kind: "unknown",
  why: "ss could not use netlink, which alone tells the bound file",
};
const disagreement: Binding = {
  kind: "unknown",
  why: "ss printed two different answers for this socket",
};
const noStart: Binding = { kind: "unknown", why: "the start of ss's row is missing" };
const noFile: Binding = {
  kind: "unknown",
  why: "ss named no file for a name that is not abstract",
};
const outOfRange: Binding = {
  kind: "unknown",
  why: "ss printed an inode or a device out of range",
};

function parse(...lines: string[]): ReturnType<typeof parseSsBindings> {
  return parseSsBindings(Buffer.from(lines.map((line) => `${line}\n`).join(""), "latin1"));
}

function listener(name: string, inode: number | string, rest: string): string {
  return `u_str LISTEN 0      2048       ${name} ${inode} * 0${rest}`;
}

it("tells the files of two masters apart that bound the same relative name", () => {
  expect(parseSsBindings(fixtureBytes("ss/two-masters.txt"))).toEqual({
    bindings: new Map([
      [19766, file(2156768)],
      [20524, file(2156769)],
    ]),
    malformed: 0,
  });
});

it("reads every stream listener, whatever its name", () => {
  expect(parseSsBindings(fixtureBytes("ss/sockets.txt"))).toEqual({
    bindings: new Map([
      [20098, file(9, 0, 27)], // tmpfs
      [20085, file(2187847)],
      [20086, file(2187848)],
      [20087, file(2187849)], // with a connection that waits
      [20088, file(2187850)],
      [20089, file(2187851)],
      [20090, file(2187852)], // with a newline
      [20091, file(2187853)],
      [20092, file(2187854)], // a file named @x
      [20099, file(2187858)],
      [20100, file(2187859)],
      [20101, file(2187860)],
      [20102, file(2187861)],
      [20103, file(2187862)],
      [20104, file(2187863)], // ends with a newline
      [20105, file(2187865)], // named like the last columns of a row
      [20093, none],
      [20106, none],
      [20094, none],
    ]),
    malformed: 0,
  });
});

it("knows nothing of a socket for which somebody forged another answer", () => {
  expect(parseSsBindings(fixtureBytes("ss/forged.txt"))).toEqual({
    bindings: new Map([
      [21120, disagreement],
      [21127, file(2187866)],
      [21125, noStart], // the forger's own
      [21126, noStart],
      [21123, none],
      [21124, noFile], // two starts, one of them not abstract
      [21122, none],
      [21121, none],
    ]),
    malformed: 6,
  });
});

it.each([
  ["ordinary and odd names", "sockets-no-netlink", 0],
  ["forged rows", "forged-no-netlink", 0],
])("knows no file at all without netlink: %s", (_, name, malformed) => {
  const found = parseSsBindings(fixtureBytes(`ss/${name}.txt`));
  expect(found.malformed).toBe(malformed);
  expect(found.bindings.size).toBeGreaterThan(8);
  for (const binding of found.bindings.values()) expect(binding).toEqual(noNetlink);
});

it("reads a name that is not UTF-8", () => {
  const row = listener("\xff\xfe.sock", 10104, " <-> ino:2171330 dev:0/65024 peers:      ");
  expect(parse(row)).toEqual({ bindings: new Map([[10104, file(2171330)]]), malformed: 0 });
});

// P/Q as ss prints them: st_dev is Q + P * 2^20
it.each([
  ["a virtual disk, 254:0", "0/65024", 254, 0],
  ["a loop device, 7:0", "0/1792", 7, 0],
  ["a partition of a disk, 8:17", "0/2065", 8, 17],
  ["tmpfs with a small number, 0:57", "0/57", 0, 57],
  ["tmpfs with a number above 255, 0:300", "1/44", 0, 300],
  ["an NVMe partition with a large minor, 259:65537", "256/66305", 259, 65537],
  ["the largest numbers of the kernel", "4095/1048575", 4095, 1_048_575],
])("decodes the device of %s", (_, printed, major, minor) => {
  const row = listener("a.sock", 7, ` <-> ino:4294967295 dev:${printed} peers:`);
  expect(parse(row)).toEqual({
    bindings: new Map([[7, file(4_294_967_295, major, minor)]]),
    malformed: 0,
  });
});

it.each([
  ["an inode over 32 bits", "ino:4294967296 dev:0/65024"],
  ["an inode no double holds", "ino:99999999999999999999 dev:0/65024"],
  ["a major over 12 bits", "ino:1 dev:4096/65024"],
  ["a major no double holds", "ino:1 dev:99999999999999999999/65024"],
  ["a minor over 20 bits", "ino:1 dev:0/1048576"],
  ["a minor no double holds", "ino:1 dev:0/99999999999999999999"],
])("knows nothing of a socket with %s", (_, answer) => {
  expect(parse(listener("a.sock", 7, ` <-> ${answer} peers:`))).toEqual({
    bindings: new Map([[7, outOfRange]]),
    malformed: 1,
  });
});

it.each([
  ["only reading", "-->", 0],
  ["only writing", "<--", 0],
  ["both", "---", 0],
])("reads a listener that was shut down for %s", (_, marks, malformed) => {
  const row = listener("a.sock", 7, ` ${marks} ino:1 dev:0/65024 peers:`);
  expect(parse(row)).toEqual({ bindings: new Map([[7, file(1)]]), malformed });
});

it("does not take a file's name without a file for bound to nothing", () => {
  expect(parse(listener("/run/a.sock", 7, " <-> peers:"))).toEqual({
    bindings: new Map([[7, noFile]]),
    malformed: 1,
  });
});

it.each([
  ["the same file twice", "ino:1 dev:0/65024", "ino:1 dev:0/65024", file(1), 0],
  ["two inodes", "ino:1 dev:0/65024", "ino:2 dev:0/65024", disagreement, 1],
  ["two majors", "ino:1 dev:0/65024", "ino:1 dev:0/64768", disagreement, 1],
  ["two minors", "ino:1 dev:0/65024", "ino:1 dev:0/65025", disagreement, 1],
])("compares two answers for one socket: %s", (_, one, other, binding, malformed) => {
  const rows = [one, other].map((answer) => listener("a.sock", 7, ` <-> ${answer} peers:`));
  expect(parse(...rows)).toEqual({ bindings: new Map([[7, binding]]), malformed });
});

it("counts a row whose socket inode is beyond what a double holds", () => {
  const rows = [
    listener("a.sock", "99999999999999999999", " <-> ino:1 dev:0/65024 peers:"),
    listener("b.sock", 8, " <-> ino:2 dev:0/65024 peers:"),
  ];
  expect(parse(...rows)).toEqual({ bindings: new Map([[8, file(2)]]), malformed: 1 });
});

it("keeps the neighbours of a row that lost its end", () => {
  const rows = [
    listener("a.sock", 7, " <-> ino:1 dev:0/65024 peers:"),
    "u_str LISTEN 0      2048       b.so",
    listener("c.sock", 9, " <-> ino:3 dev:0/65024 peers:"),
    "u_str LISTEN 0      2048       d.so",
  ];
  expect(parse(...rows)).toEqual({
    bindings: new Map([
      [7, file(1)],
      [9, file(3)],
    ]),
    malformed: 2,
  });
});

it("counts a line before the first row, such as the header of ss without -H", () => {
  const rows = [
    "Netid State  Recv-Q Send-Q",
    listener("a.sock", 7, " <-> ino:1 dev:0/65024 peers:"),
  ];
  expect(parse(...rows)).toEqual({ bindings: new Map([[7, file(1)]]), malformed: 1 });
});

it("reads nothing in nothing", () => {
  expect(parse()).toEqual({ bindings: new Map(), malformed: 0 });
});

const garbage = garbageOf([
  "u_str LISTEN 0 5 ",
  "@x",
  "\n",
  " 7 * 0 <-> ",
  "ino:1 dev:0/2 ",
  "peers: 4",
]);

it("never throws", () => {
  fc.assert(
    fc.property(bytesOf(garbage), (input) => {
      expect(() => parseSsBindings(input)).not.toThrow();
    }),
  );
});

it("finds a row among garbage", () => {
  const row = listener("good.sock", 424242, " <-> ino:1 dev:0/65024 peers: 5 6");
  fc.assert(
    fc.property(garbage, garbage, (before, after) => {
      const { bindings } = parse(before, row, after);
      expect(bindings.get(424242)).toEqual(file(1));
    }),
  );
});
