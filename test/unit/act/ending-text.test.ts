import { describe, expect, it } from "vitest";
import { endingText, workersText } from "../../../agent/act/ending-text.ts";

describe("what became of the workers", () => {
  it.each([
    [2, [], 0, "2 workers had SIGTERM and finished; nobody needed SIGKILL"],
    [1, [], 0, "1 worker had SIGTERM and finished; nobody needed SIGKILL"],
    [2, [51], 0, "2 workers had SIGTERM; pid 51 needed SIGKILL"],
    [2, [51, 90], 0, "2 workers had SIGTERM; pids 51, 90 needed SIGKILL"],
    [0, [], 0, "nobody had SIGTERM; nobody needed SIGKILL"],
    [0, [90], 0, "nobody had SIGTERM; pid 90 needed SIGKILL"],
    [2, [], 1, "2 workers had SIGTERM; nobody needed SIGKILL; still there: 1"],
    [2, [51], 1, "2 workers had SIGTERM; pid 51 needed SIGKILL; still there: 1"],
  ] as const)("%i asked, %j killed, %i left", (asked, killed, left, text) => {
    expect(workersText(asked, killed, left)).toBe(text);
  });
});

describe("an ending", () => {
  it.each([
    ["keeps the order", ["the cause", "what follows"], "the cause; what follows"],
    ["says the same once", ["a fact", "another", "a fact"], "a fact; another"],
    ["leaves out what a longer one says", ["it is gone", "why: it is gone"], "why: it is gone"],
  ])("%s", (_, sentences, text) => {
    expect(endingText(sentences)).toBe(text);
  });
});
