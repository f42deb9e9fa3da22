import { existsSync } from "node:fs";
import { expect, it } from "vitest";
import { undoCutover } from "../../../agent/run/cutover-undo.ts";
import { group, report, socket } from "../cli/reports.ts";
import { installed, nobody, runningUntilStopped, scope, stepsOf } from "./cutover-installed.ts";
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

it.each([
  ["is started by its script once those who were waited for are gone", 40, "rolled-back", 0],
  ["is so as well where systemd is deaf meanwhile", 40, "rolled-back", 20],
  ["is so as well where systemd is deaf at first, and nobody is there", 0, "rolled-back", 1],
  ["is not started by its script beside those who stay", Infinity, "failed", 0],
])("the service %s", async (_, goneAt, outcome, deafAt) => {
  const one = await installed();
  const host = runningUntilStopped(one);
  const serving = report([socket({ groups: [group("serving", 90)] })]);
  const living = new Map([[812, []]]);
  let asked = 0;
  let started = false;
  const { walk, calls } = fakeCutover({
    ...host,
    get report() {
      return started ? serving : nobody;
    },
    living,
    file: () => (started ? { kind: "socket", device: 26, inode: 9 } : { kind: "absent" }),
    answer: { kind: "answered", status: 200 },
    // somebody has started the script once the native unit was away, and its gunicorn gives up
    members(unit) {
      if (host.state.runs || unit === scope || existsSync(one.unitFile)) return [];
      asked += 1;
      if (asked === deafAt) return undefined;
      if (asked > goneAt) living.clear();
      return living.size === 0 ? [] : [812];
    },
    refuses(call) {
      if (call === "stop platform.service") host.state.runs = false;
      if (call === "start platform.service") started = true;
      if (call.startsWith("move 812 ")) return "it cannot be moved";
      return undefined;
    },
  });
  const over = await undoCutover(walk, "asked for", "rollback");
  expect(over.outcome, `it ended: ${over.ending}`).toBe(outcome);
  expect(calls.includes("start platform.service")).toBe(outcome === "rolled-back");
  expect(stepsOf(over).filter((step) => step.startsWith("start-old "))).toEqual(
    outcome === "failed" ? ["start-old done"] : ["start-old done", "start-old done"],
  );
  expect(over.ending?.includes("if it is not to come to serve, kill -KILL 812 ends it")).toBe(
    outcome === "failed",
  );
});
