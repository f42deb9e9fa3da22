import type { Done } from "../model/acting.ts";
import type { ProcessId } from "../model/process.ts";
import { find, isStopped, missingText } from "./found.ts";
import type { Walk } from "./walk.ts";

/** What came of stopping a process. */
export type Frozen =
  | { readonly kind: "stopped" } // surely the one that was meant, and it stands still
  | { readonly kind: "unstopped"; readonly why: string } // the one that was meant, told to stop
  | { readonly kind: "gone"; readonly why: string } // nobody that was meant is stopped by it
  | { readonly kind: "unknown"; readonly why: string } // told to stop, and not to be looked at
  | { readonly kind: "refused"; readonly why: string }; // SIGSTOP was not sent

const POLL_MS = 10;

/**
 * Sends SIGSTOP and looks again who got it. Whoever it was not meant for goes on at once. A process
 * in state D stops only when it leaves it: after `patienceMs` it is `unstopped`.
 */
export async function freeze(walk: Walk, id: ProcessId, patienceMs: number): Promise<Frozen> {
  const { eyes, hands, clock } = walk.parts;
  const before = find(id, eyes);
  if (before.kind === "unreadable") {
    return { kind: "refused", why: missingText("process", id, before) };
  }
  if (before.kind !== "same") return { kind: "gone", why: missingText("process", id, before) };
  const done = hands.signal(id.pid, "SIGSTOP");
  if (done.kind === "gone") return { kind: "gone", why: `process ${id.pid} is gone` };
  if (done.kind !== "done") return { kind: "refused", why: failureText("SIGSTOP", id, done) };
  const end = clock.monotonicMs() + patienceMs;
  for (;;) {
    const found = find(id, eyes);
    if (found.kind === "same" && isStopped(found.now)) return { kind: "stopped" };
    if (found.kind === "gone") return { kind: "gone", why: missingText("process", id, found) };
    if (found.kind === "another") {
      // it was given the pid between the look and the signal
      letGo(walk, found.now.id);
      return { kind: "gone", why: missingText("process", id, found) };
    }
    if (clock.monotonicMs() >= end) {
      if (found.kind === "unreadable") {
        return { kind: "unknown", why: missingText("process", id, found) };
      }
      const why = `process ${id.pid} does not stop: it is in state ${found.now.state}`;
      return { kind: "unstopped", why };
    }
    await walk.pause(POLL_MS);
  }
}

/** Sends SIGCONT to whoever was stopped by us and is not to be ended. */
export function letGo(walk: Walk, id: ProcessId): void {
  const done = walk.parts.hands.signal(id.pid, "SIGCONT");
  if (done.kind === "denied" || done.kind === "failed") {
    walk.problems.add(`pid ${id.pid} is left stopped: ${failureText("SIGCONT", id, done)}`);
  }
}

/** One sentence on a signal that could not be sent. */
export function failureText(signal: string, { pid }: ProcessId, done: Failure): string {
  return `${signal} to pid ${pid} was not possible: ${done.why}`;
}

type Failure = Extract<Done, { kind: "denied" | "failed" }>;
