import { lastSaid } from "../act/last-said.ts";
import { whyFollowed } from "./cutover-aside.ts";
import { lendGroup, takeGroupBack } from "./cutover-folder.ts";
import { restored, whileGuarded } from "./cutover-lead-back.ts";
import { isNativeFile, oldStillListens, nativeNow } from "./cutover-native.ts";
import { reasonOf } from "./remediation-lock.ts";
import { type CutoverWalk, done, failed, type StepEnd } from "./cutover-walk.ts";

/** Longer than any start of gunicorn takes from its unlink to its bind: a tenth of a millisecond. */
const LONGEST_GAP_MS = 1_000;
/** Once it is started nobody binds the path again. */
const LONGEST_LOSS_MS = 50;
const LOOK_MS = 10;
const ANSWER_MS = 90_000;
const BETWEEN_MS = 250;

/**
 * Starts the native unit, whose master takes the path: the one instant of the cutover. Nobody is in
 * the unit's cgroup before, so the stop that comes first ends nobody. A path that stays lost is told
 * at once: the old master is alive, and has to be led back to.
 */
export async function startNative(walk: CutoverWalk): Promise<StepEnd> {
  const { parts } = walk;
  const { service, old, start } = walk.record().target;
  for (const unit of new Set([old.unit, service.name])) {
    const members = await parts.members(unit);
    if (members === undefined) return failed(`who is in ${unit} could not be read`);
    if (members.length > 0) {
      return failed(`process ${members.join(", ")} is in ${unit}: somebody has started it again`);
    }
  }
  const changed = whyChanged(walk);
  if (changed !== undefined) return failed(changed);
  // the stop of the old unit would run its init script, which ends whom its pidfile names
  const unit = await parts.unit(service.name);
  if (!isNativeFile(walk, unit?.fragmentPath)) {
    return failed(`systemd has ${service.name} from ${unit?.fragmentPath ?? "no file"}`);
  }
  const followed = await whyFollowed(walk);
  if (followed !== undefined) return failed(followed);
  const stopped = (await whyNotStopped(walk)) ?? (await parts.systemd.stop(service.name));
  if (stopped !== undefined) return failed(stopped);
  await lendGroup(walk);
  const state = { ended: false };
  const starting = startAll(walk, start, () => state.ended)
    // here, since nobody waits for it before the path is watched no more
    .catch(reasonOf)
    .finally(() => {
      state.ended = true;
    });
  const lost = await whileGuarded(walk, () => watchPath(walk, LONGEST_GAP_MS, () => state.ended));
  if (lost !== undefined) {
    // what is under way ends when the unit is stopped, which comes next; nothing more is begun
    state.ended = true;
    return failed(lost);
  }
  const why = await starting;
  takeGroupBack(walk);
  if (why === undefined) return done(`${start.join(", ")} started`);
  const said = await lastSaid(service.name, parts.tool);
  return failed(said === "" ? why : `${service.name} did not start: ${said}`);
}

/** An old unit of another name stays active, and its script, once it is back, would be run to stop it. */
async function whyNotStopped({ parts, record }: CutoverWalk): Promise<string | undefined> {
  const { old, service } = record().target;
  if (old.unit === service.name) return undefined;
  const unit = await parts.unit(old.unit);
  // without its script there is no ExecStop, and nobody is in it
  return unit?.loadState === "not-found" && unit.activeState === "active"
    ? await parts.systemd.stop(old.unit)
    : undefined;
}

async function startAll(
  { parts }: CutoverWalk,
  units: readonly string[],
  isOver: () => boolean,
): Promise<string | undefined> {
  for (const unit of units) {
    if (isOver()) return undefined;
    const why = await parts.systemd.start(unit);
    if (why !== undefined) return why;
  }
  return undefined;
}

/** Until it is over. Gives why the path is lost, and leads it back at once; or undefined. */
async function watchPath(
  walk: CutoverWalk,
  longestMs: number,
  isOver: () => boolean,
): Promise<string | undefined> {
  const { eyes, clock } = walk.parts;
  const { socket, service } = walk.record().target;
  const { path } = socket;
  if (walk.record().served === null) return undefined;
  let goneSinceMs: number | undefined;
  while (!isOver()) {
    if (eyes.file(path).kind === "absent") goneSinceMs ??= clock.monotonicMs();
    else goneSinceMs = undefined;
    if (goneSinceMs !== undefined && clock.monotonicMs() - goneSinceMs > longestMs) {
      restored(walk);
      return `nothing stands at ${path} any more; see journalctl --unit ${service.name}`;
    }
    await clock.sleep(LOOK_MS);
  }
  return undefined;
}

/** Why what served before does not any more; undefined: it does, or nobody did. */
function whyChanged(walk: CutoverWalk): string | undefined {
  const { served, target } = walk.record();
  if (served === null) return undefined;
  const { path, file } = target.socket;
  const now = walk.parts.eyes.file(path);
  if (now.kind !== "socket" || now.device !== file?.device || now.inode !== file.inode) {
    return `another file stands at ${path} than before: somebody has started something`;
  }
  if (oldStillListens(walk)) return undefined;
  return `master ${served.master.pid}, which served, does not listen any more`;
}

/**
 * Waits until the native unit is all that it has to be. A gunicorn whose workers do not start ends,
 * and takes the path along: that is seen at once, since the old master still lives.
 */
export async function awaitNative(walk: CutoverWalk): Promise<StepEnd> {
  const state = { ended: false };
  const waited = untilServing(walk, () => state.ended)
    // here, since nobody waits for it before the path is watched no more
    .catch((error: unknown) => failed(reasonOf(error)))
    .finally(() => {
      state.ended = true;
    });
  const lost = await watchPath(walk, LONGEST_LOSS_MS, () => state.ended);
  if (lost === undefined) return await waited;
  state.ended = true;
  // it looks once more at most, which may take as long as an answer does; what it finds is known
  await whileGuarded(walk, () => waited);
  return failed(lost);
}

/** Waits until the native unit serves; failed when it is over, told to stop, or after 90 s. */
export async function untilServing(walk: CutoverWalk, isOver: () => boolean): Promise<StepEnd> {
  const { clock, stopAsked } = walk.parts;
  const endMs = clock.monotonicMs() + ANSWER_MS;
  const { name } = walk.record().target.service;
  for (;;) {
    const now = await nativeNow(walk);
    if (now.kind === "serves") return done(now.text);
    if (now.kind === "lost") return failed(`${now.why}; see journalctl --unit ${name}`);
    if (stopAsked()) return failed("told to stop");
    if (isOver() || clock.monotonicMs() > endMs) {
      return failed(`after ${ANSWER_MS / 1000} s ${now.why}`);
    }
    await clock.sleep(BETWEEN_MS);
  }
}
