import type { CutoverRecord, CutoverUndoStepName } from "../model/cutover-record.ts";
import type { CutoverStepName } from "../model/cutover.ts";
import { releaseName } from "./cutover-end-old.ts";
import { takeGroupBack } from "./cutover-folder.ts";
import { bringBack, removeUnit } from "./cutover-install.ts";
import { hasPath, pathBack, systemdListens } from "./cutover-lead-back.ts";
import { letStoppedGo } from "./cutover-let-go.ts";
import { nativeOwner, oldStillListens } from "./cutover-native.ts";
import { checkOld } from "./cutover-check-old.ts";
import { createOldStart } from "./cutover-old.ts";
import { moveBack } from "./cutover-move-back.ts";
import { restoreNative } from "./cutover-restore.ts";
import { letScriptStop } from "./cutover-script-stop.ts";
import { isEmpty, stopNew } from "./cutover-stop-new.ts";
import { hasToLose, whyNotBack, whyNoWayBack } from "./cutover-way-back.ts";
import { type CutoverWalk, done, type StepEnd } from "./cutover-walk.ts";

/**
 * Puts everything back as it was, whatever of it was done: each step looks first what is there, so
 * that one that died halfway is taken up by the same way. `rollback`: a person asked for it.
 * What served before serves again at once where it still lives; else the init script starts it. It
 * stands in its place before the native unit is stopped, so that at any moment there is something
 * that a host which loses power would start, and nothing is stopped that could not be replaced.
 */
export async function undoCutover(
  walk: CutoverWalk,
  why: string,
  kind: "surprise" | "rollback",
): Promise<CutoverRecord> {
  walk.amend({ undoing: kind === "rollback" ? kind : (walk.record().undoing ?? kind) });
  const rolled = walk.record().undoing === "rollback";
  takeGroupBack(walk);
  // what was not begun is not undone: nobody of a service that was not touched is stopped or started
  const touched = wasBegun(walk, ["set-aside", "stop-all", "start"]);
  if (!touched && !wasBegun(walk, ["ownership", "install", "put-away"])) {
    return await undoNothing(walk, why, rolled);
  }
  await letScriptStop(walk);
  const steps = createUndoSteps(walk);
  const { step, problems } = steps;
  if (wasBegun(walk, ["stop-all"])) {
    await step("let-go", "masters that were stopped, and not ended, go on", letStoppedGo);
  }
  const toLose = await hasToLose(walk);
  const against = await whyNotPrepared(walk, steps, touched, toLose);
  const start = createOldStart(walk);
  let restorable = false;
  let retries = false;
  if (against !== undefined) problems.set("", `nothing is stopped or removed: ${against}`);
  else if (
    (await step("stop-new", "the native unit is stopped", stopNew)) ||
    // a socket of systemd's that holds the path would start the native unit again
    ((await isEmpty(walk)) && (hasPath(walk) || !(await systemdListens(walk))))
  ) {
    restorable = rolled || toLose;
    const came = await replaceUnit(walk, steps, touched, start.run);
    retries = touched && (start.waits() || start.isLate());
    // every second counts: nobody serves
    if (!came && !retries && restorable) {
      restorable = false;
      const isUp = await isRestored(walk, start.began());
      if (isUp) return await notPutBack(walk, why, problems);
    }
  }
  const again = async (): Promise<boolean> => {
    if (start.isLate() && (await start.whoIsLate()) !== undefined) return true;
    await step("start-old", "the service is started, now that nobody is reached", start.run);
    return start.waits() || start.isLate();
  };
  const checked = await step("check-old", "what serves now", (one) =>
    checkOld(one, retries ? again : undefined),
  );
  if (!checked && restorable && (await isRestored(walk, start.began()))) {
    return await notPutBack(walk, why, problems);
  }
  // whoever was reached, and kept it from being run, serves by now
  if (checked && start.waits()) problems.delete("start-old");
  if (problems.size > 0) {
    const late = checked || !start.isLate() ? undefined : await start.whoIsLate();
    if (late !== undefined) walk.note(late);
    const whys = [...problems.values()].join("; ");
    return await walk.finish("failed", `${why}; not all could be put back: ${whys}`);
  }
  // the native unit is gone, and with it whoever could remove the path by its name
  releaseName(walk);
  // not the last of the steps where the service was started within it
  const now = walk.record().steps.findLast((one) => one.step === "check-old")?.text ?? "";
  if (rolled) return await walk.finish("rolled-back", now);
  return await walk.finish("undone", `${why}; ${now}`);
}

interface UndoSteps {
  /** Takes a step; true unless it failed. */
  readonly step: (
    name: CutoverUndoStepName,
    text: string,
    work: (walk: CutoverWalk) => Promise<StepEnd>,
  ) => Promise<boolean>;
  /** What went wrong, by the step in which it did; one that goes well later takes it back. */
  readonly problems: Map<string, string>;
}

function createUndoSteps(walk: CutoverWalk): UndoSteps {
  const problems = new Map<string, string>();
  return {
    problems,
    async step(name, text, work) {
      const end = await walk.step(name, text, () => work(walk));
      if (end.result === "failed") problems.set(name, `${name}: ${end.text}`);
      else problems.delete(name);
      return end.result !== "failed";
    },
  };
}

/**
 * Leads the path back and puts the script in its place, all of which stops nobody. Why the native
 * unit must not be stopped after it; undefined: it may.
 */
async function whyNotPrepared(
  walk: CutoverWalk,
  { step }: UndoSteps,
  touched: boolean,
  toLose: boolean,
): Promise<string | undefined> {
  const against = await whyNotBack(walk, toLose);
  if (against !== undefined) return against;
  if (touched) {
    const led = await step("path-back", "the path leads to the old master again", pathBack);
    if (!led && toLose) return "the path could not be led back";
  }
  const lasts = oldStillListens(walk);
  const unkept = toLose && !lasts ? await walk.keep() : undefined;
  if (unkept !== undefined) return `it could not be written down: ${unkept}`;
  // an old master that lives needs no script; without one the native unit stays in place
  if ((await whyNoWayBack(walk)) !== undefined) return undefined;
  const back = await step("bring-back", "init script and links stand where they stood", bringBack);
  return back || lasts ? undefined : "what it would be started by is not in place";
}

/** Takes the native unit away, which is stopped. True where somebody serves by now, or is about to. */
async function replaceUnit(
  walk: CutoverWalk,
  { step, problems }: UndoSteps,
  touched: boolean,
  start: () => Promise<StepEnd>,
): Promise<boolean> {
  // what stood in the way before is gone with the native unit
  if (touched && oldStillListens(walk) && !hasPath(walk)) {
    await step("path-back", "the path leads to the old master again", pathBack);
  }
  const noWay = await whyNoWayBack(walk);
  if (noWay !== undefined || problems.has("bring-back")) {
    // it is all that the next boot would start
    const because = noWay === undefined ? "" : `: ${noWay}`;
    problems.set("remove-unit", `the native unit is stopped, and left in place${because}`);
    return oldStillListens(walk);
  }
  const removed = await step("remove-unit", "its files are removed", removeUnit);
  if (!touched || !removed) return !touched || oldStillListens(walk);
  await step("move-back", "the old processes go back into their unit", moveBack);
  return await step("start-old", "the service is started, if nobody serves", start);
}

/** A way back that brought up nobody must not leave it at that. */
async function isRestored(walk: CutoverWalk, scriptRan: boolean): Promise<boolean> {
  const text = "the native unit is put back, if nobody serves";
  const end = await walk.step("restore-new", text, () => restoreNative(walk, scriptRan));
  if (end.result === "done") return true;
  walk.note(end.text);
  // not all that it was, and all that serves
  return end.result === "failed" && (await nativeOwner(walk)) !== undefined;
}

/** What was before the way back serves; nothing is left to be undone by the next command. */
async function notPutBack(
  walk: CutoverWalk,
  why: string,
  problems: ReadonlyMap<string, string>,
): Promise<CutoverRecord> {
  const asked = walk.record().undoing === "rollback";
  const whys = [...(asked ? [] : [why]), ...problems.values()].join("; ");
  walk.amend({ undoing: null });
  return await walk.finish("failed", `not put back, the native unit serves again: ${whys}`);
}

/** True where the record shows that one of these was begun, whatever became of it. */
function wasBegun({ record }: CutoverWalk, names: readonly CutoverStepName[]): boolean {
  return record().steps.some(({ step }) => names.some((name) => name === step));
}

/** The service is as it was: only what was made beside it goes. */
async function undoNothing(
  walk: CutoverWalk,
  why: string,
  rolled: boolean,
): Promise<CutoverRecord> {
  const { unit } = walk.record();
  const end = await walk.step("check-old", "nothing of the service was changed", () => {
    releaseName(walk);
    return Promise.resolve(done(`${unit} was not touched`));
  });
  return await walk.finish(rolled ? "rolled-back" : "undone", `${why}; ${end.text}`);
}
