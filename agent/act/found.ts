import type { Eyes, ProcessNow } from "../model/acting.ts";
import { type ProcessId, sameProcess } from "../model/process.ts";

/** What became of a process that was known before. */
export type Found =
  | { readonly kind: "same"; readonly now: ProcessNow }
  | { readonly kind: "gone" } // no process has its pid, or all its threads have ended
  | { readonly kind: "another"; readonly now: ProcessNow } // its pid was given to another
  | { readonly kind: "unreadable" };

/** Looks afresh for a process. A zombie counts as gone: it holds nothing and does nothing. */
export function find(id: ProcessId, eyes: Eyes): Found {
  const now = eyes.process(id.pid);
  if (now === "gone" || now === "unreadable") return { kind: now };
  if (!sameProcess(now.id, id)) return { kind: "another", now };
  return isDead(now) ? { kind: "gone" } : { kind: "same", now };
}

/** True when the process is surely not there any more: gone, a zombie, or its pid is another's. */
export function isOver(found: Found): boolean {
  return found.kind === "gone" || found.kind === "another";
}

/** True for a process that is only left to be reaped. */
export function isDead({ state }: ProcessNow): boolean {
  return state === "Z" || state === "X";
}

/** True for a process that a signal, or a tracer, has stopped. */
export function isStopped({ state }: ProcessNow): boolean {
  return state === "T" || state === "t";
}

/** True for a process whose tracer decides when it goes on: what is sent to it may never act. */
export function isTraced({ state }: ProcessNow): boolean {
  return state === "t";
}

/** One sentence on a process that was looked for and is not as it was; `what` names it. */
export function missingText(what: string, id: ProcessId, found: Exclude<Found, SameFound>): string {
  switch (found.kind) {
    case "gone":
      return `${what} ${id.pid} is gone`;
    case "another":
      return (
        `pid ${id.pid} is not ${what} ${id.pid} any more: the process there started at tick ` +
        `${found.now.id.startTicks}, not ${id.startTicks}`
      );
    case "unreadable":
      return `${what} ${id.pid} could not be looked at`;
  }
}

type SameFound = Extract<Found, { kind: "same" }>;
