import type { CutoverRecord } from "../model/cutover-record.ts";
import type { CutoverStepName } from "../model/cutover.ts";
import { nameBack } from "../act/old-name.ts";
import { realPathOf } from "../act/real-path.ts";
import { livePathOf } from "../act/rescue-name.ts";
import { standing } from "../act/put-files.ts";
import { releaseName } from "./cutover-end-old.ts";
import { takeGroupBack } from "./cutover-folder.ts";
import { bringBack, removeUnit } from "./cutover-install.ts";
import { oldStillListens, ownerIn } from "./cutover-native.ts";
import { checkOld, startOld } from "./cutover-old.ts";
import { moveBack } from "./cutover-move-back.ts";
import { restoreNative, whyNoWayBack } from "./cutover-way-back.ts";
import { type CutoverWalk, done, failed, skipped, type StepEnd } from "./cutover-walk.ts";

/** Connections that wait for the new master are taken up by then: nobody comes after them. */
const DRAIN_MS = 1_000;
/** So often the path is looked after while the new master stops, which removes it by name. */
const GUARD_MS = 1;
/** What systemd may take for it beyond the unit's own time to stop. */
const GONE_MS = 5_000;
const GONE_LOOK_MS = 100;

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
  if (touched) {
    await step("path-back", "the path leads to the old master again, if it lives", pathBack);
  }
  let started = true;
  const noWay = await whyNoWayBack(walk);
  if (noWay !== undefined) problems.push(`nothing is stopped or removed: ${noWay}`);
  else if (
    (await step("stop-new", "the native unit is stopped", stopNew)) ||
    (await isEmpty(walk))
  ) {
    await step("remove-unit", "its files are removed", removeUnit);
    await step("bring-back", "init script and links stand where they stood", bringBack);
    if (touched) {
      await step("move-back", "the old processes go back into their unit", moveBack);
      started = await step("start-old", "the service is started, if nobody serves", startOld);
    }
  }
  if (rolled && !started && (await isRestored(walk))) return await notRolledBack(walk, problems);
  const checked = await walk.step("check-old", "what serves now", () => checkOld(walk));
  const now = checked.text;
  if (checked.result === "failed") problems.push(now);
  if (rolled && checked.result === "failed" && started && (await isRestored(walk))) {
    return await notRolledBack(walk, problems);
  }
  if (problems.length > 0) {
    return await walk.finish("failed", `${why}; not all could be put back: ${problems.join("; ")}`);
  }
  if (rolled) return await walk.finish("rolled-back", now);
  return await walk.finish("undone", `${why}; ${now}`);
}

/** A rollback that brought up nobody must not leave it at that. */
async function isRestored(walk: CutoverWalk): Promise<boolean> {
  const text = "the native unit is put back, if nobody serves";
  const end = await walk.step("restore-new", text, () => restoreNative(walk));
  if (end.result !== "done") walk.note(end.text);
  return end.result === "done";
}

/** What was before the rollback serves; nothing is left to be undone by the next command. */
async function notRolledBack(
  walk: CutoverWalk,
  problems: readonly string[],
): Promise<CutoverRecord> {
  walk.amend({ undoing: null });
  const why = problems.join("; ");
  return await walk.finish("failed", `not rolled back, the native unit serves again: ${why}`);
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

/** Nobody is left in the native unit, for certain. */
async function isEmpty({ parts, record }: CutoverWalk): Promise<boolean> {
  return (await parts.members(record().target.service.name))?.length === 0;
}

type Work = (walk: CutoverWalk) => Promise<StepEnd>;

/** In one step in which the path always leads to one of the two, or at once where it was lost. */
async function pathBack(walk: CutoverWalk): Promise<StepEnd> {
  const { keptName } = walk.record();
  if (keptName === null) return skipped("the path has no second name");
  if (!oldStillListens(walk)) return skipped("the master that served before is gone");
  const quick = leadBack(walk, () => false);
  if (quick === undefined) return done("the path leads to the master that served before");
  const replaced = await whoseIsIt(walk);
  if (!replaced.mine) {
    walk.note(replaced.text);
    return skipped(replaced.text);
  }
  const why = leadBack(walk, () => true);
  if (why !== undefined) return failed(why);
  await walk.parts.clock.sleep(DRAIN_MS);
  return done("the path leads to the master that served before");
}

/** Whether what stands at the path is the native unit's, or nobody's. */
async function whoseIsIt({ parts, record }: CutoverWalk): Promise<{
  readonly mine: boolean;
  readonly text: string;
}> {
  const { service, socket, files } = record().target;
  const { report } = await parts.look();
  const owner = ownerIn(report, socket.path);
  if (owner === undefined) return { mine: true, text: "nobody owns the path" };
  const unit = await parts.unit(service.name);
  const native = files.some(({ path }) => path === unit?.fragmentPath);
  const { pid } = owner.master;
  if (native && parts.unitOf(pid) === service.name && unit?.mainPid === pid) {
    return { mine: true, text: `master ${pid} of ${service.name} owns the path` };
  }
  return { mine: false, text: `master ${pid}, which somebody else has started, owns the path` };
}

/** Why the path could not be led back, or undefined. Waits for nothing. */
function leadBack({ record }: CutoverWalk, replaces: () => boolean): string | undefined {
  const { keptName, target } = record();
  const { file, path } = target.socket;
  if (keptName === null || file === null) return "there is no second name";
  const live = livePathOf(keptName) ?? realPathOf(path);
  if (live === undefined) return `where ${path} leads is not known`;
  const back = nameBack(live, keptName, file, replaces);
  if (back.kind === "done") return undefined;
  return back.kind === "gone" ? `${keptName} is gone` : back.why;
}

/**
 * Stops the native unit, if it is what runs. Its master removes the path by name as it stops, and
 * then the path is led back in the same millisecond to the old one, if that lives.
 */
async function stopNew(walk: CutoverWalk): Promise<StepEnd> {
  const { parts } = walk;
  const { service, files, start } = walk.record().target;
  const paths = files.map(({ path }) => path);
  const standingFiles = await Promise.all(paths.map(standing));
  if (standingFiles.every((there) => there === "nothing")) {
    return skipped("no native unit is installed");
  }
  const unit = await parts.unit(service.name);
  if (unit === undefined) return failed("systemd could not be asked");
  if (!paths.includes(unit.fragmentPath ?? "")) return skipped("systemd has not read it");
  const { mainPid = 0, activeState = "" } = unit;
  const members = (await parts.members(service.name)) ?? [];
  // whoever is there without being its main process was started otherwise, and is not ours to stop
  if (mainPid === 0 && activeState === "active" && members.length > 0) {
    return skipped(`process ${members.join(", ")} in ${service.name} is not the native unit's`);
  }
  const state = { ended: false };
  // a socket first: it takes its service along, which it would start again otherwise
  const stopping = stopUntilGone(walk, start).finally(() => {
    state.ended = true;
  });
  let led = 0;
  while (!state.ended) {
    // cheap: two system calls as long as the path leads there
    if (restored(walk)) led += 1;
    await parts.clock.sleep(GUARD_MS);
  }
  if (restored(walk)) led += 1;
  const why = await stopping;
  if (why !== undefined) return failed(why);
  await parts.systemd.resetFailed(service.name);
  return done(`${service.name} is stopped${led > 0 ? ", the path was led back at once" : ""}`);
}

/**
 * systemctl may end before the job that it asked for, as when somebody kills it: the master removes
 * the path when it stops, so its end is what counts.
 */
async function stopUntilGone(
  walk: CutoverWalk,
  units: readonly string[],
): Promise<string | undefined> {
  const { clock, systemd, unit: ask } = walk.parts;
  const { name, stopTimeoutMs } = walk.record().target.service;
  const whys: string[] = [];
  for (const unit of units) {
    const why = await systemd.stop(unit);
    if (why !== undefined) whys.push(why);
  }
  const endMs = clock.monotonicMs() + stopTimeoutMs + GONE_MS;
  for (;;) {
    const state = (await ask(name))?.activeState;
    const over = state === "inactive" || state === "failed";
    if (over && (await isEmpty(walk))) return undefined;
    if (clock.monotonicMs() > endMs) {
      return [...whys, `${name} is ${state ?? "in a state that could not be told"}`].join("; ");
    }
    await clock.sleep(GONE_LOOK_MS);
  }
}

/** True where the path was lost and leads to the old master again. */
function restored(walk: CutoverWalk): boolean {
  const { path } = walk.record().target.socket;
  if (walk.parts.eyes.file(path).kind !== "absent") return false;
  if (walk.record().keptName === null || !oldStillListens(walk)) return false;
  return leadBack(walk, () => false) === undefined;
}
