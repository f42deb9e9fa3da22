import type { EndingPlan } from "../model/remediation.ts";
import { passingReasons } from "../model/remediate-actor.ts";
import { carryOut, newRecord } from "../act/carry-out.ts";
import { find, isOver } from "../act/found.ts";
import { endOutright } from "../act/end-outright.ts";
import { dropDeadSocket, dropName } from "../act/old-name.ts";
import { pinFolder } from "../act/pinned-folder.ts";
import { realPathOf } from "../act/real-path.ts";
import { endingPlans } from "../detect/ending-plans.ts";
import { writeRemediation } from "../history/remediation-files.ts";
import { takeGroupBack } from "./cutover-folder.ts";
import { type NativeNow, nativeNow, oldStillListens, socketIn } from "./cutover-native.ts";
import { guardPath, whileGuarded } from "./cutover-lead-back.ts";
import { dropOldPidfile } from "./cutover-pidfile.ts";
import { reasonOf } from "./remediation-lock.ts";
import type { ActingLook } from "./remediation-parts.ts";
import { type CutoverWalk, done, failed, skipped, type StepEnd } from "./cutover-walk.ts";

/** What has to pass by waiting takes 10 s: an owner has to have shown that it can serve. */
const PATIENCE_MS = 30_000;
const LOOK_EVERY_MS = 1_000;
const BETWEEN_MS = 500;
const SCOPE_MS = 5_000;

/**
 * Ends the old groups as `remediate` ends stale ones. As long as nobody was ended there is a way
 * back, and a surprise leads to it; afterwards what could not be ended is told.
 */
export async function endOld(walk: CutoverWalk): Promise<StepEnd> {
  const { parts } = walk;
  let endMs = parts.clock.monotonicMs() + PATIENCE_MS;
  let ended = 0;
  for (;;) {
    // each look asks systemd twice: while it waits one a time is enough
    const look = once(parts.lookForActing);
    const native = await whileGuarded(walk, () =>
      nativeNow(walk, async () => (await look()).report),
    );
    const why = native.kind === "serves" ? undefined : native.why;
    // as long as it lives there is a way back, whoever else of the old is ended
    const canGoBack = oldStillListens(walk);
    const surprise = (text: string): StepEnd =>
      canGoBack || ended === 0 ? failed(text) : notAll(walk, ended, text);
    if (why !== undefined && native.kind === "lost") return surprise(why);
    const plans = await whileGuarded(walk, () => plansFor(walk, look));
    if (plans.length === 0 && !canGoBack) {
      if (ended > 0) return done(`${ended} old ${ended === 1 ? "group" : "groups"} ended`);
      return skipped("no old group is left");
    }
    const isReady = plans.some(mayBeEnded) && native.kind === "serves";
    // what was seen may be as old as the answers that were waited for
    const plan = isReady ? (await plansFor(walk, parts.lookForActing)).find(mayBeEnded) : undefined;
    if (plan !== undefined) {
      const { isEnded, odd } = await endOne(walk, plan);
      if (isEnded) {
        ended += 1;
        // to end one may take all of its grace: the next is waited for afresh
        endMs = parts.clock.monotonicMs() + PATIENCE_MS;
      }
      if (odd === undefined) continue;
      return oldStillListens(walk) || ended === 0 ? failed(odd) : notAll(walk, ended, odd);
    }
    if (parts.stopAsked() && canGoBack) return failed("told to stop");
    // one that may be ended has nothing against it, and that passes as well
    const mayPass = plans.length === 0 || plans.some(isPassing);
    if (parts.clock.monotonicMs() < endMs && mayPass) {
      await guardPath(walk, LOOK_EVERY_MS);
      continue;
    }
    return surprise(why ?? plans[0]?.refusals[0]?.why ?? "it could not be told why");
  }
}

/** The new unit serves and something of the old is left: going back would cost more than that. */
function notAll(walk: CutoverWalk, ended: number, why: string): StepEnd {
  walk.note(`not all went well as old groups were ended: ${why}; see onemaster status`);
  return done(`${ended} ended, not all as it should be`);
}

function mayBeEnded({ refusals }: EndingPlan): boolean {
  return refusals.length === 0;
}

/** True where nothing but time stands against it. */
function isPassing({ refusals }: EndingPlan): boolean {
  return refusals.every(({ reason }) => passingReasons.includes(reason));
}

/** The groups of this socket that were moved aside, each with what speaks against ending it. */
async function plansFor(
  walk: CutoverWalk,
  look: () => Promise<ActingLook>,
): Promise<readonly EndingPlan[]> {
  const { parts, record } = walk;
  const { aside, target } = record();
  const { report, units } = await look();
  const known = new Set(aside.map(({ pid, startTicks }) => `${pid} ${startTicks}`));
  const { graceMs } = parts.settings.remediation;
  const plans = endingPlans({ report, units, bootId: parts.bootId, graceMs });
  return plans.filter(({ socket, master, workers }) => {
    const members = master === null ? workers : [master];
    const ours = members.some(({ pid, startTicks }) => known.has(`${pid} ${startTicks}`));
    return socket === target.socket.path && ours;
  });
}

/** Whether anybody of the group is ended, and why it is not as it should be afterwards. */
async function endOne(
  walk: CutoverWalk,
  plan: EndingPlan,
): Promise<{ readonly isEnded: boolean; readonly odd: string | undefined }> {
  const { parts } = walk;
  const { stateDir } = parts.settings;
  const record = newRecord(plan, "person", false, parts.clock.wallMs());
  if (plan.workers.length > 0) {
    const pids = plan.workers.map(({ pid }) => pid).join(", ");
    parts.told.note(`workers ${pids} finish their requests, ${plan.graceMs / 1000} s at most`);
  }
  await writeRemediation(stateDir, record);
  const ids = plan.master === null ? plan.workers : [plan.master];
  const isAnyOver = (): boolean => ids.some((id) => isOver(find(id, parts.eyes)));
  const ended = await carryOut(record, {
    eyes: parts.eyes,
    hands: parts.hands,
    clock: parts.clock,
    realPath: realPathOf,
    folder: pinFolder,
    calledOff: () => undefined,
    keep: (next) => writeRemediation(stateDir, next),
    told: () => undefined,
  }).catch((error: unknown) => reasonOf(error));
  if (typeof ended === "object" && ended.outcome === "ended") {
    return { isEnded: true, odd: undefined };
  }
  const why = typeof ended === "string" ? ended : (ended.ending ?? "not ended");
  const odd = `${plan.role} master ${plan.master?.pid ?? "(dead)"}: ${why}`;
  return { isEnded: isAnyOver(), odd };
}

/** The first answer, for whoever asks again. */
function once<T>(ask: () => Promise<T>): () => Promise<T> {
  let answer: Promise<T> | undefined;
  return () => (answer ??= ask());
}

/** `--clean`: ends every group of the socket and whatever is in the unit, and removes the file. */
export async function stopAll(walk: CutoverWalk): Promise<StepEnd> {
  const { parts } = walk;
  const { old, socket } = walk.record().target;
  const report = await parts.look();
  const inUnit = await parts.members(old.unit);
  if (inUnit === undefined) return failed(`who is in ${old.unit} could not be read`);
  const groups = socketIn(report, socket.path)?.groups ?? [];
  const pids = groups.flatMap(({ master, workers, others }) =>
    [...(master === null ? [] : [master]), ...workers, ...others].map(({ pid }) => pid),
  );
  const ids = [...new Set([...inUnit, ...pids])].flatMap((pid) => {
    const now = parts.eyes.process(pid);
    return typeof now === "object" ? [now.id] : [];
  });
  walk.amend({ aside: ids });
  const unkept = await walk.keep();
  if (unkept !== undefined) return failed(`it could not be written down: ${unkept}`);
  const problems = await endOutright(ids, parts.settings.remediation.graceMs, parts);
  const left = await parts.members(old.unit);
  if (problems.length > 0 || left === undefined || left.length > 0) {
    const still = left === undefined ? "" : left.map((pid) => `process ${pid} is left`).join(", ");
    return failed([...problems, still].filter((text) => text !== "").join("; "));
  }
  const file = parts.eyes.file(socket.path);
  if (file.kind === "socket") {
    const dropped = dropDeadSocket(realPathOf(socket.path) ?? socket.path, file);
    if (dropped.kind !== "done") walk.note(`the dead file at ${socket.path} is left`);
  }
  return done(`${ids.length} processes ended; nobody serves now`);
}

/**
 * Nothing of the cutover is left over: the scope is gone, the second name, the old pidfile. Where
 * the native unit does not serve, and the old master lives, all is left for the way back.
 */
export async function finishUp(walk: CutoverWalk): Promise<StepEnd> {
  const { parts } = walk;
  const now = await settledNow(walk);
  if (now.kind !== "serves" && oldStillListens(walk)) return failed(now.why);
  const { scope } = walk.record().target;
  const endMs = parts.clock.monotonicMs() + SCOPE_MS;
  let left = await parts.members(scope);
  while (left?.length !== 0 && parts.clock.monotonicMs() < endMs) {
    await parts.clock.sleep(BETWEEN_MS);
    left = await parts.members(scope);
  }
  if (left === undefined) walk.note(`who is left in ${scope} could not be read`);
  else if (left.length > 0) walk.note(`process ${left.join(", ")} goes on in ${scope}`);
  releaseName(walk);
  takeGroupBack(walk);
  const pidfile = await dropPidfile(walk);
  const native = await settledNow(walk);
  if (native.kind !== "serves") return failed(native.why);
  return done(`${native.text}${pidfile}`);
}

/** A worker may be replaced, or somebody restart it, at the very moment of a look. */
async function settledNow(walk: CutoverWalk): Promise<NativeNow> {
  const { clock } = walk.parts;
  const endMs = clock.monotonicMs() + SCOPE_MS;
  for (;;) {
    const native = await nativeNow(walk);
    if (native.kind !== "not-yet" || clock.monotonicMs() > endMs) return native;
    await clock.sleep(BETWEEN_MS);
  }
}

/** Removes the second name of the old socket file; one that could not be removed is noted. */
export function releaseName(walk: CutoverWalk): void {
  const { keptName } = walk.record();
  if (keptName === null) return;
  const dropped = dropName(keptName);
  if (dropped.kind === "done" || dropped.kind === "gone") walk.amend({ keptName: null });
  else walk.note(`${keptName} is left: ${dropped.why}`);
}

/** The old pidfile names a process that is gone, and one day its pid is another's. */
async function dropPidfile(walk: CutoverWalk): Promise<string> {
  const { eyes } = walk.parts;
  const { aside } = walk.record();
  // who lives may be somebody else's by now, and is left
  const isGone = (pid: number): boolean => {
    const known = aside.filter((id) => id.pid === pid);
    if (known.length === 0) return eyes.process(pid) === "gone";
    return known.every((id) => isOver(find(id, eyes)));
  };
  const path = await dropOldPidfile(walk, isGone);
  return path === undefined ? "" : `; ${path} is removed`;
}
