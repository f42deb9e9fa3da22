import { whySilent } from "./cutover-native.ts";
import { mayCome, whyReached, whoServes } from "./cutover-reached.ts";
import { type CutoverWalk, done, failed, type StepEnd } from "./cutover-walk.ts";

const ANSWER_MS = 60_000;
/** So long after its start there is a process of it, or there will be none. */
const HOPELESS_MS = 10_000;
/** A site whose socket answers is not waited for at nginx for longer. */
const NGINX_MS = 5_000;
const BETWEEN_MS = 250;

/**
 * Waits until somebody serves, and tells who it is. `again` starts the service, where that had to
 * wait until nobody is reached; it tells whether it still has to.
 */
export async function checkOld(
  walk: CutoverWalk,
  again: (() => Promise<boolean>) | undefined,
): Promise<StepEnd> {
  const { parts } = walk;
  const { socket, old } = walk.record().target;
  let waits = again !== undefined;
  let sinceMs = parts.clock.monotonicMs();
  let answersSinceMs: number | undefined;
  for (;;) {
    const report = await parts.look();
    const owner = whoServes(walk, report);
    const silent = owner === undefined ? undefined : await whySilent(walk);
    const nowMs = parts.clock.monotonicMs();
    if (owner !== undefined && silent?.through !== "socket") answersSinceMs ??= nowMs;
    else answersSinceMs = undefined;
    if (answersSinceMs !== undefined && (!silent || nowMs - answersSinceMs >= NGINX_MS)) {
      if (silent !== undefined) walk.note(silent.why);
      const unit = owner === undefined ? undefined : parts.unitOf(owner);
      return done(`master ${owner} in ${unit ?? "no unit"} serves ${socket.path}`);
    }
    if (waits && again !== undefined && (await whyReached(walk)) === undefined) {
      waits = await again();
      if (!waits) {
        sinceMs = parts.clock.monotonicMs();
        continue;
      }
    }
    const hopeless = nowMs > sinceMs + HOPELESS_MS && !waits && (await isNobodyThere(walk));
    if (nowMs > sinceMs + ANSWER_MS || hopeless) {
      const why = silent?.why ?? "nobody is known to own the path";
      return failed(`nobody serves ${socket.path}: ${why}; see systemctl status ${old.unit}`);
    }
    await parts.clock.sleep(BETWEEN_MS);
  }
}

/** Nobody is reached, and no process is in the unit that might come to serve. */
async function isNobodyThere(walk: CutoverWalk): Promise<boolean> {
  const { parts, record } = walk;
  const { old } = record().target;
  const members = await parts.members(old.unit);
  // whose master was elsewhere may be started elsewhere again, where nobody looks for it
  const wasInUnit = old.groups.every(({ master }) => {
    return master === null || old.inCgroup?.includes(master.pid) === true;
  });
  if (!wasInUnit || members === undefined) return false;
  if (members.some((pid) => mayCome(walk, pid))) return false;
  return (await whyReached(walk)) === undefined;
}
