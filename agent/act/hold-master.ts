import { find, isStopped } from "./found.ts";
import { freeze } from "./freeze.ts";
import type { Walk } from "./walk.ts";

const PATIENCE_MS = 500;

/** Whether a group has a master that could replace its workers. */
export type MasterNow = "stopped" | "over" | "unsure";

/**
 * Looks after the stopped master while its group ends, and stops it again when somebody let it go:
 * a master that runs replaces its workers. `over`: it has ended, or there never was one.
 */
export async function holdMaster(walk: Walk): Promise<MasterNow> {
  const { master } = walk.plan;
  if (master === null) return "over";
  const found = find(master, walk.parts.eyes);
  switch (found.kind) {
    case "gone":
    case "another":
      // an agent before this one may have ended it
      if (!walk.resumed) walk.notes.add(`master ${master.pid} had ended before it was to`);
      return "over";
    case "unreadable":
      walk.notes.add(`master ${master.pid} could not be looked at`);
      return "unsure";
    case "same":
  }
  if (isStopped(found.now)) return "stopped";
  const frozen = await freeze(walk, master, PATIENCE_MS);
  if (frozen.kind === "gone") return "over";
  if (frozen.kind === "stopped") {
    walk.amend({ foundStopped: false });
    walk.notes.add(`somebody let master ${master.pid} go meanwhile, and it was stopped again`);
    return "stopped";
  }
  walk.notes.add(frozen.why);
  return "unsure";
}
