import { expect, it } from "vitest";
import type { Links } from "../../../agent/probe/links.ts";
import { measuredProcesses } from "../../../agent/probe/measured.ts";
import type { Tracked } from "../../../agent/probe/process-table.ts";
import type { ProcessTable } from "../../../agent/probe/process-table.ts";

interface Row {
  readonly pid: number;
  readonly parent: number;
  readonly role?: Tracked["signalRole"];
  readonly holds?: boolean;
  readonly state?: string;
}

function tableOf(rows: readonly Row[]): ProcessTable {
  const tracked = new Map<number, Tracked>();
  for (const { pid, parent, role = "other", holds = false, state = "S" } of rows) {
    const links: Links = { kind: "read", descriptorOf: new Map(holds ? [[700, 5]] : []) };
    tracked.set(pid, {
      stat: {
        pid,
        comm: "gunicorn",
        state,
        parentPid: parent,
        threads: 1,
        startTicks: pid * 100,
        rssPages: 1,
        caughtSignals: 0,
      },
      signalRole: role,
      identity: {
        command: "gunicorn",
        uid: 33,
        unit: undefined,
        systemUnit: undefined,
        memoryCgroup: undefined,
        netns: undefined,
        pidfile: undefined,
      },
      links,
      holder: false,
      newborn: false,
    });
  }
  return {
    tracked,
    add: () => undefined,
    refresh: () => undefined,
    settle: () => Promise.resolve(),
    facts: () => [],
    blind: () => [],
  };
}

const master = { pid: 10, parent: 1, role: "master", holds: true } as const;
const worker = { pid: 11, parent: 10, role: "worker", holds: true } as const;

it.each<[string, readonly Row[], readonly number[]]>([
  ["a master and its workers", [master, worker], [10, 11]],
  ["what a worker has started", [master, worker, { pid: 12, parent: 11 }], [10, 11, 12]],
  [
    "what that has started, in whatever order they are known",
    [{ pid: 13, parent: 12 }, { pid: 12, parent: 11 }, worker, master],
    [13, 12, 11, 10],
  ],
  ["workers whose master is dead", [{ ...worker, parent: 1 }], [11]],
  ["a master that has closed its listener", [{ ...master, holds: false }, worker], [11, 10]],
  ["not a gunicorn that listens elsewhere", [{ ...master, holds: false }], []],
  ["not a zombie", [master, { ...worker, state: "Z" }], [10]],
  ["not the parent of a worker that is no master", [{ pid: 10, parent: 1 }, worker], [11]],
  [
    "nobody, of two that claim to be each other's parent",
    [
      { pid: 10, parent: 11 },
      { pid: 11, parent: 10 },
    ],
    [],
  ],
])("%s", (_, rows, pids) => {
  expect(measuredProcesses(tableOf(rows))).toEqual(
    pids.map((pid) => ({ pid, startTicks: pid * 100 })),
  );
});
