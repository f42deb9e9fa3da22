import { expect, it } from "vitest";
import type { Report, SocketReport } from "../../../agent/model/report.ts";
import { createChangeLog } from "../../../agent/run/change-log.ts";
import { duplicate, group, path, report, socket } from "./reports.ts";

const sound = socket();

/** What stood at the path `ms` after the first look; undefined: no socket was in the report. */
type Look = readonly [ms: number, SocketReport | undefined];

/** Verdicts of the lines for each of these looks in turn. */
function told(...looks: readonly Look[]): string[][] {
  const log = createChangeLog();
  return looks.map(([ms, one]) =>
    log
      .linesFor(takenAt(report(one === undefined ? [] : [one]), ms))
      .map(({ message }) => message.slice(`${path}: `.length).split(":")[0] ?? ""),
  );
}

function takenAt(one: Report, ms: number): Report {
  return { ...one, takenAt: new Date(Date.parse(one.takenAt) + ms).toISOString() };
}

const unreachable = socket({ verdict: "unreachable", groups: [group(68, { role: "stranded" })] });
const draining = socket({ verdict: "unreachable", groups: [group(68, { role: "draining" })] });
const confirmed = { ...unreachable, confirmed: true };
const handover = socket({
  verdict: "handover",
  groups: [group(80), group(68, { role: "draining" })],
});

it.each<[what: string, looks: readonly Look[], lines: readonly string[][]]>([
  [
    "passes over the moment in which a new master has bound the path but does not listen yet",
    [
      [0, sound],
      [5, unreachable],
      [25, duplicate],
    ],
    [["one-master"], [], ["duplicate"]],
  ],
  [
    "has no line for an outage that is over before its time, however often it was looked at",
    [
      [0, sound],
      [5, draining],
      [6, draining],
      [25, draining],
      [404, draining],
      [500, sound],
    ],
    [["one-master"], [], [], [], [], []],
  ],
  [
    "tells of a restart only what came of it",
    [
      [0, sound],
      [5, draining],
      [105, socket({ verdict: "no-master", groups: [], masters: 0 })],
      [800, socket({ groups: [group(80)] })],
    ],
    [["one-master"], [], ["no-master"], ["one-master"]],
  ],
  [
    "tells a socket that is gone after a moment without an owner",
    [
      [0, sound],
      [5, draining],
      [105, undefined],
    ],
    [["one-master"], [], ["no gunicorn is left there"]],
  ],
  [
    "tells a graceful stop that goes on beside a new master",
    [
      [0, sound],
      [5, draining],
      [105, handover],
    ],
    [["one-master"], [], ["handover"]],
  ],
  [
    "tells an outage that has lasted, once",
    [
      [0, sound],
      [5, unreachable],
      [405, unreachable],
      [600, unreachable],
    ],
    [["one-master"], [], ["unreachable"], []],
  ],
  [
    "counts the time of an outage from its first look, whoever is there meanwhile",
    [
      [0, sound],
      [5, draining],
      [300, unreachable],
      [405, unreachable],
    ],
    [["one-master"], [], [], ["unreachable"]],
  ],
  [
    "tells at once what changes in an outage that was told",
    [
      [0, sound],
      [5, draining],
      [405, draining],
      [410, unreachable],
    ],
    [["one-master"], [], ["unreachable"], ["unreachable"]],
  ],
  [
    "gives the next outage a time of its own",
    [
      [0, sound],
      [5, draining],
      [100, sound],
      [500, draining],
      [600, sound],
    ],
    [["one-master"], [], [], [], []],
  ],
  [
    "tells an outage at once when it is confirmed",
    [
      [0, sound],
      [5, confirmed],
    ],
    [["one-master"], ["unreachable (confirmed)"]],
  ],
  [
    "tells an outage at once when it is the first thing seen",
    [[0, unreachable]],
    [["unreachable"]],
  ],
  [
    "holds nothing back for a clock that was set back",
    [
      [0, sound],
      [5, unreachable],
      [-3_600_000, unreachable],
    ],
    [["one-master"], [], ["unreachable"]],
  ],
])("%s", (_, looks, lines) => {
  expect(told(...looks)).toEqual(lines);
});

it("holds one socket back without another", () => {
  const other = socket({ path: "/run/other.sock" });
  const log = createChangeLog();
  log.linesFor(report([sound, other]));
  const lines = log.linesFor(report([unreachable, { ...other, verdict: "duplicate" }]));
  expect(lines.map(({ facts }) => facts["socket"])).toEqual(["/run/other.sock"]);
});
