import { assert, json, oneof, property, string } from "fast-check";
import { describe, expect, it } from "vitest";
import { parseJournalEntry } from "../../../agent/parse/journal-entry.ts";
import { fixtureBytes } from "./fixture.ts";

/** What real journalctls printed for the entries that a program sent on purpose. */
function trapsOf(release: string): readonly string[] {
  return fixtureBytes(`journal/traps-${release}.jsonl`).toString("utf8").trimEnd().split("\n");
}

const cursor = "s=1;i=2;b=3;m=4;t=5;x=6";
const bootId = "5b7d9af496ba41508f60a299fba26aa1";
const address = {
  __CURSOR: cursor,
  __REALTIME_TIMESTAMP: "1795370940804150",
  __MONOTONIC_TIMESTAMP: "12916392896",
  _BOOT_ID: bootId,
};

function lineWith(fields: Readonly<Record<string, unknown>>): string {
  return JSON.stringify({ ...fields, ...address });
}

describe.each(["bookworm", "trixie"])("entries as journalctl of %s prints them", (release) => {
  it.each([
    ["plain text", 0, "plain"],
    ["a control character, which comes as bytes", 1, "esc \u001b[31mred"],
    ["what is no UTF-8, which comes as bytes", 2, "invalid \ufffd\ufffd utf8"],
    ["a newline and a tab", 3, "new\nline\tand tab"],
    ["a value too long for journalctl, which comes as null", 4, undefined],
    ["the longest that journalctl prints", 5, "y".repeat(4_087)],
    ["one character more than that", 6, undefined],
    ["an entry without a message", 7, undefined],
    ["two messages, of which the first counts", 9, "first"],
    ["two messages as bytes, of which the first counts", 10, "esc \u001b"],
    ["an empty message", 12, ""],
    ["characters beyond ASCII", 13, "umlaut \u00e4\u{1f600}"],
  ])("reads %s", (_, index, message) => {
    const entry = parseJournalEntry(trapsOf(release)[index] ?? "");
    expect(entry?.message).toBe(message);
    expect(entry?.fields.get("_UID")).toBe("0");
  });

  it.each([
    ["a field that stands twice: the first value", 8, "start"],
    ["a repeated field of which the first value is too long: none", 11, undefined],
    ["a field of an entry without a message", 7, "no message"],
  ])("reads %s", (_, index, value) => {
    const entry = parseJournalEntry(trapsOf(release)[index] ?? "");
    expect(entry?.fields.get("JOB_TYPE")).toBe(value);
  });

  it("takes none of a line that was torn", () => {
    const line = trapsOf(release)[0] ?? "";
    for (let length = 0; length < line.length; length += 1) {
      expect(parseJournalEntry(line.slice(0, length))).toBeUndefined();
    }
    expect(parseJournalEntry(line)).toBeDefined();
  });
});

describe("the time of an entry", () => {
  it.each([
    ["its sender's", { _SOURCE_REALTIME_TIMESTAMP: "1795370940803009" }, 1_795_370_940_803],
    ["that of its receipt where the sender's is missing", {}, 1_795_370_940_804],
    [
      "that of its receipt where the sender's is no number",
      { _SOURCE_REALTIME_TIMESTAMP: "soon" },
      1_795_370_940_804,
    ],
  ])("is %s", (_, fields, atMs) => {
    expect(parseJournalEntry(lineWith(fields))).toEqual({
      cursor,
      atMs,
      monotonicMs: 12_916_392,
      bootId,
      message: undefined,
      fields: new Map(),
    });
  });
});

describe("what is no entry", () => {
  it.each([
    ["an empty line", ""],
    ["a remark of journalctl", "-- No entries --"],
    ["another JSON value", "12"],
    ["null", "null"],
    ...Object.keys(address).map((name): [string, string] => [
      `an entry without ${name}`,
      JSON.stringify({ ...address, [name]: undefined }),
    ]),
    ["a time beyond what numbers hold", lineWith({}).replace("1795370940804150", "9".repeat(20))],
  ])("is %s", (_, line) => {
    expect(parseJournalEntry(line)).toBeUndefined();
  });
});

describe("a value that is neither text nor bytes", () => {
  it.each([
    ["a number", 7],
    ["an object", { a: "b" }],
    ["an array of what are no bytes", [300, -1]],
    ["an array of arrays of what are no bytes", [[1.5]]],
    ["a list of bytes with text among them", [1, "a"]],
  ])("is left out: %s", (_, value) => {
    expect(parseJournalEntry(lineWith({ UNIT: value }))?.fields.has("UNIT")).toBe(false);
  });
});

it("is read or refused, never thrown at", () => {
  assert(
    property(oneof(string(), json()), (line) => {
      expect(() => parseJournalEntry(line)).not.toThrow();
    }),
  );
});
