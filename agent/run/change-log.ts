import type { Report, SocketReport } from "../model/report.ts";
import type { Verdict } from "../model/verdict.ts";
import { socketSentence } from "./sentences.ts";

/** One line of the log: a state has changed. */
export interface ChangeLine {
  readonly level: "info" | "warn";
  readonly message: string;
  /** Facts for machines: the verdict before and now, and all groups with their processes. */
  readonly facts: Readonly<Record<string, unknown>>;
}

/** Remembers the last state, and tells what is worth a line. */
export interface ChangeLog {
  /** Lines for what differs from the report before; none for an unchanged one. */
  linesFor(report: Report): readonly ChangeLine[];
}

/** A log that has seen nothing: the first report gives a line for every socket. */
export function createChangeLog(): ChangeLog {
  let before = new Map<string, { readonly state: string; readonly verdict: Verdict }>();
  let blindBefore = "[]";
  /** When an outage was first seen that is not told before it has lasted, by socket. */
  let heldBack = new Map<string, number>();
  return {
    linesFor(report) {
      const lines: ChangeLine[] = [];
      const stillHeld: typeof heldBack = new Map();
      const now: typeof before = new Map();
      const takenAtMs = Date.parse(report.takenAt);
      for (const socket of report.sockets) {
        const state = stateOf(socket);
        now.set(socket.path, { state, verdict: socket.verdict });
        const old = before.get(socket.path);
        if (old?.state === state) continue;
        const sinceMs = heldBack.get(socket.path) ?? takenAtMs;
        if (old !== undefined && isNew(socket, old) && isShort(takenAtMs - sinceMs)) {
          stillHeld.set(socket.path, sinceMs);
          now.set(socket.path, old);
        } else lines.push(changeLine(socket, old?.verdict));
      }
      for (const [path, { verdict }] of before) {
        if (!now.has(path)) lines.push(goneLine(path, verdict));
      }
      before = now;
      heldBack = stillHeld;
      const blind = JSON.stringify(report.blind);
      if (blind !== blindBefore) lines.push(blindLine(report));
      blindBefore = blind;
      return lines;
    },
  };
}

/**
 * An outage that is over sooner has no line. Every restart makes one: gunicorn takes its path away
 * and then waits for its workers (measured, idle: sync 130 ms, gthread and gevent 1 s, tornado 2 s),
 * and a new master binds a moment before it listens. The last of the looks that follow a change
 * comes 500 ms after it, and tells an outage that is still there.
 */
const MOMENT_MS = 400;

/** An outage that has neither been told nor confirmed yet. */
function isNew({ verdict, confirmed }: SocketReport, old: { readonly verdict: Verdict }): boolean {
  return verdict === "unreachable" && !confirmed && old.verdict !== "unreachable";
}

/** A clock that was set back in between makes no outage a short one. */
function isShort(lastedMs: number): boolean {
  return lastedMs >= 0 && lastedMs < MOMENT_MS;
}

/** What makes a state: verdict, roles and masters. Workers come and go without a line. */
function stateOf({ verdict, confirmed, evidence, findings, groups }: SocketReport): string {
  const masters = groups.map(({ role, master, listener }) => [
    role,
    master?.pid ?? null,
    master?.startTicks ?? null,
    listener.inode,
  ]);
  const kinds = findings.map(({ kind }) => kind);
  return JSON.stringify([verdict, confirmed, evidence, kinds, masters]);
}

function changeLine(socket: SocketReport, previous: Verdict | undefined): ChangeLine {
  const { path, verdict, confirmed, evidence, findings, groups } = socket;
  return {
    level: verdict === "one-master" || verdict === "handover" ? "info" : "warn",
    message: `${path}: ${socketSentence(socket)}`,
    facts: {
      socket: path,
      verdict,
      previous: previous ?? null,
      confirmed,
      evidence,
      findings,
      groups,
    },
  };
}

function goneLine(path: string, previous: Verdict): ChangeLine {
  return {
    level: "info",
    message: `${path}: no gunicorn is left there`,
    facts: { socket: path, verdict: null, previous },
  };
}

function blindLine({ blind }: Report): ChangeLine {
  if (blind.length === 0)
    return { level: "info", message: "nothing is hidden any more", facts: { blind } };
  const spots = blind.map(({ what, pid, reason }) => {
    return pid === undefined ? `${what} (${reason})` : `${what} of pid ${pid} (${reason})`;
  });
  return { level: "warn", message: `could not see: ${spots.join(", ")}`, facts: { blind } };
}
