import * as fc from "fast-check";
import { expect, it } from "vitest";
import { parseProcStat } from "../../../agent/parse/proc-stat.ts";
import { anyText, anyTextUpTo } from "./any-text.ts";
import { fixtureText } from "./fixture.ts";

it.each([
  [
    "a master with setproctitle",
    "titled-master",
    { pid: 10067, comm: "gunicorn: maste", parentPid: 1, startTicks: 163749, rssPages: 6252 },
    0x8314a07,
  ],
  [
    "its worker",
    "titled-worker",
    { pid: 10068, comm: "gunicorn: worke", parentPid: 10067, startTicks: 163750, rssPages: 6283 },
    0x8304226,
  ],
  [
    "a master without setproctitle",
    "untitled-master",
    { pid: 10213, comm: "gunicorn", parentPid: 1, startTicks: 164580, rssPages: 6268 },
    0x8314a07,
  ],
  [
    "its worker, which has the same name",
    "untitled-worker",
    { pid: 10214, comm: "gunicorn", parentPid: 10213, startTicks: 164581, rssPages: 6281 },
    0x8304226,
  ],
  [
    "a master under PYTHONFAULTHANDLER, which also catches ABRT",
    "faulthandler-master",
    { pid: 10180, comm: "gunicorn: maste", parentPid: 1, startTicks: 164166, rssPages: 6225 },
    0x8314eef,
  ],
  [
    "a worker under PYTHONFAULTHANDLER",
    "faulthandler-worker",
    { pid: 10181, comm: "gunicorn: worke", parentPid: 10180, startTicks: 164167, rssPages: 6270 },
    0x83046ee,
  ],
])("reads %s", (_, name, facts, caughtSignals) => {
  expect(parseProcStat(fixtureText(`proc-stat/${name}.txt`))).toEqual({
    ...facts,
    state: "S",
    threads: 1,
    caughtSignals,
  });
});

it("reads a zombie, whose memory is gone", () => {
  expect(parseProcStat(fixtureText("proc-stat/zombie.txt"))).toEqual({
    pid: 10974,
    comm: "gunicorn",
    state: "Z",
    parentPid: 10933,
    threads: 1,
    startTicks: 174072,
    rssPages: 0,
    caughtSignals: 2,
  });
});

it("reads a kernel thread", () => {
  expect(parseProcStat(fixtureText("proc-stat/kernel-thread.txt"))).toEqual({
    pid: 2,
    comm: "kthreadd",
    state: "S",
    parentPid: 0,
    threads: 1,
    startTicks: 23,
    rssPages: 0,
    caughtSignals: 0,
  });
});

// recorded from a process that wrote these names to /proc/self/comm
const afterComm =
  " R 10754 10754 3387 0 -1 4194304 2848 6516 0 0 2 1 3 1 20 0 1 0 170023 16961536 3349 " +
  "18446744073709551615 94509014585344 94509014585685 140723797595184 0 0 0 0 16781312 2 0 0 0 " +
  "17 0 0 0 0 0 0 94509014597040 94509014597656 94509699436544 140723797600496 140723797600554 " +
  "140723797600554 140723797602255 0\n";

function line(comm: string): string {
  return `10767 (${comm})${afterComm}`;
}

const facts = {
  pid: 10767,
  state: "R",
  parentPid: 10754,
  threads: 1,
  startTicks: 170023,
  rssPages: 3349,
  caughtSignals: 2,
};

it.each([
  ["a name that fakes the rest of the line", "x) Z 1 1 1"],
  ["a name that fakes the start of a name", "a) S ("],
  ["a name with a newline", "a\nb"],
  ["a name with a carriage return and tabs", "a\rUid:\t7\t7\t7\t"],
  ["parentheses and blanks at both ends", "(a b ) ( c d) "],
  ["no name", ""],
  ["a name that is not UTF-8", "\\n\xff\xfe"],
])("reads %s", (_, comm) => {
  expect(parseProcStat(line(comm))).toEqual({ ...facts, comm });
});

it("reads any name that is not longer than the kernel allows", () => {
  fc.assert(
    fc.property(anyTextUpTo(15), (comm) => {
      expect(parseProcStat(line(comm))).toEqual({ ...facts, comm });
    }),
  );
});

it.each([
  ["nothing", ""],
  ["no name", "10767 R 1 1"],
  ["no end of the name", "10767 (gunicorn R 1 1"],
  ["an end before the start", "10) 767 (gunicorn"],
  ["a state of two letters", line("x").replace(" R ", " RS ")],
  ["a state that is no letter", line("x").replace(" R ", " 1 ")],
  ["a pid that is no number", line("x").replace("10767", "self")],
  ["a negative parent", line("x").replace("10754", "-1")],
  ["no whole number of threads", line("x").replace(" 1 0 170023", " 1.5 0 170023")],
  ["a start beyond what a double holds", line("x").replace("170023", "9007199254740993")],
  ["a negative memory", line("x").replace("3349", "-3349")],
  ["an odd set of signals", line("x").replace(" 16781312 2 ", " 16781312 0x2 ")],
  ["a line that ends before the signals", line("x").slice(0, line("x").indexOf(" 16781312 2"))],
])("refuses %s", (_, text) => {
  expect(parseProcStat(text)).toBeUndefined();
});

it("never throws", () => {
  const garbage = fc.oneof(
    anyText,
    fc.array(fc.constantFrom("1", "(", ")", " ", "S", "-1", "\n", "18446744073709551615")),
  );
  fc.assert(
    fc.property(garbage, (text) => {
      expect(() => parseProcStat([text].flat().join(""))).not.toThrow();
    }),
  );
});
