import type { CutoverRecord } from "../model/cutover-record.ts";
import type { CutoverStepName } from "../model/cutover.ts";
import { releaseName } from "./cutover-end-old.ts";
import { takeGroupBack } from "./cutover-folder.ts";
import { bringBack, removeUnit } from "./cutover-install.ts";
import { pathBack } from "./cutover-lead-back.ts";
import { letStoppedGo } from "./cutover-let-go.ts";
import { oldStillListens } from "./cutover-native.ts";
import { checkOld, startOld } from "./cutover-old.ts";
import { moveBack } from "./cutover-move-back.ts";
import { isEmpty, stopNew } from "./cutover-stop-new.ts";
import { hasPath, hasToLose, restoreNative, whyNotBack, whyNoWayBack } from "./cutover-way-back.ts";
import { type CutoverWalk, done, type StepEnd } from "./cutover-walk.ts";

/**
 * Puts everything back as it was, whatever of it was done: each step looks first what is there, so
 * that one that died halfway is taken up by the same way. `rollback`: a person asked for it.
 * What served before serves again at once where it still lives; else the init script starts it.
 */
export async function undoCutover(
  walk: CutoverWalk,
  why: string,
  kind: "surprise" | "rollback",
): Promise<CutoverRecord> {
  walk.amend({ undoing: walk.record().undoing ?? kind });
  const rolled = walk.record().undoing === "rollback";
  const problems: string[] = [];

  takeGroupBack(walk);
  async function step(name: Parameters<CutoverWalk["step"]>[0], text: string, work: Work) {
    const end = await walk.step(name, text, () => work(walk));
    if (end.result === "failed") problems.push(`${name}: ${end.text}`);
    return end.result !== "failed";
  }

  // what was not begun is not undone: nobody of a service that was not touched is stopped or started
  const touched = wasBegun(walk, ["set-aside", "stop-all", "start"]);
  if (!touched && !wasBegun(walk, ["ownership", "install", "put-away"])) {
    return await undoNothing(walk, why, rolled);
  }
  if (wasBegun(walk, ["stop-all"])) {
    await step("let-go", "masters that were stopped, and not ended, go on", letStoppedGo);
  }
  const toLose = await hasToLose(walk);
  let against = await whyNotBack(walk, toLose);
  if (against === undefined && touched) {
    if (!(await leadBack()) && toLose) against = "the path could not be led back";
  }
  /** Where the old master lives it serves from here on. */
  async function leadBack(): Promise<boolean> {
    return await step("path-back", "the path leads to the old master again", pathBack);
  }

  let restorable = false;
  if (against !== undefined) problems.push(`nothing is stopped or removed: ${against}`);
  else if (
    (await step("stop-new", "the native unit is stopped", stopNew)) ||
    (await isEmpty(walk))
  ) {
    restorable = rolled || toLose;
    const isUp = await putBackFiles();
    // every second counts: nobody serves
    if (!isUp && restorable) {
      restorable = false;
      if (await isRestored(walk)) return await notPutBack(walk, why, problems);
    }
  }

  /** True where somebody serves by now, or is about to. */
  async function putBackFiles(): Promise<boolean> {
    // what stood in the way before is gone with the native unit
    if (touched && oldStillListens(walk) && !hasPath(walk)) await leadBack();
    const noWay = await whyNoWayBack(walk);
    if (noWay !== undefined) {
      // the native unit stays: it is all that the next boot would start
      problems.push(`the native unit is stopped, and left in place: ${noWay}`);
      return oldStillListens(walk);
    }
    const isBack =
      (await step("remove-unit", "its files are removed", removeUnit)) &&
      (await step("bring-back", "init script and links stand where they stood", bringBack));
    if (!touched || !isBack) return !touched || oldStillListens(walk);
    await step("move-back", "the old processes go back into their unit", moveBack);
    return await step("start-old", "the service is started, if nobody serves", startOld);
  }

  const checked = await walk.step("check-old", "what serves now", () => checkOld(walk));
  const now = checked.text;
  if (checked.result === "failed") problems.push(now);
  if (checked.result === "failed" && restorable && (await isRestored(walk))) {
    return await notPutBack(walk, why, problems);
  }
  if (problems.length > 0) {
    return await walk.finish("failed", `${why}; not all could be put back: ${problems.join("; ")}`);
  }
  if (rolled) return await walk.finish("rolled-back", now);
  return await walk.finish("undone", `${why}; ${now}`);
}

/** A way back that brought up nobody must not leave it at that. */
async function isRestored(walk: CutoverWalk): Promise<boolean> {
  const text = "the native unit is put back, if nobody serves";
  const end = await walk.step("restore-new", text, () => restoreNative(walk));
  if (end.result !== "done") walk.note(end.text);
  return end.result === "done";
}

/** What was before the way back serves; nothing is left to be undone by the next command. */
async function notPutBack(
  walk: CutoverWalk,
  why: string,
  problems: readonly string[],
): Promise<CutoverRecord> {
  const whys = [walk.record().undoing === "rollback" ? [] : why, problems].flat(2).join("; ");
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

type Work = (walk: CutoverWalk) => Promise<StepEnd>;
