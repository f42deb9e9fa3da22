import { describe, expect, it } from "vitest";
import { createLineJoiner } from "../../../agent/probe/journal-lines.ts";

describe("pieces of a stream", () => {
  it.each([
    ["whole lines", ["a\nb\n"], ["a", "b"], false, 0],
    ["a line in three pieces", ["a", "b", "c\n"], ["abc"], false, 0],
    ["an empty line", ["\n"], [""], false, 0],
    ["a line without its end", ["a\nb"], ["a"], true, 0],
    ["a line as long as is kept", ["12345678\n"], ["12345678"], false, 0],
    ["a longer one between others", ["a\n123456789\nb\n"], ["a", "b"], false, 1],
    ["a longer one in pieces", ["12345", "6789", "0", "\nb\n"], ["b"], false, 1],
    ["a longer one without its end", ["a\n123456789", "0"], ["a"], true, 1],
    ["nothing", [], [], false, 0],
  ])("are put together: %s", (_, pieces, lines, torn, tooLong) => {
    const joiner = createLineJoiner(8);
    expect(pieces.flatMap((piece) => joiner.add(piece))).toEqual(lines);
    expect(joiner.torn()).toBe(torn);
    expect(joiner.tooLong()).toBe(tooLong);
  });
});
