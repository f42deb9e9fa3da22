import { expect, it } from "vitest";
import { createFailureLog, failureOf } from "../../../agent/probe/failures.ts";

function systemError(code: string): Error {
  return Object.assign(new Error(`${code}: something`), { code });
}

it.each([
  ["ENOENT", "gone"],
  ["ESRCH", "gone"],
  ["ENOTDIR", "gone"],
  ["EACCES", "denied"],
  ["EPERM", "denied"],
  ["EIO", "failed"],
  ["EMFILE", "failed"],
])("%s means %s", (why, kind) => {
  expect(failureOf("/proc/7/stat", systemError(why))).toEqual({
    kind,
    what: "/proc/7/stat",
    why,
  });
});

it.each([
  ["an error without a code", new RangeError("too large"), "too large"],
  ["what is no error", 7, "7"],
])("%s has failed", (_, error, why) => {
  expect(failureOf("ss -xlHe", error)).toEqual({ kind: "failed", what: "ss -xlHe", why });
});

it("counts by kind and hands the failure on", () => {
  const log = createFailureLog();
  const failure = { kind: "denied", what: "/proc/1/fd", why: "EACCES" } as const;
  expect(log.totals).toEqual({ gone: 0, denied: 0, malformed: 0, failed: 0 });
  expect(log.count(failure)).toBe(failure);
  log.count(failure);
  expect(log.totals).toEqual({ gone: 0, denied: 2, malformed: 0, failed: 0 });
});
