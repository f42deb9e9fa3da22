import * as fc from "fast-check";
import { expect, it } from "vitest";
import { socketInode } from "../../../agent/parse/fd-link.ts";
import { anyText } from "./any-text.ts";

it.each([
  ["a socket", "socket:[19664]", 19_664],
  ["the largest inode", "socket:[4294967295]", 4_294_967_295],
  ["none: a pipe", "pipe:[19663]", undefined],
  ["none: a deleted file", "/tmp/wgunicorn-n4iip1xy (deleted)", undefined],
  ["none: a file that ends like a socket", "/tmp/socket:[1]", undefined],
  ["none: a tail", "socket:[1] (deleted)", undefined],
  ["none: a newline", "socket:[1]\n", undefined],
  ["none: no number", "socket:[]", undefined],
  ["none: a number no double holds", "socket:[9007199254740993]", undefined],
  ["none: nothing", "", undefined],
])("finds %s", (_, link, inode) => {
  expect(socketInode(link)).toBe(inode);
});

it("never throws", () => {
  fc.assert(
    fc.property(anyText, (link) => {
      expect(() => socketInode(link)).not.toThrow();
    }),
  );
});
