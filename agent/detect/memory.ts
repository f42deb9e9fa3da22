import type { GroupMemory } from "../model/memory.ts";
import type { ProcessFacts } from "../model/process.ts";
import type { ProcessMemory } from "../model/snapshot.ts";

const nothing: GroupMemory = {
  rssBytes: 0,
  pssBytes: 0,
  ussBytes: 0,
  swapBytes: 0,
  reclaimableBytes: 0,
};

/**
 * Memory of several processes together, in bytes. Undefined when it is unknown for any of
 * them: half a sum would be reported as the whole.
 */
export function sumOfMemory(
  processes: readonly ProcessFacts[],
  memory: readonly ProcessMemory[],
): GroupMemory | undefined {
  let sum = nothing;
  for (const { id } of processes) {
    const known = memory.find(({ pid }) => pid === id.pid)?.memory;
    if (known === undefined) return undefined;
    sum = {
      rssBytes: sum.rssBytes + known.rssBytes,
      pssBytes: sum.pssBytes + known.pssBytes,
      ussBytes: sum.ussBytes + known.ussBytes,
      swapBytes: sum.swapBytes + known.swapBytes,
      reclaimableBytes: sum.reclaimableBytes + known.reclaimableBytes,
    };
  }
  return sum;
}
