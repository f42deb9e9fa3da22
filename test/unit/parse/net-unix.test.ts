import * as fc from "fast-check";
import { expect, it } from "vitest";
import { parseListeners } from "../../../agent/parse/net-unix.ts";
import { fixtureBytes } from "./fixture.ts";
import { bytes, row } from "./unix-table.ts";
import { bytesOf, garbageOf } from "./hostile-input.ts";

it("finds two masters that bound the same relative name", () => {
  expect(parseListeners(fixtureBytes("net-unix/two-masters.txt"))).toEqual({
    rows: [
      { inode: 19766, name: "sampleplatform.sock" },
      { inode: 20524, name: "sampleplatform.sock" },
    ],
    malformed: 0,
  });
});

it("reads every name as it was bound, and no socket that does not listen", () => {
  expect(parseListeners(fixtureBytes("net-unix/sockets.txt"))).toEqual({
    rows: [
      { inode: 20098, name: "/dev/shm/sk/tmp.sock" },
      { inode: 20085, name: "sampleplatform.sock" }, // its file was replaced
      { inode: 20086, name: "sampleplatform.sock2" }, // its file was renamed
      { inode: 20087, name: "sampleplatform.sock" },
      { inode: 20088, name: "/tmp/sk/app/abs.sock" },
      { inode: 20089, name: "a b.sock" },
      { inode: 20090, name: "line\nbreak.sock" },
      { inode: 20091, name: "tab\there" },
      { inode: 20092, name: "@x" }, // a file
      { inode: 20099, name: " lead" },
      { inode: 20100, name: "trail " },
      { inode: 20101, name: "back\\slash" },
      { inode: 20102, name: "L".repeat(107) },
      { inode: 20103, name: "uml\xc3\xa4ut.sock" },
      { inode: 20104, name: "ends with newline\n" },
      { inode: 20105, name: "q 12 * 0 <-> ino:5 dev:0/1" },
      { inode: 20093, name: "@abstract" },
      { inode: 20106, name: "@14ca0" },
      { inode: 20094, name: "@abs@tract two" },
    ],
    malformed: 0,
  });
});

it("takes forged rows for hints, but never lets one replace a row", () => {
  expect(parseListeners(fixtureBytes("net-unix/forged.txt"))).toEqual({
    rows: [
      { inode: 21120, name: "/tmp/sk/app/shop.sock", contested: true },
      { inode: 21127, name: "/tmp/sk/app/last.sock" },
      {
        inode: 21125,
        name: "@f\nu_str LISTEN 0 5 /tmp/sk/app/shop.sock 21120 * 0 <-> ino:5 dev:0/57 peers:\n",
      },
      { inode: 21126, name: "@f 21120 * 0 <-> ino:5 dev:0/57\n" },
      { inode: 21123, name: "@x" }, // the row it forges claims inode 21120 a second time
      { inode: 21124, name: "@f\nu_str LISTEN 0 5 /run/z 777777 * 0 <-> ino:5 dev:0/57" },
      { inode: 21122, name: "@x" },
      { inode: 777777, name: "/run/shop.sock" }, // cannot be told from a real one
      { inode: 21121, name: "@x\n0: 2 0 10000 1 1 777777 /run/shop.sock" },
    ],
    malformed: 1,
  });
});

it("keeps names that are not UTF-8, a character a byte", () => {
  const name = "\xff\xfe.sock";
  expect(parseListeners(bytes(row(10104, name)))).toEqual({
    rows: [{ inode: 10104, name }],
    malformed: 0,
  });
});

it.each([
  ["a connection", row(1, "a.sock", "00000000 0001 03")],
  ["a connection that waits to be accepted", row(0, "a.sock", "00000000 0001 02")],
  ["a seqpacket listener", row(1, "a.sock", "00010000 0005 01")],
  ["a datagram socket", row(1, "a.sock", "00000000 0002 01")],
  ["a bound socket that does not listen", row(1, "a.sock", "00000000 0001 01")],
  [
    "a connection whose name holds a listener's columns",
    row(1, "x 00010000 0001 01 7 y", "00000000 0001 03"),
  ],
])("passes over %s", (_, line) => {
  const good = row(42, "good.sock");
  expect(parseListeners(bytes(line, good))).toEqual({
    rows: [{ inode: 42, name: "good.sock" }],
    malformed: 0,
  });
});

it.each([
  ["short columns", "0: 2 0 00010000 0001 01 777777 /run/shop.sock"],
  ["small letters in the columns", row(1, "a.sock").replace("00000002", "0000000a")],
  ["no address", row(1, "a.sock").replace("000000005b28b18a", "")],
  ["something before the address", `x${row(1, "a.sock")}`],
  ["no inode", row("x", "a.sock")],
])("counts a row with %s and keeps its neighbours", (_, line) => {
  // the connection before it is no listener, so it is not the continuation of a listener's name
  const lines = [
    row(41, "before.sock"),
    row(1, "x", "00000000 0001 03"),
    line,
    row(42, "after.sock"),
  ];
  expect(parseListeners(bytes(...lines))).toEqual({
    rows: [
      { inode: 41, name: "before.sock" },
      { inode: 42, name: "after.sock" },
    ],
    malformed: 1,
  });
});

it("reads a row whose address the kernel hides", () => {
  const hidden = row(7, "a.sock").replace("000000005b28b18a", "(____ptrval____)");
  expect(parseListeners(bytes(hidden))).toEqual({
    rows: [{ inode: 7, name: "a.sock" }],
    malformed: 0,
  });
});

it.each([
  ["inode 0, which no listener has", row(0, "a.sock")],
  ["an inode beyond what a double holds", row("9007199254740993", "a.sock")],
  ["no name", row(9, "").trimEnd()],
  ["an empty name", row(9, "")],
])("counts a listener with %s and keeps its neighbours", (_, line) => {
  expect(parseListeners(bytes(row(41, "before.sock"), line, row(42, "after.sock")))).toEqual({
    rows: [
      { inode: 41, name: "before.sock" },
      { inode: 42, name: "after.sock" },
    ],
    malformed: 1,
  });
});

it.each([
  ["another name, of which one is forged", "forged.sock", { contested: true }],
  ["the same name", "before.sock", {}],
])("keeps the first of two rows that claim one socket with %s", (_, name, mark) => {
  expect(
    parseListeners(bytes(row(41, "before.sock"), row(41, name), row(42, "after.sock"))),
  ).toEqual({
    rows: [
      { inode: 41, name: "before.sock", ...mark },
      { inode: 42, name: "after.sock" },
    ],
    malformed: 1,
  });
});

it("reads a name that starts with a newline", () => {
  expect(parseListeners(bytes(row(7, ""), "a.sock", row(8, "b.sock")))).toEqual({
    rows: [
      { inode: 7, name: "\na.sock" },
      { inode: 8, name: "b.sock" },
    ],
    malformed: 0,
  });
});

it("reads a last row without a newline", () => {
  expect(parseListeners(Buffer.from(row(7, "a.sock"), "latin1"))).toEqual({
    rows: [{ inode: 7, name: "a.sock" }],
    malformed: 0,
  });
});

it("continues no name beyond the 108 bytes that a name can have", () => {
  const lines = [row(7, "a.sock"), "y".repeat(101), row(8, "b.sock"), "y".repeat(102)];
  expect(parseListeners(bytes(...lines))).toEqual({
    rows: [
      { inode: 7, name: `a.sock\n${"y".repeat(101)}` },
      { inode: 8, name: "b.sock" },
    ],
    malformed: 0,
  });
});

it("drops the continuation of a row that does not listen", () => {
  const lines = [row(7, "a", "00000000 0001 03"), "more of a", row(8, "b.sock")];
  expect(parseListeners(bytes(...lines))).toEqual({
    rows: [{ inode: 8, name: "b.sock" }],
    malformed: 0,
  });
});

it("reads nothing in nothing", () => {
  expect(parseListeners(Buffer.alloc(0))).toEqual({ rows: [], malformed: 0 });
  expect(parseListeners(bytes())).toEqual({ rows: [], malformed: 0 });
});

const garbage = garbageOf([
  " 00010000 0001 01 ",
  row(5, "x"),
  row(6, "y", "00000000 0001 03"),
  "\n",
  " ",
  "7",
]);

it("never throws", () => {
  fc.assert(
    fc.property(bytesOf(garbage), (input) => {
      expect(() => parseListeners(input)).not.toThrow();
    }),
  );
});

it("finds a row among garbage", () => {
  fc.assert(
    fc.property(garbage, garbage, (before, after) => {
      const input = bytes(before, row(424242, "good.sock"), row(3, "", "00000000 0001 03"), after);
      expect(parseListeners(input).rows).toContainEqual({ inode: 424242, name: "good.sock" });
    }),
  );
});
