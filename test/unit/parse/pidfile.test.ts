import * as fc from "fast-check";
import { expect, it } from "vitest";
import { parsePidfile } from "../../../agent/parse/pidfile.ts";
import { anyTextUpTo } from "./any-text.ts";

it.each([
  ["what gunicorn writes", "10067\n", 10_067],
  ["no newline", "10067", 10_067],
  ["white space around", " \t10067 \r\n\n", 10_067],
  ["a plus sign", "+10067", 10_067],
  ["leading zeros", "0010067", 10_067],
  ["the first pid", "1", 1],
  ["the last pid", "4194304", 4_194_304],
])("reads the pid of %s", (_, text, pid) => {
  expect(parsePidfile(text)).toEqual({ kind: "pid", pid });
});

it.each([
  ["nothing", ""],
  ["a newline", "\n"],
  ["blanks", "  \t"],
])("takes %s for empty", (_, text) => {
  expect(parsePidfile(text)).toEqual({ kind: "empty" });
});

it.each([
  ["zero, the group of the one who kills", "0\n", "0"],
  ["a process group", "-10067\n", "-10067"],
  ["two signs", "++1", "++1"],
  ["a pid no kernel has", "4194305\n", "4194305"],
  ["a number beyond what a double holds", "9".repeat(30), "9".repeat(30)],
  ["two pids", "10067 10068\n", "10067 10068"],
  ["two lines", "10067\n10068\n", "10067\\n10068"],
  ["a word", "gunicorn\n", "gunicorn"],
  ["a fraction", "1.0", "1.0"],
  ["control characters", "\x1b[31m\0", "\\x1b[31m\\x00"],
  ["invisible characters", "1\u202e2", "1\\u{202e}2"],
  ["a long text", "x".repeat(100), "x".repeat(40)],
  ["a long text of control characters", "\x01".repeat(100), "\\x01".repeat(10)],
])("quotes %s", (_, text, quoted) => {
  expect(parsePidfile(text)).toEqual({ kind: "malformed", text: quoted });
});

it("never throws, and quotes at most 40 characters", () => {
  fc.assert(
    fc.property(anyTextUpTo(200), (text) => {
      const pidfile = parsePidfile(text);
      const quoted = pidfile.kind === "malformed" ? pidfile.text : "";
      expect(quoted.length).toBeLessThanOrEqual(40);
    }),
  );
});
