import { describe, expect, it } from "vitest";
import { hasSameListeners } from "../../../agent/parse/net-unix.ts";
import { bytes, row } from "./unix-table.ts";

describe("telling that the listeners are the same as before", () => {
  const known = new Map([
    [41, "a.sock"],
    [42, "b.sock"],
  ]);
  const connection = "0000000000000000: 00000003 00000000 00000000 0001 03    99 a.sock";

  it.each([
    ["the same rows", [row(41, "a.sock"), row(42, "b.sock")], true],
    [
      "the same rows among other connections",
      [row(41, "a.sock"), connection, row(42, "b.sock")],
      true,
    ],
    ["the same rows in another order", [row(42, "b.sock"), row(41, "a.sock")], true],
    ["one row less", [row(41, "a.sock")], false],
    ["one row more", [row(41, "a.sock"), row(42, "b.sock"), row(43, "c.sock")], false],
    ["another row instead", [row(41, "a.sock"), row(43, "c.sock")], false],
    [
      "a forged row beside the real ones",
      [row(41, "a.sock"), row(42, "b.sock"), row(41, "x")],
      false,
    ],
    ["nothing", [], false],
  ])("%s", (_, lines, same) => {
    expect(hasSameListeners(bytes(...lines), known)).toBe(same);
  });

  it("a mark at the very end, without an inode, is another row", () => {
    const cut = Buffer.from("0: 00000002 00000000 00010000 0001 01 ", "latin1");
    expect(hasSameListeners(cut, new Map([[41, "a.sock"]]))).toBe(false);
  });
});
