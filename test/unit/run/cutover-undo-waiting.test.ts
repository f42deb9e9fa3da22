import { expect, it } from "vitest";
import { undoCutover } from "../../../agent/run/cutover-undo.ts";
import { group, report, socket } from "../cli/reports.ts";
import { installed, nobody, runningUntilStopped, stepsOf } from "./cutover-installed.ts";
import { fakeCutover } from "./fake-cutover.ts";

it("tells who serves also where the script could be run only after a while", async () => {
  const one = await installed();
  const host = runningUntilStopped(one);
  const serving = report([socket({ groups: [group("serving", 90)] })]);
  let asked = 0;
  let started = false;
  const { walk } = fakeCutover({
    ...host,
    get report() {
      return started ? serving : nobody;
    },
    file: { kind: "socket", device: 26, inode: 9 },
    answers: () => {
      asked += 1;
      if (started) return { kind: "answered", status: 200 };
      return { kind: "silent", why: asked < 40 ? "no answer in 10 s" : "ECONNREFUSED" };
    },
    refuses(call) {
      if (call === "stop platform.service") host.state.runs = false;
      if (call === "start platform.service") started = true;
      return undefined;
    },
  });
  const over = await undoCutover(walk, "asked for", "rollback");
  expect(over.outcome).toBe("rolled-back");
  expect(over.ending).toMatch(/^master 90 in platform\.service serves /);
});

it("nothing is left to be done where whoever was reached comes to serve after a while", async () => {
  const one = await installed();
  const host = runningUntilStopped(one);
  const serving = report([socket({ groups: [group("serving", 90)] })]);
  let asked = 0;
  const { walk, calls } = fakeCutover({
    ...host,
    get report() {
      return asked > 40 ? serving : nobody;
    },
    file: { kind: "socket", device: 26, inode: 9 },
    answers() {
      asked += 1;
      return asked > 40 ? { kind: "answered", status: 200 } : { kind: "silent", why: "no answer" };
    },
  });
  const over = await undoCutover(walk, "asked for", "rollback");
  expect(calls).not.toContain("start platform.service");
  expect(stepsOf(over)).toContain("start-old failed");
  expect(over.ending).toMatch(/^master 90 in platform\.service serves /);
  expect(over.outcome).toBe("rolled-back");
});
