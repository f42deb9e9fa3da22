import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { signalRoleOf } from "../../../agent/model/signals.ts";

const master = 0x8314a07;
const worker = 0x8304226;
/** What PYTHONFAULTHANDLER=1 adds: ILL, ABRT, BUS, FPE and SEGV. */
const faultHandler = 0x4e8;

/** A set of signals by their numbers. */
function set(...signals: readonly number[]): number {
  return signals.reduce((mask, signal) => mask | (1 << (signal - 1)), 0);
}

describe("signalRoleOf", () => {
  it.each([
    ["a gunicorn master", master, "master"],
    ["a gunicorn worker", worker, "worker"],
    ["a master under PYTHONFAULTHANDLER, which catches ABRT too", master | faultHandler, "master"],
    ["a worker under PYTHONFAULTHANDLER", worker | faultHandler, "worker"],
    ["a dirty arbiter of gunicorn 25, which takes no USR2", 0x8314207, "other"],
    ["a dirty worker of gunicorn 25, which looks like a worker", 0x8314226, "worker"],
    ["a master that catches more", 0x7fffffff, "master"],
    ["a worker that takes USR2 for its own use", worker | set(12), "other"],
    ["a process that catches nothing", 0, "other"],
    ["python alone, which catches INT", set(2), "other"],
    ["a shell", set(2, 17), "other"],
    ["nginx's master", set(1, 2, 3, 10, 12, 14, 15, 17, 28, 29), "other"],
    ["a process with only a worker's own signal", set(6), "other"],
    ["a process with only a master's own signals", set(1, 12, 17), "other"],
  ])("tells %s", (_, caught, role) => {
    expect(signalRoleOf(caught)).toBe(role);
  });

  it.each([1, 3, 10, 12, 15, 17, 21, 22, 28])("takes no master without signal %i", (signal) => {
    expect(signalRoleOf(master & ~set(signal))).toBe("other");
  });

  it.each([3, 6, 10, 15, 21, 22, 28])("takes no worker without signal %i", (signal) => {
    expect(signalRoleOf(worker & ~set(signal))).toBe("other");
  });

  it("asks for nothing beyond what masters and workers catch", () => {
    const rest = fc.integer({ min: 0, max: 0x7fffffff });
    fc.assert(
      fc.property(rest, (more) => {
        expect(signalRoleOf(master | more)).toBe("master");
        expect(signalRoleOf((worker | more) & ~set(1, 12, 17))).toBe("worker");
      }),
    );
  });
});
