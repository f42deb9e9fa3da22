import { temporaryFolder } from "../../support/temporary-folder.ts";
import { mkdirSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { CutoverRecord } from "../../../agent/model/cutover-record.ts";
import { hashOfText } from "../../../agent/act/put-files.ts";
import { keptAt } from "../../../agent/run/cutover-script-files.ts";
import { path, report, socket } from "../cli/reports.ts";
import { cutover } from "../history/cutovers.ts";
import type { FakeHost } from "./fake-cutover.ts";

const script = "#!/bin/sh\n";
const unitText = "[Install]\nWantedBy=multi-user.target\n";
export const nobody = report([socket({ verdict: "no-master", masters: 0, groups: [] })]);
export const oldListens = new Map([[68, [25_453]]]);
export const scope = "onemaster-before-platform.scope";

export interface Case {
  readonly initScript: string;
  readonly kept: string;
  readonly unitFile: string;
  readonly record: CutoverRecord;
  /** The old socket file, by what it is, and its second name, which is gone. */
  readonly file: { readonly device: number; readonly inode: number };
  readonly keptName: string;
}

/** A cutover whose native unit is in place, in a folder of its own; the script is in the backup. */
export async function installed(change: Partial<CutoverRecord> = {}): Promise<Case> {
  const root = temporaryFolder("undo");
  const initScript = join(root, "init.d/platform");
  const unitFile = join(root, "system/platform.service");
  const backup = join(root, "backup");
  const kept = keptAt(backup, initScript);
  for (const [file, text] of [
    [kept, script],
    [unitFile, unitText],
  ] as const) {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
  const socketFile = join(root, "app.sock");
  const keptName = join(root, ".app.sock.onemaster-1");
  writeFileSync(socketFile, "");
  const { dev, ino } = statSync(socketFile);
  const file = { device: dev, inode: ino };
  const { target } = cutover();
  const step = { at: "2026-11-23T00:39:55.990Z", tookMs: 1, text: "", result: "done" } as const;
  const record = cutover({
    scriptSha256: await hashOfText(script),
    served: { master: { pid: 68, startTicks: 6_800 }, listenerInode: 25_453 },
    steps: [
      { ...step, step: "set-aside" },
      { ...step, step: "install" },
      { ...step, step: "start" },
    ],
    aside: [],
    keptName,
    ...change,
    target: {
      ...target,
      backup,
      socket: { ...target.socket, path, file },
      old: { ...target.old, initScript, links: [], pidfile: null },
      files: [{ path: unitFile, mode: 0o644, secret: false, sha256: await hashOfText(unitText) }],
    },
  });
  return { initScript, kept, unitFile, record, file, keptName };
}

/** The native unit as it runs until it is stopped. */
export function runningUntilStopped({ unitFile, record }: Case): Omit<FakeHost, "report"> & Runs {
  const state = { runs: true };
  return {
    record,
    state,
    unit: () =>
      state.runs
        ? { activeState: "active", subState: "running", fragmentPath: unitFile, mainPid: 70 }
        : { activeState: "inactive", fragmentPath: unitFile },
    members: (unit) => (unit !== scope && state.runs ? [70] : []),
    unitOf: () => "platform.service",
    refuses(call) {
      if (call.startsWith("stop ")) state.runs = false;
      return undefined;
    },
  };
}

interface Runs {
  readonly state: { runs: boolean };
}

/** The steps of a record after those that `installed` has in it, each with how it ended. */
export function stepsOf({ steps }: CutoverRecord): readonly string[] {
  return steps.slice(3).map(({ step, result }) => `${step} ${result}`);
}
