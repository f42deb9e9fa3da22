import * as fc from "fast-check";
import { expect, it } from "vitest";
import { parseProcStat } from "../../../agent/parse/proc-stat.ts";
import { parseProcStatus } from "../../../agent/parse/proc-status.ts";
import { anyText } from "./any-text.ts";
import { fixtureText } from "./fixture.ts";

it.each([
  ["a master with setproctitle", "titled-master", 0x8314a07],
  ["its worker", "titled-worker", 0x8304226],
  ["a master without setproctitle", "untitled-master", 0x8314a07],
  ["a master under PYTHONFAULTHANDLER", "faulthandler-master", 0x8314eef],
  ["a worker under PYTHONFAULTHANDLER", "faulthandler-worker", 0x83046ee],
  ["a zombie", "zombie", 2],
])("reads %s, with the same signals as its stat", (_, name, caughtSignals) => {
  const status = parseProcStatus(fixtureText(`proc-status/${name}.txt`));
  expect(status).toEqual({ effectiveUid: 0, caughtSignals });
  const stat = parseProcStat(fixtureText(`proc-stat/${name}.txt`));
  expect(stat?.caughtSignals).toBe(caughtSignals);
});

const text = fixtureText("proc-status/titled-master.txt");

it("takes the second of the four user ids, the effective one", () => {
  const other = text.replace("Uid:\t0\t0\t0\t0", "Uid:\t1\t33\t3\t4");
  expect(parseProcStatus(other)).toEqual({ effectiveUid: 33, caughtSignals: 0x8314a07 });
});

it.each([
  ["SIGRTMIN, which glibc's threads catch", "0000000108314a07", 0x8314a07],
  ["all signals", "fffffffe7ffbfeff", 0x7ffbfeff],
  ["signal 32", "0000000080000000", 0],
  ["the eight digits of 32-bit kernels", "08314a07", 0x8314a07],
])("keeps signals 1 to 31 of %s", (_, mask, caughtSignals) => {
  const other = text.replace("0000000008314a07", mask);
  expect(parseProcStatus(other)).toEqual({ effectiveUid: 0, caughtSignals });
});

it.each([
  // recorded: the kernel escapes the newline of a name, but not the carriage return
  ["a carriage return", "a\rUid:\t7\t7\t7\t7"],
  ["an escaped newline", "\\nUid:\t7\t7\t7\t7"],
  ["a line separator", "\u2028Uid:\t7\t7\t7\t7"],
  ["nothing before it", "Uid:\t7\t7\t7\t7"],
])("is not misled by a name that fakes a line after %s", (_, comm) => {
  const hostile = text.replace("gunicorn: maste", comm);
  expect(parseProcStatus(hostile)).toEqual({ effectiveUid: 0, caughtSignals: 0x8314a07 });
});

it.each([
  ["nothing", ""],
  ["no user ids", text.replace("Uid:", "Xid:")],
  ["three user ids", text.replace("Uid:\t0\t0\t0\t0", "Uid:\t0\t0\t0")],
  ["a user id beyond what a double holds", text.replace("Uid:\t0\t0", "Uid:\t0\t9007199254740993")],
  ["no caught signals", text.replace("SigCgt:", "SigXxx:")],
  ["caught signals that are no hexadecimal", text.replace("0000000008314a07", "0000000008314x07")],
])("refuses %s", (_, odd) => {
  expect(parseProcStatus(odd)).toBeUndefined();
});

it("never throws", () => {
  fc.assert(
    fc.property(anyText, (garbage) => {
      expect(() => parseProcStatus(garbage)).not.toThrow();
    }),
  );
});

it("finds its lines among any others", () => {
  const others = fc.array(anyText.map((one) => `X${one.replaceAll("\n", "")}`));
  fc.assert(
    fc.property(others, others, others, (first, second, third) => {
      const lines = [
        ...first,
        "Uid:\t0\t33\t0\t0",
        ...second,
        "SigCgt:\t0000000008304226",
        ...third,
      ];
      expect(parseProcStatus(lines.join("\n"))).toEqual({
        effectiveUid: 33,
        caughtSignals: 0x8304226,
      });
    }),
  );
});
