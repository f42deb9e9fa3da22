import { expect, it } from "vitest";
import { whichWay } from "../../../agent/run/cutover-which-way.ts";
import { group, path, report, socket } from "../cli/reports.ts";
import { cutover } from "../history/cutovers.ts";
import { type FakeHost, fakeCutover } from "./fake-cutover.ts";

const file = "/etc/systemd/system/platform.service";
const runs = { activeState: "active", subState: "running", fragmentPath: file, mainPid: 70 };
/** Master 70 has the path and two of its four workers. */
const starting = report([
  socket({
    groups: [group("serving", 70, { workers: [71, 72].map((pid) => ({ pid, startTicks: 1 })) })],
  }),
]);
const serving = report([socket({ groups: [group("serving", 70)] })]);
const generated = "/run/systemd/generator.late/platform.service";
const nobody = report([socket({ verdict: "no-master", masters: 0, groups: [] })]);
const stands = { kind: "socket", device: 1, inode: 2 } as const;
const oldLives = new Map([[68, [25_453]]]);

it.each<[string, Omit<FakeHost, "record">, boolean, RegExp]>([
  [
    "forward where only the native unit has the path, ready or not",
    { report: starting, file: stands, unit: () => runs },
    true,
    /only the native unit has the path \(master 70 has 2 of 4 workers\)/,
  ],
  [
    "back where the old master listens and the native one is never ready",
    { report: starting, file: stands, unit: () => runs, living: oldLives },
    false,
    /master 70 has 2 of 4 workers/,
  ],
  [
    "back where the native unit failed",
    { report: nobody, unit: () => ({ ...runs, activeState: "failed", mainPid: 0 }) },
    false,
    /failed/,
  ],
  [
    "back at once where nothing of it runs",
    { report: nobody, file: stands, unit: () => ({ ...runs, mainPid: 0 }), living: oldLives },
    false,
    /no main process yet/,
  ],
  [
    "back where systemd follows the master of the init script",
    { report: serving, file: stands, unit: () => ({ ...runs, fragmentPath: generated }) },
    false,
    /systemd has platform.service from \/run\/.*, not from what was written/,
  ],
])("goes %s", async (_, host, forward, says) => {
  const { target } = cutover();
  const record = cutover({
    served: { master: { pid: 68, startTicks: 6_800 }, listenerInode: 25_453 },
    target: { ...target, socket: { ...target.socket, path } },
  });
  const { walk } = fakeCutover({ record, ...host });
  const way = await whichWay(walk);
  expect(way.text).toMatch(says);
  expect(way.forward).toBe(forward);
});
