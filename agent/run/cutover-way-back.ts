import { hashOf, standing } from "../act/put-files.ts";
import { blindness } from "../detect/cutover-refusals.ts";
import { setAside, whyFollowed } from "./cutover-aside.ts";
import { keptAt, putAway, putUnitBack } from "./cutover-install.ts";
import { isNativeFile, oldStillListens, socketIn } from "./cutover-native.ts";
import { whyReached } from "./cutover-old.ts";
import { untilServing } from "./cutover-start.ts";
import { type CutoverWalk, done, failed, skipped, type StepEnd } from "./cutover-walk.ts";

/**
 * Why the init script would not start the service again, looked for before anything that works is
 * taken away; undefined: nothing speaks against it, or there was no script.
 */
export async function whyNoWayBack({ parts, record }: CutoverWalk): Promise<string | undefined> {
  const { target, scriptSha256 } = record();
  const { old, backup } = target;
  const { initScript, launcher } = old;
  if (old.kind === "no-unit" || initScript === null) return undefined;
  if ((await standing(initScript)) === "nothing") {
    const kept = keptAt(backup, initScript);
    const there = await standing(kept);
    if (there === "nothing") return `${initScript} is gone, and its copy ${kept} is missing`;
    if (scriptSha256 !== null && (there !== "file" || (await hashOf(kept)) !== scriptSha256)) {
      return `${initScript} is gone, and ${kept} is not the copy that was made of it`;
    }
  }
  if (!parts.hasGenerator()) {
    return `this systemd makes no units of init scripts any more, so ${initScript} would not start`;
  }
  if (launcher?.startsWith("/") === true && (await standing(launcher)) === "nothing") {
    return `${launcher}, which ${initScript} starts gunicorn through, is gone`;
  }
  return undefined;
}

/** True where the native unit runs and somebody is reached at the path, as far as can be told. */
export async function hasToLose(walk: CutoverWalk): Promise<boolean> {
  const { parts, record } = walk;
  const { name } = record().target.service;
  const unit = await parts.unit(name);
  if (unit !== undefined && !isNativeFile(walk, unit.fragmentPath)) return false;
  const members = await parts.members(name);
  return members?.length !== 0 && (await whyReached(walk)) !== undefined;
}

/**
 * Why a native unit that serves must not be stopped: without a way to what served before, the site
 * would be down after it. Changes nothing. Undefined: nothing speaks against it. `toLose`: what
 * `hasToLose` has told.
 */
export async function whyNotBack(walk: CutoverWalk, toLose: boolean): Promise<string | undefined> {
  if (oldStillListens(walk)) {
    if (!toLose || hasPath(walk) || hasName(walk)) return undefined;
    const { keptName, served } = walk.record();
    const old = `master ${served?.master.pid} listens, but ${keptName ?? "the second name"}`;
    return `${old}, by which the path would lead to it again, is gone`;
  }
  const noWay = await whyNoWayBack(walk);
  if (noWay !== undefined || !toLose) return noWay;
  return await whyNotStarted(walk);
}

/** True where the path leads to the file of the master that served before. */
export function hasPath(walk: CutoverWalk): boolean {
  return isOldFile(walk, walk.record().target.socket.path);
}

/** True where that file has its second name, by which the path can lead to it again. */
function hasName(walk: CutoverWalk): boolean {
  const { keptName } = walk.record();
  return keptName !== null && isOldFile(walk, keptName);
}

function isOldFile({ parts, record }: CutoverWalk, path: string): boolean {
  const { file } = record().target.socket;
  const now = parts.eyes.file(path);
  return now.kind === "socket" && now.device === file?.device && now.inode === file.inode;
}

/** Why the init script would not be run once the native unit is stopped, or start a second of some. */
async function whyNotStarted({ parts, record }: CutoverWalk): Promise<string | undefined> {
  const { scope, service, socket: about, old } = record().target;
  const { report } = await parts.look();
  const [blind] = blindness(report);
  if (blind !== undefined) return blind.why;
  const socket = socketIn(report, about.path);
  if (socket === undefined || socket.verdict === "unknown") {
    return `not enough could be seen of ${about.path}`;
  }
  const masters = socket.groups.flatMap(({ master }) => master ?? []);
  const other = masters.find(({ pid }) => parts.unitOf(pid) !== service.name);
  if (other !== undefined) {
    const where = parts.unitOf(other.pid) ?? "no unit";
    const cure = "end it first: onemaster remediate --yes";
    return `master ${other.pid} in ${where} listens at ${about.path} as well; ${cure}`;
  }
  const left = await parts.members(scope);
  if (left === undefined) return `who is in ${scope} could not be read`;
  if (left.length === 0) return undefined;
  const who = `process ${left.join(", ")} of before is still in ${scope}`;
  return `${who}: ${old.initScript} may start the same again beside it; end it first`;
}

/**
 * Puts the native unit back and starts it, where the init script did not bring the service up and
 * nobody is reached at the path. What lives otherwise is put where no stop of the unit reaches it.
 */
export async function restoreNative(walk: CutoverWalk): Promise<StepEnd> {
  const { parts, record } = walk;
  const { start, service } = record().target;
  const reached = await whyReached(walk);
  if (reached !== undefined) return skipped(`the native unit is not started: ${reached}`);
  const aside = await setAside(walk);
  if (aside.result === "failed") return skipped(`the native unit is not started: ${aside.text}`);
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
  const end = await untilServing(walk, () => false);
  return end.result === "failed" ? end : done(`the native unit is put back: ${end.text}`);
}
