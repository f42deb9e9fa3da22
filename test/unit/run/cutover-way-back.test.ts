import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import type { CutoverRecord } from "../../../agent/model/cutover-record.ts";
import { hashOfText } from "../../../agent/act/put-files.ts";
import { bringBack, putUnitBack, removeUnit } from "../../../agent/run/cutover-install.ts";
import { keptAt } from "../../../agent/run/cutover-script-files.ts";
import { undoCutover } from "../../../agent/run/cutover-undo.ts";
import { whyNoWayBack } from "../../../agent/run/cutover-way-back.ts";
import { path, report, socket } from "../cli/reports.ts";
import { cutover } from "../history/cutovers.ts";
import { fakeCutover } from "./fake-cutover.ts";

const script = "#!/bin/sh\n";
const unitText = "[Install]\nWantedBy=multi-user.target\n";
const nobody = report([socket({ verdict: "no-master", masters: 0, groups: [] })]);

interface Case {
  readonly root: string;
  readonly initScript: string;
  readonly kept: string;
  readonly unitFile: string;
  readonly record: CutoverRecord;
}

/** A cutover that is done, in a folder of its own: the script in the backup, the unit in place. */
async function doneIn(install: "done" | "begun" = "done"): Promise<Case> {
  const root = mkdtempSync(join(tmpdir(), "onemaster-way-back-"));
  onTestFinished(() => rmSync(root, { recursive: true }));
  const initScript = join(root, "init.d/platform");
  const unitFile = join(root, "system/platform.service");
  const backup = join(root, "backup");
  const kept = keptAt(backup, initScript);
  put(kept, script);
  put(unitFile, unitText);
  const { target } = cutover();
  const text = "so it was";
  const step = { at: "2026-11-23T00:39:55.990Z", tookMs: 1, text } as const;
  const record = cutover({
    scriptSha256: await hashOfText(script),
    keptName: null,
    served: null,
    aside: [],
    steps: [
      { ...step, step: "set-aside", result: "done" },
      { ...step, step: "install", result: install },
    ],
    target: {
      ...target,
      backup,
      socket: { ...target.socket, path },
      old: { ...target.old, initScript, links: [], pidfile: null },
      files: [{ path: unitFile, mode: 0o644, secret: false, sha256: await hashOfText(unitText) }],
    },
  });
  return { root, initScript, kept, unitFile, record };
}

function put(file: string, text: string): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}

it("there is a way back by the copy of the script, or by the script itself", async () => {
  const { record, initScript, kept } = await doneIn();
  expect(await whyNoWayBack(fakeCutover({ record, report: nobody }).walk)).toBeUndefined();
  put(initScript, "#!/bin/sh\n# of a person\n");
  rmSync(kept);
  expect(await whyNoWayBack(fakeCutover({ record, report: nobody }).walk)).toBeUndefined();
});

it.each<[string, (one: Case) => Partial<Parameters<typeof fakeCutover>[0]>, RegExp]>([
  ["the copy is gone", ({ kept }) => (rmSync(kept), {}), /is gone, and its copy .* is missing/],
  ["the copy is another", ({ kept }) => (put(kept, "#!"), {}), /is not the copy/],
  ["init scripts make no units", () => ({ generator: false }), /no units of init scripts/],
  [
    "the launcher is gone",
    ({ record, root }) => {
      const old = { ...record.target.old, launcher: join(root, "launch.py") };
      return { record: { ...record, target: { ...record.target, old } } };
    },
    /launch\.py, which .* is gone/,
  ],
])("nothing is stopped or removed where %s", async (_, make, says) => {
  const one = await doneIn();
  const { walk, calls } = fakeCutover({ record: one.record, report: nobody, ...make(one) });
  const { outcome, ending } = await undoCutover(walk, "answer: silent", "surprise");
  expect(ending).toMatch(says);
  expect({ outcome, calls }).toEqual({ outcome: "failed", calls: [] });
  expect(readFileSync(one.unitFile, "utf8")).toBe(unitText);
});

it("nothing is removed below a unit that does not stop", async () => {
  const { record, unitFile, initScript } = await doneIn();
  const { walk, calls } = fakeCutover({
    record,
    report: nobody,
    members: () => [70],
    unit: () => ({ fragmentPath: unitFile, activeState: "deactivating", mainPid: 70 }),
  });
  const { outcome, ending } = await undoCutover(walk, "told to stop", "surprise");
  expect(ending).toContain("stop-new: platform.service is deactivating");
  expect({ outcome, calls }).toEqual({ outcome: "failed", calls: ["stop platform.service"] });
  // the script is in its place, where the unit hides it: the next boot has both
  expect([existsSync(unitFile), existsSync(initScript)]).toEqual([true, true]);
});

it("a unit's file is copied before it is removed, and can be put back with its links", async () => {
  const { record, unitFile, root } = await doneIn();
  const { walk } = fakeCutover({ record, report: nobody });
  expect((await bringBack(walk)).result).toBe("done");
  expect((await removeUnit(walk)).result).toBe("done");
  expect(existsSync(unitFile)).toBe(false);
  expect(await putUnitBack(walk)).toBeUndefined();
  expect(readFileSync(unitFile, "utf8")).toBe(unitText);
  const link = join(root, "system/multi-user.target.wants/platform.service");
  expect(readFileSync(link, "utf8")).toBe(unitText);
});

it.each([
  ["written by the cutover is removed", "begun", unitText, false],
  ["changed since is removed", "done", "of a person", false],
  ["that stood in the way is left", "begun", "of a person", true],
] as const)("a file %s", async (_, install, text, isThere) => {
  const { record, unitFile } = await doneIn(install);
  put(unitFile, text);
  await removeUnit(fakeCutover({ record, report: nobody }).walk);
  expect(existsSync(unitFile)).toBe(isThere);
});

it("drop-ins that hold for the script's unit as well are told", async () => {
  const { record, unitFile } = await doneIn();
  put(`${unitFile}.d/limits.conf`, "[Service]\nUser=www-data\n");
  put(`${unitFile}.d/README`, "");
  const { walk } = fakeCutover({ record, report: nobody });
  expect((await removeUnit(walk)).result).toBe("done");
  expect(walk.notes()).toEqual([
    `${unitFile}.d/limits.conf will hold for the init script's unit too`,
  ]);
});

it("systemd reads its units anew also where not all could be removed", async () => {
  const { record, unitFile } = await doneIn();
  rmSync(unitFile);
  symlinkSync("/dev/null", unitFile);
  const { walk, calls } = fakeCutover({ record, report: nobody });
  expect((await removeUnit(walk)).text).toContain("is no file any more, and is left");
  expect(calls).toEqual(["reload"]);
});

it("a rollback whose script starts nobody puts the native unit back and starts it", async () => {
  const { record, unitFile, initScript } = await doneIn();
  let starts = 0;
  const { walk, calls } = fakeCutover({
    record,
    report: nobody,
    unit: () => ({ activeState: "inactive", fragmentPath: unitFile }),
    refuses: (call) => {
      if (call.startsWith("start")) starts += 1;
      return call.startsWith("start") && starts === 1 ? "the script failed" : undefined;
    },
  });
  const { outcome } = await undoCutover(walk, "asked for", "rollback");
  expect(calls.slice(-5)).toEqual([
    "reload",
    "start platform.service",
    "reload",
    "stop platform.service",
    "start platform.service",
  ]);
  expect([existsSync(unitFile), existsSync(initScript)]).toEqual([true, false]);
  // nobody serves in this report
  expect(outcome).toBe("failed");
});
