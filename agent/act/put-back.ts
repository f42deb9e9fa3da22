import type { ProcessId } from "../model/process.ts";
import type { RemediationRecord } from "../model/remediation.ts";
import { endTold } from "./end-told.ts";
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
  if (stopped !== undefined) {
    const released = releaseMaster(walk, stopped);
    if (released === "going-on") await watchAfterRelease(walk);
    if (released === "ending-pending") await endTold(walk, stopped);
    else if (isOver(find(stopped, walk.parts.eyes))) {
      walk.notes.add(`master ${stopped.pid} has ended meanwhile`);
    }
  }
  removeLink(walk);
  if (walk.problems.size === 0) return walk.finish("put-back", `put back: ${why}`);
  return walk.finish("failed", [`to be put back: ${why}`, ...walk.problems].join("; "));
}
