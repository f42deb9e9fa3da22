import { advance, type Limits, type Memory } from "../../../agent/detect/reducer.ts";
import type { IncidentChange } from "../../../agent/model/incident.ts";
import type { Report } from "../../../agent/model/report.ts";
import type { Snapshot } from "../../../agent/model/snapshot.ts";
import { crew, listener, see, snapshot, takenAtMs } from "./build.ts";

/** Of three masters one after the other at the usual place. */
export const listeners = [listener(80), listener(90), listener(100)];

/** Master 20 serves alone. */
export const fine = { processes: crew(20, [21]) };

/** Master 10 is stale beside it. */
export const duplicate = {
  processes: [...crew(10, [11], { holds: [90] }), ...crew(20, [21])],
  listeners,
};

/** Master 15 is, which came between the two. */
export const another = {
  processes: [...crew(15, [16], { holds: [80] }), ...crew(20, [21])],
  listeners,
};

/** Both are. */
export const three = {
  processes: [...duplicate.processes, ...crew(15, [16], { holds: [80] })],
  listeners,
};

/** One scan of a story: what it saw, and what the reducer made of it. */
export interface Scan {
  /** Seconds on the clock that never jumps. */
  readonly at: number;
  readonly saw: Partial<Snapshot>;
  /** The kinds of all findings, worst first, and whether the worst is confirmed. */
  readonly shows: string;
  /** The changes, as `suspected duplicate`. */
  readonly says: readonly string[];
  /** Seconds at which a look is worth while. */
  readonly next?: number;
}

/** The limits of every story that sets no others: 5 s, 90 s, 10 min and 1 min. */
export const limits: Limits = {
  confirmForMs: 5_000,
  cutoverMs: 90_000,
  handoverLimitMs: 600_000,
  drainLimitMs: 60_000,
};

/** Scans one after the other; the wall clock goes along unless a scan sets its own. */
export function told(story: readonly Scan[], within: Limits = limits): Scan[] {
  let memory: Memory = new Map();
  return story.map(({ at, saw }) => {
    const report = see(snapshot({ takenAtMs: takenAtMs + at * 1_000, ...saw }));
    const step = advance(memory, report, at * 1_000, within);
    memory = step.memory;
    const heard = { at, saw, shows: shown(step.report), says: step.changes.map(inWords) };
    return step.nextMs === undefined ? heard : { ...heard, next: step.nextMs / 1_000 };
  });
}

function shown({ sockets }: Report): string {
  return sockets
    .map(({ findings, confirmed }) => {
      const kinds = findings.map(({ kind }) => kind).join(" ") || "sound";
      return confirmed ? `${kinds}, confirmed` : kinds;
    })
    .join("; ");
}

function inWords({ change, kind, wasConfirmed }: IncidentChange): string {
  return wasConfirmed ? `${change} ${kind} that was confirmed` : `${change} ${kind}`;
}
