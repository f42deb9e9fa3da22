import { describe, expect, it } from "vitest";
import { bootOf, isCursor, sameEntry } from "../../../agent/parse/journal-cursor.ts";

const boot = "5b7d9af496ba41508f60a299fba26aa1";
const own = `b=${boot};m=301e083c0;t=660e15f2aac36;x=602be81ba456a591`;
const cursor = `s=8b22ba077090490dbb9cb3dc867947ec;i=32;${own}`;

describe("two cursors", () => {
  it.each([
    ["the same text", cursor, cursor, true],
    ["the entry moved to another file", cursor, `s=0000;i=1;${own}`, true],
    ["another checksum", cursor, `${cursor.slice(0, -1)}2`, false],
    ["another time", cursor, cursor.replace("m=301", "m=302"), false],
    ["texts of no known form, equal", "a", "a", true],
    ["texts of no known form, different", "a", "b", false],
    ["one of a known form", cursor, "b", false],
  ])("%s: the same entry or not", (_, one, other, same) => {
    expect(sameEntry(one, other)).toBe(same);
    expect(sameEntry(other, one)).toBe(same);
  });
});

describe("the boot of a cursor", () => {
  it.each([
    ["is in it", cursor, boot],
    ["is not known where its form is another", "s=1;i=2", undefined],
  ])("%s", (_, text, bootId) => {
    expect(bootOf(text)).toBe(bootId);
  });
});

describe("a text", () => {
  it.each([
    ["that journalctl gave", cursor, true],
    ["that is empty", "", false],
    ["with a blank", "s=1; i=2", false],
    ["with a newline", "s=1\ni=2", false],
    ["that is longer than any cursor", "s".repeat(513), false],
  ])("may be a cursor or not: one %s", (_, text, may) => {
    expect(isCursor(text)).toBe(may);
  });
});
