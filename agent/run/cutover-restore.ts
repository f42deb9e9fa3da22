import { type Found, find } from "../act/found.ts";
import { endOutright } from "../act/end-outright.ts";
import { setAside, whyFollowed } from "./cutover-aside.ts";
import { putUnitBack } from "./cutover-install.ts";
import { putAway } from "./cutover-script-files.ts";
import { whyReached } from "./cutover-reached.ts";
import { untilServing } from "./cutover-start.ts";
import { type CutoverWalk, done, failed, skipped, type StepEnd } from "./cutover-walk.ts";

/** What is forked while it is ended is ended in the next. */
const MOST_ROUNDS = 5;
/** Nobody has reached them, so that they have nothing to finish. */
const GRACE_MS = 1_000;

/**
 * Puts the native unit back and starts it, where the init script did not bring the service up and
 * nobody is reached at the path. What lives otherwise is put where no stop of the unit reaches it.
 * `scriptRan`: what is in the unit was started in this boot by the way back, when nobody was in it.
 */
export async function restoreNative(walk: CutoverWalk, scriptRan: boolean): Promise<StepEnd> {
  const { parts, record } = walk;
  const { start, service } = record().target;
  const reached = await whyReached(walk);
  if (reached !== undefined) return skipped(`the native unit is not started: ${reached}`);
  const unended = scriptRan ? await whyNotEnded(walk) : undefined;
  if (unended !== undefined) return skipped(`the native unit is not started: ${unended}`);
  const aside = await setAside(walk);
  if (aside.result === "failed") return skipped(`the native unit is not started: ${aside.text}`);
  // nobody of what the script had started is in its unit any more
  walk.amend({ scriptRanIn: null });
  const missing = await putUnitBack(walk);
  if (missing !== undefined) return failed(missing);
  const away = await putAway(walk);
  // the native unit has precedence over it
  if (away.result === "failed") walk.note(away.text);
  const unread = await parts.systemd.reload();
  if (unread !== undefined) return failed(unread);
  const followed = await whyFollowed(walk);
  if (followed !== undefined) return failed(followed);
  // somebody may have come to serve meanwhile
  const again = await whyReached(walk);
  if (again !== undefined) return failed(`the native unit is not started: ${again}`);
  // a start of what the init script has left active (exited) would do nothing; nobody is in it
  const members = await parts.members(service.name);
  if (members?.length !== 0) return failed(`${service.name} has processes, or may have`);
  const unstopped = await parts.systemd.stop(service.name);
  if (unstopped !== undefined) return failed(unstopped);
  for (const unit of start) {
    await parts.systemd.resetFailed(unit);
    const why = await parts.systemd.start(unit);
    if (why !== undefined) return failed(why);
  }
  // who asked to stop wants somebody to serve
  const patient = { ...walk, parts: { ...parts, stopAsked: () => false } };
  const end = await untilServing(patient, () => false);
  const left = await parts.members(record().target.scope);
  if (left !== undefined && left.length > 0) {
    const who = `process ${left.join(", ")} goes on in ${record().target.scope}`;
    walk.note(`${who}, and may come to serve beside it: see onemaster status`);
  }
  return end.result === "failed" ? end : done(`the native unit is put back: ${end.text}`);
}

/**
 * Ends what the init script has started and what came to nothing: a gunicorn among it that is late
 * would be a second master. Why not all of it is ended, or undefined.
 */
async function whyNotEnded({ parts, record }: CutoverWalk): Promise<string | undefined> {
  const { unit } = record().target.old;
  for (let round = 0; round < MOST_ROUNDS; round += 1) {
    const pids = await parts.members(unit);
    if (pids === undefined) return `who is in ${unit} could not be read`;
    if (pids.length === 0) return undefined;
    const ids = pids.flatMap((pid) => {
      const now = parts.eyes.process(pid);
      return typeof now === "object" ? [now.id] : [];
    });
    // a daemon that the script starts besides gunicorn may have something to put away
    const others = ids.filter((id) => isOther(find(id, parts.eyes)));
    // one that could not be told to end is told of by what kills it
    for (const { pid } of others) parts.hands.signal(pid, "SIGTERM");
    if (others.length > 0) await parts.clock.sleep(GRACE_MS);
    const [problem] = await endOutright(ids, GRACE_MS, parts);
    if (problem !== undefined) return problem;
  }
  return `there are ever more processes in ${unit}`;
}

function isOther(found: Found): boolean {
  const isNone = found.kind === "same" && found.now.signalRole === "other";
  return isNone && !/^(?:gunicorn|python|pypy)/.test(found.now.comm);
}
