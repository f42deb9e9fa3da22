import { awaitGuarded } from "./await-guarded.ts";
import type { Walk } from "./walk.ts";

const PATIENCE_MS = 3_000;

/**
 * Reads what the host will get back and what it uses, while everybody still runs: a master must
 * not stand still for it. What takes longer than 3 s is not known.
 */
export async function readMemory(walk: Walk): Promise<void> {
  const { eyes } = walk.parts;
  const { master } = walk.plan;
  const members = walk.group.look().alive.map(({ id }) => id.pid);
  const pids = [...(master === null ? [] : [master.pid]), ...members];
  const predictedBytes = (await awaitGuarded(walk, eyes.reclaimable(pids), PATIENCE_MS)) ?? null;
  const usedBeforeBytes = eyes.usedMemory() ?? null;
  walk.amend({ memory: { predictedBytes, usedBeforeBytes, usedAfterBytes: null } });
}
