import type { RemediationRecord } from "../model/remediation.ts";
import { endingText } from "./ending-text.ts";
import { isStopped } from "./found.ts";
import { letGo } from "./freeze.ts";
import { removeLink } from "./remove-link.ts";
import { releaseMaster, watchAfterRelease } from "./release-master.ts";
import { endTold } from "./end-told.ts";
import type { Walk } from "./walk.ts";

/**
 * Leaves a half-ended group to itself, because it may not be superfluous any more: whoever of it
 * stands still goes on, unless that would remove the live path. It has failed, for `why`.
 */
export async function abandon(walk: Walk, why: string): Promise<RemediationRecord> {
  const { master } = walk.plan;
  walk.problems.add(why);
  for (const now of walk.group.look().alive) if (isStopped(now)) letGo(walk, now.id);
  if (master !== null) {
    const released = await releaseMaster(walk, master);
    if (released === "going-on") await watchAfterRelease(walk);
    if (released === "ending-pending") await endTold(walk, master);
  }
  removeLink(walk);
  return walk.finish("failed", `left half ended: ${endingText([...walk.problems])}`);
}
