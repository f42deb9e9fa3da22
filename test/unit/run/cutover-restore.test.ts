import { expect, it } from "vitest";
import type { ProcessNow } from "../../../agent/model/acting.ts";
import { createOldStart } from "../../../agent/run/cutover-old.ts";
import { restoreNative } from "../../../agent/run/cutover-restore.ts";
import type { CutoverWalk } from "../../../agent/run/cutover-walk.ts";
import { cutover } from "../history/cutovers.ts";
import { installed, nobody, scope } from "./cutover-installed.ts";
import { fakeCutover } from "./fake-cutover.ts";

/** A walk whose script was run, with process 812 in its unit, and every signal that is sent. */
async function startedByScript(
  is: Partial<Pick<ProcessNow, "signalRole" | "comm">>,
): Promise<{ readonly walk: CutoverWalk; readonly signals: readonly string[] }> {
  const signals: string[] = [];
  const living = new Map([[812, []]]);
  const { record } = await installed({ scriptRanIn: cutover().bootId });
  const { walk } = fakeCutover({
    record,
    report: nobody,
    living,
    isAs: () => is,
    stateOf: () => (signals.includes("SIGSTOP 812") ? "T" : "S"),
    members: (unit) => (unit === scope ? [] : [...living.keys()]),
    signal(pid, signal) {
      signals.push(`${signal} ${pid}`);
      if (signal === "SIGKILL") living.delete(pid);
      return { kind: "done" };
    },
  });
  return { walk, signals };
}

it.each<[string, string, ProcessNow["signalRole"], readonly string[]]>([
  ["a daemon besides gunicorn is told to end", "beat", "other", ["SIGTERM 812", "SIGKILL 812"]],
  // on SIGTERM it would remove the path by its name
  [
    "a master of any name is killed where it stands",
    "platform",
    "master",
    ["SIGSTOP 812", "SIGKILL 812"],
  ],
  ["a gunicorn that catches no signal yet is killed at once", "gunicorn", "other", ["SIGKILL 812"]],
  ["what is still called python3 is killed at once", "python3", "other", ["SIGKILL 812"]],
  ["what is still called pypy3 is killed at once", "pypy3", "other", ["SIGKILL 812"]],
])("of what the script has started %s", async (_, comm, signalRole, expected) => {
  const { walk, signals } = await startedByScript({ comm, signalRole });
  await restoreNative(walk, true);
  expect(signals).toEqual(expected);
});

it("whoever comes into the unit once all that the script has started is ended is a stranger", async () => {
  const { walk } = await startedByScript({});
  expect(createOldStart(walk).began()).toBe(true);
  await restoreNative(walk, true);
  expect(createOldStart(walk).began()).toBe(false);
});
