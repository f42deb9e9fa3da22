import { hashOf, standing } from "../act/put-files.ts";
import { whyFollowed } from "./cutover-aside.ts";
import { keptAt, putAway, putUnitBack } from "./cutover-install.ts";
import { whyNotUnserved } from "./cutover-old.ts";
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

/**
 * Puts the native unit back and starts it, where the init script did not bring the service up and
 * nobody serves for certain.
 */
export async function restoreNative(walk: CutoverWalk): Promise<StepEnd> {
  const { parts, record } = walk;
  const { old, start } = record().target;
  const doubt = await whyNotUnserved(walk, (await parts.look()).report);
  if (doubt !== undefined) return skipped(`the native unit is not started: ${doubt}`);
  const members = await parts.members(old.unit);
  if (members?.length !== 0) {
    return skipped(`the native unit is not started: ${old.unit} has processes, or may have`);
  }
  const missing = await putUnitBack(walk);
  if (missing !== undefined) return failed(missing);
  const away = await putAway(walk);
  // the native unit has precedence over it
  if (away.result === "failed") walk.note(away.text);
  const unread = await parts.systemd.reload();
  if (unread !== undefined) return failed(unread);
  const followed = await whyFollowed(walk);
  if (followed !== undefined) return failed(followed);
  // a start of what the init script has left active (exited) would do nothing; nobody is in it
  const unstopped = await parts.systemd.stop(record().target.service.name);
  if (unstopped !== undefined) return failed(unstopped);
  for (const unit of start) {
    await parts.systemd.resetFailed(unit);
    const why = await parts.systemd.start(unit);
    if (why !== undefined) return failed(why);
  }
  const end = await untilServing(walk, () => false);
  return end.result === "failed" ? end : done(`the native unit is put back: ${end.text}`);
}
