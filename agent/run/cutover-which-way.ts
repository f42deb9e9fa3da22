import type { UnitProperties } from "../model/unit.ts";
import { nativeNow, oldStillListens, ownerIn } from "./cutover-native.ts";
import type { CutoverWalk } from "./cutover-walk.ts";

/** As long as a start of it is waited for. */
const PATIENCE_MS = 90_000;
const BETWEEN_MS = 250;

/** Where a cutover that was left halfway goes. */
interface Way {
  readonly forward: boolean;
  /** What was seen, in words that follow `since`. */
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
    const native = await nativeNow(walk);
    if (native.kind === "serves") return { forward: true, text: native.text };
    const unit = await walk.parts.unit(walk.record().target.service.name);
    // first: one that was lost for a moment and is back may be all that serves
    if (!oldStillListens(walk)) {
      const alone = await ownedByNative(walk, unit);
      if (alone)
        return { forward: true, text: `only the native unit has the path (${native.why})` };
    }
    if (native.kind === "lost") return { forward: false, text: native.why };
    if (isIdle(unit) || clock.monotonicMs() > endMs) return { forward: false, text: native.why };
    await clock.sleep(BETWEEN_MS);
  }
}

async function ownedByNative(
  walk: CutoverWalk,
  unit: UnitProperties | undefined,
): Promise<boolean> {
  const { parts, record } = walk;
  const { files, socket } = record().target;
  if (!files.some(({ path }) => path === unit?.fragmentPath)) return false;
  const owner = ownerIn((await parts.look()).report, socket.path);
  return owner !== undefined && owner.master.pid === unit?.mainPid;
}

/** Nothing of it runs, and nobody starts or stops it: waiting brings nothing. */
function isIdle(unit: UnitProperties | undefined): boolean {
  if (unit === undefined) return false;
  const { mainPid = 0, job = 0, activeState } = unit;
  return mainPid === 0 && job === 0 && activeState !== "activating";
}
