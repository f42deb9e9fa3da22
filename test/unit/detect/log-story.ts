import { livesOf } from "../../../agent/detect/lifetimes.ts";
import { withSightings, type SeenLife } from "../../../agent/detect/lifetimes-sightings.ts";
import type { JournalEvent } from "../../../agent/model/journal.ts";
import type { LivingMaster, MasterLife } from "../../../agent/model/occurrence.ts";
import { scanErrorLog } from "../../../agent/parse/error-log.ts";

/** The moment that stories count seconds from. */
export const t0 = Date.parse("2026-11-22T18:00:00Z");

/** Milliseconds since 1970 of a second of the story. */
export function at(seconds: number): number {
  return t0 + seconds * 1_000;
}

/** One line of a log: second, pid, message. */
export type Told = readonly [second: number, pid: number, message: string];

/** A line as gunicorn writes it. */
export function logLine([second, pid, message]: Told): string {
  const stamp = new Date(at(second)).toISOString().slice(0, 19).replace("T", " ");
  return `[${stamp} +0000] [${pid}] [INFO] ${message}`;
}

/** A master that starts, and listens at once. */
export function comes(second: number, pid: number, address = "unix:app.sock"): readonly Told[] {
  return [
    [second, pid, "Starting gunicorn 20.1.0"],
    [second, pid, `Listening at: ${address} (${pid})`],
  ];
}

/** A master that is told to end, and does. */
export function goes(second: number, pid: number): readonly Told[] {
  return [
    [second, pid, "Handling signal: term"],
    [second + 1, pid, "Shutting down: Master"],
  ];
}

/** A line that only a master writes. */
export function speaks(second: number, pid: number): readonly Told[] {
  return [[second, pid, "4 workers"]];
}

/** The lives that a log with these lines tells of. */
export function livesIn(told: readonly Told[], log = "error.log"): readonly MasterLife[] {
  const scan = scanErrorLog({ localClock: (ms) => ms, masters: new Set(), maxMarks: 100_000 });
  for (const one of told) scan.add(logLine(one));
  return livesOf(log, scan.finish().marks).lives;
}

/** What else is known in a story. */
export interface Beside {
  readonly events?: readonly JournalEvent[];
  readonly living?: readonly LivingMaster[];
  readonly nowMs?: number;
}

/** The lives of a log, completed by what else is known. */
export function seenIn(
  told: readonly Told[],
  { events = [], living = [], nowMs = at(100_000) }: Beside = {},
): readonly SeenLife[] {
  return withSightings(livesIn(told), { events, living, nowMs });
}

let cursors = 0;
function place(second: number, bootId = "boot-1") {
  cursors += 1;
  return { atMs: at(second), monotonicMs: second * 1_000, bootId, cursor: `c${cursors}` };
}

/** Builders of events, each of the unit platform.service unless it says another. */
export const journal = {
  stopped: (second: number, jobType: string | undefined = "restart"): JournalEvent[] => [
    { kind: "stop-begun", ...place(second), unit: "platform.service", jobType },
    { kind: "stopped", ...place(second), unit: "platform.service", jobType },
  ],
  /** A stop that these processes survive. */
  survived: (
    second: number,
    pids: readonly number[],
    { comm = "gunicorn: maste", jobType = "restart" } = {},
  ): JournalEvent[] => {
    const [begun, done] = journal.stopped(second, jobType) as [JournalEvent, JournalEvent];
    const left = pids.map((pid): JournalEvent => ({
      kind: "leftover-after-stop",
      ...place(second),
      unit: "platform.service",
      pid,
      comm,
    }));
    return [begun, ...left, done];
  },
  /** A start that finds these processes in the unit's cgroup. */
  started: (
    second: number,
    pids: readonly number[] = [],
    { comm = "gunicorn: maste", unit = "platform.service", bootId = "boot-1" } = {},
  ): JournalEvent[] => [
    ...pids.map((pid): JournalEvent => ({
      kind: "leftover-at-start",
      ...place(second, bootId),
      unit,
      pid,
      comm,
    })),
    { kind: "start-begun", ...place(second, bootId), unit, jobType: "start" },
    { kind: "started", ...place(second, bootId), unit, jobType: "start" },
  ],
  boot: (second: number, bootId = "boot-1"): JournalEvent[] => [
    { kind: "boot", ...place(second, bootId) },
  ],
  manager: (
    kind: "manager-reload" | "manager-reexec",
    second: number,
    by?: string,
  ): JournalEvent[] => [{ kind, ...place(second), by }],
  sudo: (second: number, user: string, command: string): JournalEvent[] => [
    { kind: "sudo", ...place(second), user, command },
  ],
  oom: (second: number, pid: number, comm = "gunicorn: worke"): JournalEvent[] => [
    { kind: "kernel-oom", ...place(second), pid, comm },
  ],
  state: (
    kind: "auto-restart" | "unit-oom" | "main-exited" | "unit-failed",
    second: number,
    unit = "platform.service",
  ): JournalEvent[] => [{ kind, ...place(second), unit, detail: `it was ${kind}` }],
  killed: (second: number, pid: number | undefined): JournalEvent[] => [
    {
      kind: "signalled",
      ...place(second),
      unit: "platform.service",
      pid,
      signal: "SIGKILL",
      requested: true,
    },
  ],
  job: (
    kind: "start-begun" | "started" | "start-failed" | "stop-begun" | "stopped",
    second: number,
    unit: string,
  ): JournalEvent[] => [{ kind, ...place(second), unit, jobType: "start" }],
};
