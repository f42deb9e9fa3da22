import { expect, it } from "vitest";
import { lastingBesides } from "../../../agent/probe/cutover-besides.ts";
import { createFailureLog } from "../../../agent/probe/failures.ts";
import { createFiles } from "../../../agent/probe/files.ts";
import { group } from "../cli/reports.ts";
import { unit } from "../detect/audit-build.ts";
import { fakeProc } from "./fake-proc.ts";

const uptimeSeconds = 1_000;
const groups = [
  group("serving", 68, { others: [{ pid: 90, command: "git" }] }),
  group("orphaned", 48, { master: null }),
];

it("tells of who stays in the unit and is none of gunicorn's", () => {
  const proc = fakeProc();
  const old = { startTicks: 5_000 };
  for (const pid of [68, 69, 49, 90]) proc.put(pid, old);
  proc.put(812, { ...old, comm: "celery) 1\n" });
  proc.put(813, { ...old, state: "Z" });
  proc.put(814, { startTicks: 98_000, comm: "curl" });
  const pids = [49, 68, 69, 90, 812, 813, 814, 815];
  const seen = unit({}, { processes: { ok: true, value: pids } });
  const files = createFiles(createFailureLog());
  expect(lastingBesides(seen, groups, proc.paths, files, uptimeSeconds)).toEqual([
    { pid: 812, command: String.raw`celery) 1\n` },
  ]);
});

it("tells of nobody where the unit could not be looked into", () => {
  const failure = { kind: "denied", what: "cgroup", why: "EACCES" } as const;
  const hidden = unit({}, { processes: { ok: false, failure } });
  const files = createFiles(createFailureLog());
  for (const one of [undefined, hidden]) {
    expect(lastingBesides(one, [], fakeProc().paths, files, uptimeSeconds)).toEqual([]);
  }
});
