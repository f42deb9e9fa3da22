import { describe, expect, it } from "vitest";
import { parseSession } from "../../../agent/parse/proc-session.ts";

describe("parseSession", () => {
  it.each([
    ["an ordinary process", "68 (gunicorn) S 1 67 67 0 -1 4194560", 67],
    ["a name that fakes the rest", "68 (x) S 9 9 9 9) S 1 67 67 0 -1", 67],
    ["a name with a line break", "68 (a\nb) S 1 5 6 0 -1", 6],
    ["a kernel thread", "2 (kthreadd) S 0 0 0 0 -1", 0],
  ])("reads %s", (_, text, session) => {
    expect(parseSession(text)).toBe(session);
  });

  it.each([
    ["nothing", ""],
    ["a torn line", "68 (gunicorn) S 1 67"],
    ["a session below zero", "68 (gunicorn) S 1 67 -1 0"],
  ])("makes nothing of %s", (_, text) => {
    expect(parseSession(text)).toBe(undefined);
  });
});
