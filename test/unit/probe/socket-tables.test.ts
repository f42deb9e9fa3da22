import { rmSync } from "node:fs";
import { expect, it } from "vitest";
import type { Viewer } from "../../../agent/probe/socket-tables.ts";
import { listenerRow, unixTable } from "./fake-proc.ts";
import { looker } from "./looker.ts";

const own: ReadonlyMap<string, readonly Viewer[]> = new Map([["net:[1]", ["self"]]]);

function setUp() {
  const { proc, tables, log } = looker();
  return {
    proc,
    log,
    tables,
    rows: (...names: readonly string[]) => {
      const lines = names.map((name, index) => listenerRow(700 + index, name));
      proc.write("self/net/unix", unixTable(lines.join("")));
    },
    readOwn() {
      const { tables: read, blind } = tables.read(own);
      if (read[0] === undefined || read.length > 1) throw new Error("not one table");
      return { table: read[0], blind };
    },
  };
}

it("gives the listeners by inode and by the last component of their names", () => {
  const { rows, readOwn } = setUp();
  rows("/run/a/app.sock", "app.sock", "@abstract", "a b.sock");
  expect(readOwn()).toEqual({
    table: {
      netns: "net:[1]",
      viewer: "self",
      rows: new Map([
        [700, { inode: 700, name: "/run/a/app.sock" }],
        [701, { inode: 701, name: "app.sock" }],
        [702, { inode: 702, name: "@abstract" }],
        [703, { inode: 703, name: "a b.sock" }],
      ]),
      byBasename: new Map([
        ["app.sock", [700, 701]],
        ["@abstract", [702]],
        ["a b.sock", [703]],
      ]),
    },
    blind: [],
  });
});

it("is the same object while the listeners are the same, whatever else comes and goes", () => {
  const { proc, rows, readOwn } = setUp();
  rows("app.sock");
  const { table } = readOwn();
  const connection = "00000000c0ffee00: 00000003 00000000 00000000 0001 03 900 app.sock\n";
  proc.write("self/net/unix", unixTable(connection + listenerRow(700, "app.sock")));
  expect(readOwn().table).toBe(table);
  rows("app.sock", "app.sock");
  expect(readOwn().table).not.toBe(table);
  rows("app.sock");
  const again = readOwn().table;
  expect(again).not.toBe(table);
  expect(again).toEqual(table);
});

it("counts rows that are none, once a change", () => {
  const { proc, readOwn, log } = setUp();
  const odd = "odd 00010000 0001 01 900 x\n";
  proc.write("self/net/unix", unixTable(odd + listenerRow(700, "app.sock")));
  expect([...readOwn().table.rows.keys()]).toEqual([700]);
  expect(log.totals).toEqual({ gone: 0, denied: 0, malformed: 1, failed: 0 });
});

it("reads every namespace through its viewer", () => {
  const { proc, rows, tables } = setUp();
  rows("app.sock");
  proc.put(10, { netns: "net:[2]", unix: listenerRow(800, "app.sock") });
  const read = tables.read(new Map([...own, ["net:[2]", [10]]]));
  expect(read.tables.map(({ netns, viewer, rows: { size } }) => [netns, viewer, size])).toEqual([
    ["net:[1]", "self", 1],
    ["net:[2]", 10, 1],
  ]);
  expect([...(read.tables[1]?.rows.keys() ?? [])]).toEqual([800]);
});

it("is read through the first viewer that has not left", () => {
  const { proc, tables } = setUp();
  proc.put(10, { netns: "net:[2]" });
  proc.put(11, { netns: "net:[2]", unix: listenerRow(800, "app.sock") });
  const { tables: read, blind } = tables.read(new Map([["net:[2]", [9, 10, 11, 12]]]));
  expect(blind).toEqual([]);
  expect(read.map(({ viewer, rows: { size } }) => [viewer, size])).toEqual([[11, 1]]);
});

it("of a namespace whose last viewer has left is empty, which is no blindness", () => {
  const { tables } = setUp();
  const { tables: read, blind } = tables.read(new Map([["net:[2]", [98, 99]]]));
  expect(blind).toEqual([]);
  expect(read.map(({ netns, rows: { size } }) => [netns, size])).toEqual([["net:[2]", 0]]);
});

it("that the agent cannot read is a blind spot", () => {
  const { proc, readOwn, log } = setUp();
  const path = `${proc.root}/self/net/unix`;
  rmSync(path);
  expect(readOwn()).toEqual({
    table: { netns: "net:[1]", viewer: "self", rows: new Map(), byBasename: new Map() },
    blind: [{ what: "listeners", reason: `${path}: ENOENT` }],
  });
  expect(log.totals).toEqual({ gone: 1, denied: 0, malformed: 0, failed: 0 });
});
