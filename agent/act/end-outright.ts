import type { Eyes, Hands, ProcessNow } from "../model/acting.ts";
import type { ProcessId } from "../model/process.ts";
import { find, isDead, isOver, isStopped } from "./found.ts";
import type { ActClock } from "./parts.ts";

/** What ending works with. */
export interface EndParts {
  readonly eyes: Eyes;
  readonly hands: Hands;
  readonly clock: Pick<ActClock, "monotonicMs" | "sleep">;
}

const POLL_MS = 20;
const STOP_MS = 2_000;
const KILL_MS = 5_000;

/**
 * Ends these processes and all below them, masters of any role: nobody is to serve afterwards.
 * Masters are stopped first, so that they replace nobody and never remove a path by name; workers
 * have `graceMs` for the requests they are at; whoever is left is killed. Gives what is not gone or
 * could not be signalled, one sentence each.
 */
export async function endOutright(
  ids: readonly ProcessId[],
  graceMs: number,
  parts: EndParts,
): Promise<readonly string[]> {
  const { eyes, hands, clock } = parts;
  const problems: string[] = [];

  function send(id: ProcessId, signal: "SIGSTOP" | "SIGTERM" | "SIGKILL"): void {
    if (find(id, eyes).kind !== "same") return;
    const sent = hands.signal(id.pid, signal);
    if (sent.kind === "denied" || sent.kind === "failed") {
      problems.push(`${signal} to process ${id.pid} was not possible: ${sent.why}`);
    }
  }

  async function waitFor(all: readonly ProcessId[], ms: number, over: IsOver): Promise<void> {
    const endMs = clock.monotonicMs() + ms;
    while (clock.monotonicMs() < endMs && !all.every((id) => over(id))) await clock.sleep(POLL_MS);
  }

  const gone: IsOver = (id) => isOver(find(id, eyes));
  const masters = livingIn(ids, eyes).filter(({ signalRole }) => signalRole === "master");
  for (const { id } of masters) send(id, "SIGSTOP");
  await waitFor(idsOf(masters), STOP_MS, (id) => {
    const found = find(id, eyes);
    return found.kind !== "same" || isStopped(found.now);
  });
  const known = [...ids, ...idsBelow(ids, eyes)];
  const workers = livingIn(known, eyes).filter(({ signalRole }) => signalRole === "worker");
  for (const { id } of workers) send(id, "SIGTERM");
  await waitFor(idsOf(workers), graceMs, gone);
  const rest = [...known, ...idsBelow(known, eyes)];
  for (const id of rest) if (!gone(id)) send(id, "SIGKILL");
  await waitFor(rest, KILL_MS, gone);
  const left = new Set(rest.filter((id) => !gone(id)).map(({ pid }) => pid));
  return [...new Set([...problems, ...[...left].map((pid) => `process ${pid} is still there`)])];
}

type IsOver = (id: ProcessId) => boolean;

function livingIn(ids: readonly ProcessId[], eyes: Eyes): readonly ProcessNow[] {
  return ids.flatMap((id) => {
    const found = find(id, eyes);
    return found.kind === "same" && !isDead(found.now) ? [found.now] : [];
  });
}

function idsBelow(ids: readonly ProcessId[], eyes: Eyes): readonly ProcessId[] {
  const roots = ids.filter((id) => find(id, eyes).kind === "same").map(({ pid }) => pid);
  return idsOf(eyes.below(roots) ?? []);
}

function idsOf(all: readonly ProcessNow[]): readonly ProcessId[] {
  return all.map(({ id }) => id);
}
