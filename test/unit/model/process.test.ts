import { describe, expect, it } from "vitest";
import { sameProcess } from "../../../agent/model/process.ts";

describe("sameProcess", () => {
  it.each([
    ["the same pid and start", { pid: 10, startTicks: 1000 }, true],
    ["a pid that is used again", { pid: 10, startTicks: 1001 }, false],
    ["another process of the same start", { pid: 11, startTicks: 1000 }, false],
    ["another process", { pid: 1000, startTicks: 10 }, false],
  ])("%s", (_, other, same) => {
    const one = { pid: 10, startTicks: 1000 };
    expect([sameProcess(one, other), sameProcess(other, one)]).toEqual([same, same]);
  });
});
