import type { CutoverStepName, CutoverTarget } from "../model/cutover.ts";
import type { CutoverPlan } from "../model/cutover-plan.ts";
import type { CutoverRecord } from "../model/cutover-record.ts";
import { keepName, keptNameOf } from "../act/old-name.ts";
import { hashOfText } from "../act/put-files.ts";
import { realPathOf } from "../act/real-path.ts";
import { setAside } from "./cutover-aside.ts";
import { endOld, finishUp, stopAll } from "./cutover-end-old.ts";
import { giveOwnership, whyNotLoaded, writeUnit } from "./cutover-install.ts";
import { backUp, putAway } from "./cutover-script-files.ts";
import { nativeOwner, oldStillListens, ownerIn } from "./cutover-native.ts";
import type { Preflight } from "./cutover-preflight.ts";
import { awaitNative, startNative } from "./cutover-start.ts";
import { undoCutover } from "./cutover-undo.ts";
import { type CutoverWalk, done, failed, type StepEnd } from "./cutover-walk.ts";

/** The record of a cutover that has not begun. `nowMs` is wall clock time. */
export async function newCutover(
  { mode, socketActivation }: CutoverPlan,
  target: CutoverTarget,
  { statusBefore }: Preflight,
  bootId: string,
  nowMs: number,
): Promise<CutoverRecord> {
  const files = await Promise.all(
    target.files.map(async ({ path, mode: bits, secret, text }) => {
      return { path, mode: bits, secret, sha256: await hashOfText(text) };
    }),
  );
  return {
    schema: 1,
    unit: target.old.unit,
    bootId,
    mode,
    socketActivation,
    target: { ...target, files },
    startedAt: new Date(nowMs).toISOString(),
    endedAt: null,
    outcome: null,
    ending: null,
    undoing: null,
    served: null,
    keptName: null,
    folderMode: null,
    aside: [],
    scriptSha256: null,
    statusBefore,
    steps: [],
    measured: null,
  };
}

type Step = readonly [CutoverStepName, string, (walk: CutoverWalk) => Promise<StepEnd>];

/**
 * Takes all steps in their order. The first surprise leads back: what served before serves again,
 * and the record says so. The unit is in place before the init script is taken away, so that at any
 * moment there is something that a host which loses power would start.
 */
export async function carryCutoverOut(
  walk: CutoverWalk,
  { files }: CutoverTarget,
): Promise<CutoverRecord> {
  const { old, scope } = walk.record().target;
  const first: readonly Step[] = [
    ["record", "what will be put away is copied", backUp],
    ["ownership", "files are given to the service's user", giveOwnership],
  ];
  const live: readonly Step[] = [
    ["keep-name", "the live socket file gets a second name", keepOldName],
    ["set-aside", `the old groups go into ${scope}`, setAside],
  ];
  const clean: readonly Step[] = [["stop-all", "all old groups are ended", stopAll]];
  const then: readonly Step[] = [
    ["install", "the native unit is written", (one) => writeUnit(one, files)],
    ["put-away", `${old.initScript ?? "the init script"} goes into the backup`, putAwayAndLoad],
    ["start", "the native unit is started", startNative],
    ["answer", "it serves", awaitNative],
    ["end-old", "the old groups are ended", endOld],
  ];
  const isLive = walk.record().mode === "live";
  for (const [step, text, work] of [...first, ...(isLive ? live : clean), ...then]) {
    if (walk.parts.stopAsked() && step !== "end-old") {
      return await undoCutover(walk, "told to stop", "surprise");
    }
    const end = await walk.step(step, text, () => work(walk));
    if (end.result === "failed" && (await isAlone(walk))) {
      walk.note(`${step}: ${end.text}`);
      return await finishCutover(walk);
    }
    if (end.result === "failed") {
      return await undoCutover(walk, `${step}: ${end.text}`, "surprise");
    }
  }
  return await finishCutover(walk);
}

/** The old master is gone, and the native unit serves: with it stopped nobody would. */
async function isAlone(walk: CutoverWalk): Promise<boolean> {
  if (walk.record().mode === "clean" || oldStillListens(walk)) return false;
  return (await nativeOwner(walk)) !== undefined;
}

/** The last step, also of a cutover that another command left before it. */
export async function finishCutover(walk: CutoverWalk): Promise<CutoverRecord> {
  const end = await walk.step("finish", "nothing is left over", () => finishUp(walk));
  if (end.result === "failed" && oldStillListens(walk)) {
    return await undoCutover(walk, `finish: ${end.text}`, "surprise");
  }
  const outcome = end.result === "failed" ? "failed" : "done";
  return await walk.finish(outcome, end.text);
}

/**
 * Puts the script away, and has systemd read the native unit; failed where that is not what it has
 * read.
 */
export async function putAwayAndLoad(walk: CutoverWalk): Promise<StepEnd> {
  const away = await putAway(walk);
  if (away.result === "failed") return away;
  const why = await whyNotLoaded(walk);
  return why === undefined ? done(`${away.text}; systemd has read the native unit`) : failed(why);
}

/** Who serves, and its file: from here on there is a way back to it. */
async function keepOldName(walk: CutoverWalk): Promise<StepEnd> {
  const { parts, record } = walk;
  const { socket } = record().target;
  const owner = ownerIn(await parts.look(), socket.path);
  const file = parts.eyes.file(socket.path);
  if (owner === undefined || file.kind !== "socket") {
    return failed(`nobody is known for certain to own ${socket.path}`);
  }
  const live = realPathOf(socket.path);
  if (live === undefined) return failed(`where ${socket.path} leads is not known`);
  const { device, inode } = file;
  const { pid, startTicks } = owner.master;
  const keptName = keptNameOf(live);
  walk.amend({
    keptName,
    served: { master: { pid, startTicks }, listenerInode: owner.listener.inode },
    target: { ...record().target, socket: { ...socket, file: { device, inode } } },
  });
  const unkept = await walk.keep();
  if (unkept !== undefined) return failed(`it could not be written down: ${unkept}`);
  const kept = keepName(live, keptName, { device, inode });
  if (kept.kind === "done") return done(`${keptName} is a second name of ${live}`);
  return failed(kept.kind === "gone" ? `nothing stands at ${live}` : `${keptName}: ${kept.why}`);
}
