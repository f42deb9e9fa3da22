import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { endingIsPending, parsePendingSignals } from "../../../agent/parse/pending-signals.ts";
import { anyText } from "./any-text.ts";
import { fixtureText } from "./fixture.ts";

describe("the pending signals of a recorded process", () => {
  it.each([
    ["a master to which nothing was sent", "titled-master", 0, false],
    ["a stopped one to which somebody sent TERM", "stopped-term-pending", 0x4000, true],
    [
      "a stopped one to which somebody sent HUP, named to look idle",
      "stopped-hup-pending",
      1,
      true,
    ],
    ["a stopped one to which USR2 and WINCH were sent", "stopped-usr2-pending", 0x8000800, false],
    ["a zombie", "zombie", 0, false],
  ])("are read of %s", (_, name, pending, ending) => {
    const read = parsePendingSignals(fixtureText(`proc-status/${name}.txt`));
    expect(read).toBe(pending);
    expect(endingIsPending(read ?? -1)).toBe(ending);
  });
});

const text = fixtureText("proc-status/stopped-term-pending.txt");

it.each([
  ["HUP", 1, true],
  ["INT", 2, true],
  ["QUIT", 3, true],
  ["KILL", 9, false],
  ["USR1", 10, false],
  ["USR2", 12, false],
  ["TERM", 15, true],
  ["CHLD", 17, false],
  ["WINCH", 28, false],
  ["SIGSYS, the last one", 31, false],
  ["a real-time signal", 34, false],
])("%s for one thread counts as for the whole process", (_, number, ending) => {
  const mask = (1n << BigInt(number - 1)).toString(16).padStart(16, "0");
  const none = text.replace("ShdPnd:\t0000000000004000", "ShdPnd:\t0000000000000000");
  const forThread = none.replace("SigPnd:\t0000000000000000", `SigPnd:\t${mask}`);
  const forAll = none.replace("ShdPnd:\t0000000000000000", `ShdPnd:\t${mask}`);
  for (const status of [forThread, forAll]) {
    expect(endingIsPending(parsePendingSignals(status) ?? -1)).toBe(ending);
  }
  expect(parsePendingSignals(forThread)).toBe(parsePendingSignals(forAll));
});

it("reads the eight digits of 32-bit kernels", () => {
  const short = text.replaceAll(/Pnd:\t0{8}/g, "Pnd:\t");
  expect(short).toContain("ShdPnd:\t00004000\n");
  expect(parsePendingSignals(short)).toBe(0x4000);
});

it.each([
  ["a carriage return", "a\rShdPnd:\t0000000000000000"],
  ["an escaped newline", "\\nShdPnd:\t0000000000000000"],
  ["a line separator", "\u2028ShdPnd:\t0000000000000000"],
  ["nothing before it", "ShdPnd:\t0000000000000000"],
])("is not misled by a name that fakes a line after %s", (_, comm) => {
  expect(parsePendingSignals(text.replace("gunicorn: maste", comm))).toBe(0x4000);
});

it.each([
  ["nothing", ""],
  ["no signals for the thread", text.replace("SigPnd:", "SigXxx:")],
  ["no signals for the process", text.replace("ShdPnd:", "ShdXxx:")],
  ["what is no hexadecimal", text.replace("0000000000004000", "000000000000400x")],
  ["too few digits", text.replace("0000000000004000", "4000")],
  ["a line that goes on", text.replace("0000000000004000", "0000000000004000 0")],
])("refuses %s", (_, odd) => {
  expect(parsePendingSignals(odd)).toBeUndefined();
});

it("never throws", () => {
  fc.assert(
    fc.property(anyText, (garbage) => {
      expect(() => parsePendingSignals(garbage)).not.toThrow();
    }),
  );
});
