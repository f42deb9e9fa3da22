import type { ProcessNow } from "../model/acting.ts";
import { find, isStopped } from "../act/found.ts";
import { type CutoverWalk, done, failed, skipped, type StepEnd } from "./cutover-walk.ts";

const WAIT_MS = 2_000;
const BETWEEN_MS = 20;

/**
 * Lets masters go on that `--clean` had stopped before it died, or could not end: a stopped master
 * listens and never answers. It starts its workers again by itself. One that was told to end
 * meanwhile would remove the path by name as it goes on, whoever serves there: it is ended at once.
 */
export async function letStoppedGo(walk: CutoverWalk): Promise<StepEnd> {
  const { parts, record } = walk;
  const { eyes, hands, clock } = parts;
  // pids of another boot are others by now
  const aside = record().bootId === parts.bootId ? record().aside : [];
  const stopped = (): readonly ProcessNow[] =>
    aside.flatMap((id) => {
      const found = find(id, eyes);
      return found.kind === "same" && isStopped(found.now) ? [found.now] : [];
    });
  const found = stopped();
  if (found.length === 0) return skipped("nobody is stopped");
  for (const { id, endingPending } of found) {
    const signal = endingPending ? "SIGKILL" : "SIGCONT";
    const sent = hands.signal(id.pid, signal);
    if (sent.kind === "denied" || sent.kind === "failed") {
      walk.note(`${signal} to process ${id.pid} was not possible: ${sent.why}`);
    }
  }
  const endMs = clock.monotonicMs() + WAIT_MS;
  while (stopped().length > 0 && clock.monotonicMs() < endMs) await clock.sleep(BETWEEN_MS);
  const left = stopped();
  if (left.length > 0) return failed(`process ${pidsOf(left)} is still stopped`);
  const ended = found.filter(({ endingPending }) => endingPending);
  const also = ended.length === 0 ? "" : `; ${pidsOf(ended)} had been told to end, and is ended`;
  const on = found.filter(({ endingPending }) => !endingPending);
  return done(`process ${pidsOf(on) || "none"} goes on${also}`);
}

function pidsOf(all: readonly ProcessNow[]): string {
  return all.map(({ id }) => id.pid).join(", ");
}
