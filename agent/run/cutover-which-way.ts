import type { UnitProperties } from "../model/unit.ts";
import { guardPath, whileGuarded } from "./cutover-lead-back.ts";
import { nativeNow, nativeOwner, oldStillListens } from "./cutover-native.ts";
import type { CutoverWalk } from "./cutover-walk.ts";
import { hasToLose, whyNotBack } from "./cutover-way-back.ts";

/** As long as a start of it is waited for. */
const PATIENCE_MS = 90_000;
const BETWEEN_MS = 250;

/** Where a cutover that was left halfway goes. */
interface Way {
  readonly forward: boolean;
  /** What was seen. */
  readonly text: string;
}

/**
 * Whether a cutover whose command died is finished or undone. Forward where the native unit serves,
 * or will soon, and also where it alone has the path: with the old master gone there is nothing to
 * go back to, and what is wrong with it is told. Back where it is lost, or the old one still listens.
 */
export async function whichWay(walk: CutoverWalk): Promise<Way> {
  const { clock } = walk.parts;
  const endMs = clock.monotonicMs() + PATIENCE_MS;
  for (;;) {
    const native = await whileGuarded(walk, () => nativeNow(walk));
    if (native.kind === "serves") return { forward: true, text: native.text };
    const unit = await walk.parts.unit(walk.record().target.service.name);
    // first: one that was lost for a moment and is back may be all that serves
    if (!oldStillListens(walk)) {
      if ((await nativeOwner(walk)) !== undefined) {
        return { forward: true, text: `only the native unit has the path (${native.why})` };
      }
    }
    if (native.kind === "lost") return { forward: false, text: native.why };
    if (isIdle(unit) || clock.monotonicMs() > endMs) return { forward: false, text: native.why };
    await guardPath(walk, BETWEEN_MS);
  }
}

/** The way that a person has asked for, or that was begun before. */
export const wayBack: Way = { forward: false, text: "" };

/**
 * Where a cutover that is left goes: as `whichWay` says, in words that follow what was left. What
 * was being undone is undone as long as the old master lives and can be led back to; else the
 * native unit, where it serves, may be all that does.
 */
export async function whereTo(walk: CutoverWalk): Promise<Way> {
  let noWay = "";
  if (walk.record().undoing !== null && oldStillListens(walk)) {
    const against = await whyNotBack(walk, await hasToLose(walk));
    if (against === undefined) return wayBack;
    noWay = `; ${against}`;
  }
  const { forward, text } = await whichWay(walk);
  return { forward, text: forward ? `${noWay}; ${text}` : `, since ${text}${noWay}` };
}

/** Nothing of it runs, and nobody starts or stops it: waiting brings nothing. */
function isIdle(unit: UnitProperties | undefined): boolean {
  if (unit === undefined) return false;
  const { mainPid = 0, job = 0, activeState } = unit;
  return mainPid === 0 && job === 0 && activeState !== "activating";
}
