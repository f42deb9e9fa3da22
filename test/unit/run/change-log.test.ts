import { expect, it } from "vitest";
import type { Report, SocketReport } from "../../../agent/model/report.ts";
import { createChangeLog } from "../../../agent/run/change-log.ts";
import { duplicate, group, path, report, socket } from "./reports.ts";

const sound = socket();

/** Level and message of each line for the last of these reports. */
function linesFor(...reports: readonly Report[]): string[] {
  const log = createChangeLog();
  const lines = reports.map((one) => log.linesFor(one));
  return (lines.at(-1) ?? []).map(({ level, message }) => `${level} ${message}`);
}

it("gives one line for every socket of the first report", () => {
  const other = socket({ path: "/run/other.sock", verdict: "no-master", groups: [], masters: 0 });
  expect(linesFor(report([sound, other]))).toEqual([
    `info ${path}: one-master: master 68 serving (workers 69 70, 370 MiB)`,
    "warn /run/other.sock: no-master",
  ]);
});

it("has nothing to say of a host without a gunicorn", () => {
  expect(linesFor(report([]))).toEqual([]);
});

it.each<[string, Partial<SocketReport>]>([
  ["an unchanged socket", {}],
  [
    "workers that were replaced",
    { groups: [group(68, { workers: [{ pid: 99, startTicks: 1 }] })] },
  ],
  ["a child that has come", { groups: [group(68, { others: [{ pid: 90, command: "git" }] })] }],
  ["memory that has grown", { groups: [group(68, { memory: null })] }],
  ["a pidfile that is gone", { pidfile: { path: "/run/g.pid", pid: null, names: "missing" } }],
])("has no line for %s", (_, change) => {
  expect(linesFor(report([sound]), report([socket(change)]))).toEqual([]);
});

it.each<[string, SocketReport, SocketReport, string]>([
  [
    "a second master",
    sound,
    duplicate,
    `warn ${path}: duplicate: master 68 serving (workers 69 70, 370 MiB); master 49 stale (workers 50 51, 370 MiB)`,
  ],
  [
    "its confirmation",
    duplicate,
    { ...duplicate, confirmed: true },
    `warn ${path}: duplicate (confirmed): master 68 serving (workers 69 70, 370 MiB); master 49 stale (workers 50 51, 370 MiB)`,
  ],
  [
    "its end",
    duplicate,
    sound,
    `info ${path}: one-master: master 68 serving (workers 69 70, 370 MiB)`,
  ],
  [
    "a master that was replaced",
    sound,
    socket({ groups: [group(80)] }),
    `info ${path}: one-master: master 80 serving (workers 81 82, 370 MiB)`,
  ],
  [
    "a master whose pid was used again",
    sound,
    socket({ groups: [withStart(300)] }),
    `info ${path}: one-master: master 68 serving (workers 69 70, 370 MiB)`,
  ],
  [
    "roles that were swapped",
    duplicate,
    { ...duplicate, groups: [group(68, { role: "stale" }), group(49)] },
    `warn ${path}: duplicate: master 68 stale (workers 69 70, 370 MiB); master 49 serving (workers 50 51, 370 MiB)`,
  ],
  [
    "a listener that was bound anew",
    sound,
    socket({ groups: [group(68, { listener: { inode: 1, fileInode: 78 } })] }),
    `info ${path}: one-master: master 68 serving (workers 69 70, 370 MiB)`,
  ],
  [
    "evidence that has become weak",
    sound,
    socket({ evidence: "start-time" }),
    `info ${path}: one-master: master 68 serving (workers 69 70, 370 MiB)`,
  ],
])("has one line for %s", (_, before, after, line) => {
  expect(linesFor(report([before]), report([after]))).toEqual([line]);
  expect(linesFor(report([before]), report([after]), report([after]))).toEqual([]);
});

it("has one line for a socket that is gone, and one when it comes again", () => {
  const log = createChangeLog();
  log.linesFor(report([sound]));
  expect(log.linesFor(report([]))).toEqual([
    {
      level: "info",
      message: `${path}: no gunicorn is left there`,
      facts: { socket: path, verdict: null, previous: "one-master" },
    },
  ]);
  expect(log.linesFor(report([]))).toEqual([]);
  expect(log.linesFor(report([sound]))).toHaveLength(1);
});

it("has both trees in the facts of a change", () => {
  const log = createChangeLog();
  log.linesFor(report([sound]));
  expect(log.linesFor(report([duplicate])).map(({ facts }) => facts)).toEqual([
    {
      socket: path,
      verdict: "duplicate",
      previous: "one-master",
      confirmed: false,
      evidence: "bound-file",
      findings: duplicate.findings,
      groups: duplicate.groups,
    },
  ]);
});

it("has one line when blindness comes, changes and goes", () => {
  const log = createChangeLog();
  const denied = { what: "fd-links", pid: 812, reason: "denied" };
  const noSs = { what: "bound-file", reason: "ss is not installed" };
  const story: [blind: Report["blind"], lines: string[]][] = [
    [[], []],
    [[denied], ["warn could not see: fd-links of pid 812 (denied)"]],
    [[denied], []],
    [
      [denied, noSs],
      ["warn could not see: fd-links of pid 812 (denied), bound-file (ss is not installed)"],
    ],
    [[], ["info nothing is hidden any more"]],
    [[], []],
  ];
  for (const [blind, expected] of story) {
    const lines = log.linesFor(report([], blind));
    expect(lines.map(({ level, message }) => `${level} ${message}`)).toEqual(expected);
    expect(lines.map(({ facts }) => facts)).toEqual(expected.map(() => ({ blind })));
  }
});

function withStart(startTicks: number) {
  const one = group(68);
  return one.master === null ? one : { ...one, master: { ...one.master, startTicks } };
}
