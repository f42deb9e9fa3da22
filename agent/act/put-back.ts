import type { ProcessId } from "../model/process.ts";
import type { RemediationRecord } from "../model/remediation.ts";
import { endTold } from "./end-told.ts";
import { endingSteps } from "./ending-steps.ts";
import { endingText } from "./ending-text.ts";
import { find, isOver } from "./found.ts";
import { removeLink } from "./remove-link.ts";
import { releaseMaster, watchAfterRelease } from "./release-master.ts";
import type { Walk } from "./walk.ts";

/**
 * Puts everything back as it was and ends the walk with `why`. `stopped` names the master that was
 * told to stop by us; undefined: none was. A master that was told to end meanwhile cannot be put
 * back: it is ended.
 */
export async function putBack(
  walk: Walk,
  why: string,
  stopped: ProcessId | undefined,
): Promise<RemediationRecord> {
  if (walk.record().steps.some(({ step }) => endingSteps.has(step))) {
    // whoever comes after a crash would take it for the end that was begun
    walk.amend({ puttingBack: true });
    const unkept = await walk.keep();
    if (unkept !== undefined) walk.notes.add(`that all is put back is not written: ${unkept}`);
  }
  if (stopped !== undefined) {
    const released = await releaseMaster(walk, stopped);
    if (released === "going-on") await watchAfterRelease(walk);
    if (released === "ending-pending") await endTold(walk, stopped);
    else if (isOver(find(stopped, walk.parts.eyes))) {
      walk.notes.add(`master ${stopped.pid} has ended meanwhile`);
    }
  }
  removeLink(walk);
  if (walk.problems.size === 0) return walk.finish("put-back", `put back: ${why}`);
  return walk.finish("failed", endingText([`to be put back: ${why}`, ...walk.problems]));
}
