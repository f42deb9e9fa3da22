import { find, isOver } from "../act/found.ts";
import { releaseName } from "./cutover-end-old.ts";
import { isGoodAnswer, ownerIn, placesOf } from "./cutover-native.ts";
import { dropOldPidfile } from "./cutover-pidfile.ts";
import { type CutoverWalk, done, failed, skipped, type StepEnd } from "./cutover-walk.ts";

const ANSWER_MS = 60_000;
const BETWEEN_MS = 250;
const ONE_ANSWER_MS = 10_000;

/** Starts the service by its init script, unless somebody owns the path and lives. */
export async function startOld(walk: CutoverWalk): Promise<StepEnd> {
  const { parts } = walk;
  const { old, socket } = walk.record().target;
  const owner = ownerIn((await parts.look()).report, socket.path);
  if (owner !== undefined) return skipped(`master ${owner.master.pid} serves`);
  if (old.kind === "no-unit" || old.initScript === null) {
    return failed("nobody serves, and there is no init script: start it as it was started before");
  }
  await dropDeadPidfile(walk);
  const unit = await parts.unit(old.unit);
  const members = await parts.members(old.unit);
  if (members === undefined || unit === undefined) return failed("systemd could not be asked");
  if (members.length > 0) {
    return failed(`process ${members.join(", ")} is in ${old.unit}, and nobody owns the path`);
  }
  // a start of one that is active (exited) would do nothing
  if (unit.activeState === "active") {
    const unstopped = await parts.systemd.stop(old.unit);
    // of a script that finds nobody to stop; whether it starts is what counts
    if (unstopped !== undefined) walk.note(unstopped);
  }
  await parts.systemd.resetFailed(old.unit);
  const why = await parts.systemd.start(old.unit);
  return why === undefined ? done(`${old.unit} is started by its init script`) : failed(why);
}

/** Waits until somebody serves, and tells who it is. */
export async function checkOld(walk: CutoverWalk): Promise<StepEnd> {
  const { parts } = walk;
  const { socket, old } = walk.record().target;
  const endMs = parts.clock.monotonicMs() + ANSWER_MS;
  for (;;) {
    const owner = ownerIn((await parts.look()).report, socket.path);
    const silent = owner === undefined ? "nobody owns the path" : await whySilent(walk);
    if (owner !== undefined && silent === undefined) {
      releaseName(walk);
      const unit = parts.unitOf(owner.master.pid) ?? "no unit";
      return done(`master ${owner.master.pid} in ${unit} serves ${socket.path}`);
    }
    if (parts.clock.monotonicMs() > endMs) {
      return failed(`nobody serves ${socket.path}: ${silent}; see systemctl status ${old.unit}`);
    }
    await parts.clock.sleep(BETWEEN_MS);
  }
}

async function whySilent(walk: CutoverWalk): Promise<string | undefined> {
  for (const place of placesOf(walk)) {
    const answer = await walk.parts.ask(place, ONE_ANSWER_MS);
    if (isGoodAnswer(walk, place, answer)) continue;
    const what = answer.kind === "answered" ? `answers ${answer.status}` : answer.why;
    return `asked through ${place.through === "nginx" ? "nginx" : "the socket"}: ${what}`;
  }
  return undefined;
}

/**
 * The stop of an init script kills what its pidfile names, whoever that is by now: only one of the
 * old processes may stay named. And no gunicorn starts while the pid lives.
 */
async function dropDeadPidfile(walk: CutoverWalk): Promise<void> {
  const { parts } = walk;
  const { aside, bootId } = walk.record();
  const isOurs = (pid: number): boolean =>
    aside.some((id) => id.pid === pid && !isOver(find(id, parts.eyes)));
  const mayGo = (pid: number): boolean => bootId !== parts.bootId || !isOurs(pid);
  const path = await dropOldPidfile(walk, mayGo);
  if (path !== undefined) walk.note(`${path} named none of the old processes, and is removed`);
}
