import type { CutoverEnd } from "../model/cutover-actor.ts";
import type { CutoverRecord, CutoverTold } from "../model/cutover-record.ts";
import type { CutoverFlags } from "../model/cutover-flags.ts";
import type { Settings } from "../model/settings.ts";
import { readCutovers } from "../history/cutover-files.ts";
import { systemClock } from "./clock.ts";
import { endOld } from "./cutover-end-old.ts";
import { finishCutover, putAwayAndLoad } from "./cutover-forward.ts";
import { putUnitBack } from "./cutover-install.ts";
import { isLeft, leftFor } from "./cutover-left.ts";
import { isGoodAnswer, oldStillListens, placesOf } from "./cutover-native.ts";
import { partsFor, underFolderLock } from "./cutover-parts.ts";
import { letScriptStop } from "./cutover-script-stop.ts";
import { wayBack, whereTo } from "./cutover-which-way.ts";
import { undoCutover } from "./cutover-undo.ts";
import { hasToLose, whyNotBack } from "./cutover-way-back.ts";
import {
  createCutoverWalk,
  type CutoverParts,
  type CutoverWalk,
  done,
  failed,
  type StepEnd,
} from "./cutover-walk.ts";
import { recoverUnfinished } from "./remediation-recovery.ts";
import { startSiteMeter } from "./site-meter.ts";

/**
 * What a command before this one left of the same service, brought to an end; of another it is only
 * told. Undefined: there was nothing.
 */
export async function takeUpLeft(
  settings: Settings,
  flags: Pick<CutoverFlags, "unit" | "socket">,
  told: CutoverTold,
): Promise<CutoverEnd | undefined> {
  const all = await readCutovers(settings.stateDir);
  if (!all.ok) {
    const why = `${all.failure.what} cannot be read (${all.failure.why})`;
    return { kind: "refused", why: `${why} and may be of an unfinished cutover` };
  }
  const left = leftFor(all.value, flags);
  if (left === undefined) return undefined;
  if ("why" in left) return { kind: "refused", why: left.why };
  return await takeUp(left, settings, told, new AbortController().signal, "apply");
}

/**
 * Takes up a cutover by its record: a person's rollback undoes it, whatever it came to; else one
 * whose native unit serves by now is finished, and any other undone.
 */
export async function takeUp(
  record: CutoverRecord,
  settings: Settings,
  told: CutoverTold,
  signal: AbortSignal,
  by: "apply" | "rollback",
): Promise<CutoverEnd> {
  const parts = partsFor(settings, told, signal);
  const { recovered, left } = await takeUpEndings(parts);
  if (left !== undefined) return { kind: "refused", why: left, changed: recovered > 0 };
  const reopened = { ...record, outcome: null, endedAt: null, ending: null };
  const walk = createCutoverWalk(reopened, parts);
  const against = by === "rollback" ? await whyNotBack(walk, await hasToLose(walk)) : undefined;
  if (against !== undefined) return { kind: "refused", why: against, changed: recovered > 0 };
  return await underFolderLock(record.target.socket.path, () =>
    measured(walk, async () => {
      if (!isLeft(record)) return await undoCutover(walk, "asked for", "rollback");
      const died = diedText(record);
      const way = { forward: false };
      const end = await walk.step("recover", died, async () => {
        const { forward, text } = by === "rollback" ? wayBack : await whereTo(walk);
        way.forward = forward;
        if (!forward) return done(`${died}; it is undone${text}`);
        const also = recovered === 0 ? "" : ", with the end of a group that it had begun";
        return done(`${died}${text}, and it is finished${also}`);
      });
      walk.note(end.text);
      if (way.forward) return await finishAfter(walk);
      return await undoCutover(walk, died, by === "rollback" ? "rollback" : "surprise");
    }),
  );
}

async function finishAfter(walk: CutoverWalk): Promise<CutoverRecord> {
  // whoever is in the unit from here on was started by no script of ours
  walk.amend({ undoing: null, scriptRanIn: null });
  await letScriptStop(walk);
  const enabled = await walk.step("install", "the native unit is enabled", () => enableAgain(walk));
  const away = await walk.step("put-away", "the init script goes into the backup", () =>
    putAwayAndLoad(walk),
  );
  if (enabled.result === "failed") walk.note(enabled.text);
  const end = await walk.step("end-old", "the old groups are ended", () => endOld(walk));
  if (end.result === "failed" && oldStillListens(walk)) {
    return await undoCutover(walk, `end-old: ${end.text}`, "surprise");
  }
  if (end.result === "failed") walk.note(`the old groups are not ended: ${end.text}`);
  const finished = await finishCutover(walk);
  if (away.result !== "failed" || finished.outcome !== "done") return finished;
  return await walk.finish(
    "failed",
    `the native unit serves, and not all of it is done: ${away.text}`,
  );
}

async function enableAgain(walk: CutoverWalk): Promise<StepEnd> {
  const missing = await putUnitBack(walk);
  return missing === undefined ? done("it starts at boot as before") : failed(missing);
}

/** Ends of single groups that died with the command are finished or undone first. */
async function takeUpEndings(
  parts: CutoverParts,
): Promise<{ readonly recovered: number; readonly left: string | undefined }> {
  const { stateDir } = parts.settings;
  const nobody = { planned: nothing, step: nothing, finished: nothing };
  const { records, left, unread } = await recoverUnfinished({ ...parts, stateDir }, nobody);
  const [first] = left;
  const [hidden] = unread;
  if (first !== undefined) return { recovered: records.length, left: first.why };
  const why = hidden === undefined ? undefined : `${hidden.path} cannot be read: ${hidden.reason}`;
  return { recovered: records.length, left: why };
}

function diedText({ steps, outcome }: CutoverRecord): string {
  const last = steps.findLast(({ step }) => step !== "recover");
  if (outcome !== null) return "not all could be put back before";
  if (last === undefined) return "the command before this one ended before its first step";
  const where = last.result === "begun" ? "in" : "after";
  return `the command before this one ended ${where} step ${last.step}`;
}

/** Asks the site all the while, and keeps what it met with the record. */
export async function measured(
  walk: CutoverWalk,
  work: () => Promise<CutoverRecord>,
): Promise<CutoverEnd> {
  const meter = startSiteMeter({
    places: placesOf(walk),
    isGood: (place, answer) => isGoodAnswer(walk, place, answer),
    monotonicMs: systemClock.monotonicMs,
  });
  let over: CutoverRecord;
  try {
    over = await work();
  } finally {
    await meter.stop();
  }
  const record = { ...over, measured: meter.now() };
  try {
    await walk.parts.keep(record);
    return { kind: "over", record };
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    const ending = `${record.ending ?? ""}; what was measured could not be written down: ${why}`;
    return { kind: "over", record: { ...record, ending } };
  }
}

function nothing(): void {
  // an end of a group that is taken up is told as part of the cutover
}
