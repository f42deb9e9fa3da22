import { describe, expect, test } from "vitest";
import { journalLine } from "../../../agent/run/journal-log.ts";

describe("a line of the log in the journal", () => {
  test.each<readonly [string, Readonly<Record<string, unknown>>, string]>([
    ["has the priority of information", { level: 30, msg: "watching" }, "<6>watching"],
    ["has the priority of a warning", { level: 40, msg: "duplicate" }, "<4>duplicate"],
    ["has the priority of an error", { level: 50, msg: "failed" }, "<3>failed"],
    ["has the priority of what ends it", { level: 60, msg: "gone" }, "<2>gone"],
    ["has the priority of what only helps to find errors", { level: 20, msg: "x" }, "<7>x"],
    [
      "names the socket that its message is about",
      { level: 40, socket: "/run/a.sock", reason: "paused", msg: "not ended (paused): told to" },
      "<4>/run/a.sock: not ended (paused): told to",
    ],
    [
      "names no socket twice",
      { level: 30, socket: "/run/a.sock", msg: "/run/a.sock: one-master" },
      "<6>/run/a.sock: one-master",
    ],
    [
      "says why",
      { level: 40, reason: "no journalctl", msg: "the journal cannot be followed" },
      "<4>the journal cannot be followed: no journalctl",
    ],
    [
      "says what the error was, without its stack",
      { level: 50, err: { type: "Error", message: "EIO", stack: "Error: EIO\n at x" }, msg: "a" },
      "<3>a: EIO",
    ],
    ["stays one line", { level: 30, msg: "/run/a\n<0>forged" }, "<6>/run/a\\n<0>forged"],
  ])("%s", (_, line, expected) => {
    expect(journalLine(JSON.stringify(line))).toBe(`${expected}\n`);
  });
});
