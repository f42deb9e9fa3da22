import type { Report } from "../model/report.ts";
import { find, isOver } from "../act/found.ts";
import { blindness } from "../detect/cutover-refusals.ts";
import { releaseName } from "./cutover-end-old.ts";
import { isGoodAnswer, oldStillListens, ownerIn, placesOf, socketIn } from "./cutover-native.ts";
import { dropOldPidfile } from "./cutover-pidfile.ts";
import { type CutoverWalk, done, failed, skipped, type StepEnd } from "./cutover-walk.ts";

const ANSWER_MS = 60_000;
/** So long after its start there is a process of it, or there will be none. */
const HOPELESS_MS = 10_000;
const BETWEEN_MS = 250;
const DOUBT_MS = 3_000;
const ONE_ANSWER_MS = 10_000;

/**
 * Starts the service by its init script, where nobody serves for certain. What could not be told is
 * no such thing: a second master, or an end of the one that serves, would be worse than waiting.
 */
export async function startOld(walk: CutoverWalk): Promise<StepEnd> {
  const { parts } = walk;
  const { old } = walk.record().target;
  const endMs = parts.clock.monotonicMs() + DOUBT_MS;
  let report: Report;
  for (;;) {
    ({ report } = await parts.look());
    const serves = whoServes(walk, report);
    if (serves !== undefined) return skipped(`master ${serves} serves`);
    const doubt = await whyNotUnserved(walk, report);
    if (doubt === undefined) break;
    // one look may meet processes as they end
    if (parts.clock.monotonicMs() > endMs) return failed(`nothing is started: ${doubt}`);
    await parts.clock.sleep(BETWEEN_MS);
  }
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
    const alive = livingOf(walk, report);
    if (alive.length > 0) {
      return failed(`the script's stop is not run while process ${alive.join(", ")} lives`);
    }
    const unstopped = await parts.systemd.stop(old.unit);
    // of a script that finds nobody to stop; whether it starts is what counts
    if (unstopped !== undefined) walk.note(unstopped);
  }
  await parts.systemd.resetFailed(old.unit);
  const why = await parts.systemd.start(old.unit);
  return why === undefined ? done(`${old.unit} is started by its init script`) : failed(why);
}

/** The pid of who owns the path: as a report has it, or because its file and its listener last. */
function whoServes(walk: CutoverWalk, report: Report): number | undefined {
  const { socket } = walk.record().target;
  const owner = ownerIn(report, socket.path);
  if (owner !== undefined) return owner.master.pid;
  const file = walk.parts.eyes.file(socket.path);
  const same =
    file.kind === "socket" &&
    file.device === socket.file?.device &&
    file.inode === socket.file.inode;
  return same && oldStillListens(walk) ? walk.record().served?.master.pid : undefined;
}

/** Why it is not certain that nobody serves: only a whole look and a refused connection are proof. */
export async function whyNotUnserved(
  walk: CutoverWalk,
  report: Report,
): Promise<string | undefined> {
  const { path } = walk.record().target.socket;
  const [blind] = blindness(report);
  if (blind !== undefined) return blind.why;
  const socket = socketIn(report, path);
  if (socket?.verdict === "unknown") return `not enough could be seen of ${path}`;
  const master = (socket?.groups ?? []).find((group) => group.master !== null)?.master;
  if (master) return `master ${master.pid} lives, and it is not certain that it does not serve`;
  return await whyReached(walk);
}

/**
 * Why somebody may be reached at the path; undefined: nothing stands there, or a connection to what
 * does is refused. Who lives elsewhere does not matter: nobody new comes to them.
 */
export async function whyReached({ parts, record }: CutoverWalk): Promise<string | undefined> {
  const { path, url } = record().target.socket;
  const file = parts.eyes.file(path);
  if (file.kind === "absent") return undefined;
  if (file.kind !== "socket") return `what stands at ${path} is no socket, or could not be told`;
  const answer = await parts.ask({ through: "socket", path, url }, ONE_ANSWER_MS);
  if (answer.kind === "silent" && /^(?:ECONNREFUSED|ENOENT)$/.test(answer.why)) return undefined;
  const what = answer.kind === "silent" ? answer.why : `status ${answer.status}`;
  return `a connection to ${path} was not refused (${what}), so somebody listens there`;
}

/** Pids of the old processes and of the socket's groups that live. */
function livingOf({ parts, record }: CutoverWalk, report: Report): readonly number[] {
  const groups = socketIn(report, record().target.socket.path)?.groups ?? [];
  const members = groups.flatMap(({ master, workers, others }) =>
    [...(master === null ? [] : [master]), ...workers, ...others].map(({ pid }) => pid),
  );
  // pids of another boot are others by now
  const aside = record().bootId === parts.bootId ? record().aside : [];
  const old = aside.filter((id) => !isOver(find(id, parts.eyes))).map(({ pid }) => pid);
  return [...new Set([...old, ...members])].filter((pid) => parts.eyes.process(pid) !== "gone");
}

/** Waits until somebody serves, and tells who it is. */
export async function checkOld(walk: CutoverWalk): Promise<StepEnd> {
  const { parts } = walk;
  const { socket, old } = walk.record().target;
  const sinceMs = parts.clock.monotonicMs();
  const endMs = sinceMs + ANSWER_MS;
  for (;;) {
    const { report } = await parts.look();
    const owner = whoServes(walk, report);
    const silent = owner === undefined ? "nobody is known to own the path" : await whySilent(walk);
    if (owner !== undefined && silent === undefined) {
      releaseName(walk);
      const unit = parts.unitOf(owner) ?? "no unit";
      return done(`master ${owner} in ${unit} serves ${socket.path}`);
    }
    const nowMs = parts.clock.monotonicMs();
    const hopeless = nowMs > sinceMs + HOPELESS_MS && (await isNobodyThere(walk, report));
    if (nowMs > endMs || hopeless) {
      return failed(`nobody serves ${socket.path}: ${silent}; see systemctl status ${old.unit}`);
    }
    await parts.clock.sleep(BETWEEN_MS);
  }
}

/** Nobody serves for certain, and no process is in the unit that might come to. */
async function isNobodyThere(walk: CutoverWalk, report: Report): Promise<boolean> {
  const { parts, record } = walk;
  const members = await parts.members(record().target.old.unit);
  // a gunicorn that still loads its application has no signals yet that tell of a master
  const mayCome = (pid: number): boolean => {
    const now = parts.eyes.process(pid);
    return now === "unreadable" || (now !== "gone" && /^(?:gunicorn|python)/.test(now.comm));
  };
  if (members === undefined || members.some(mayCome)) return false;
  return (await whyNotUnserved(walk, report)) === undefined;
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
