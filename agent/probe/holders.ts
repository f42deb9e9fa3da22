import type { Files } from "./files.ts";
import { readLinks } from "./links.ts";
import type { ProcPaths } from "./paths.ts";
import type { Slices } from "./slices.ts";

/** Looks for the holders of listeners that no watched process holds. */
export interface HolderSearch {
  /**
   * Pids that hold any of `inodes`, by the fd links of every process. That costs what the host
   * costs, so a search that found nothing new is not made again for a while: anybody can
   * write rows that nobody holds.
   */
  find(inodes: ReadonlySet<number>, slices: Slices): Promise<readonly number[]>;
}

const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 300_000;

/** A search over the processes below `proc`. */
export function createHolderSearch(
  proc: ProcPaths,
  files: Files,
  monotonicMs: () => number,
): HolderSearch {
  let pauseMs = 0;
  let notBeforeMs = Number.NEGATIVE_INFINITY;

  async function walk(inodes: ReadonlySet<number>, slices: Slices): Promise<number[]> {
    const pids = files.names(proc.root);
    if (!pids.ok) return [];
    const holders: number[] = [];
    for (const name of pids.value) {
      const pid = Number(name);
      if (!Number.isSafeInteger(pid)) continue;
      const links = await readLinks(pid, (inode) => inodes.has(inode), proc, files, slices);
      if (links.kind === "read" && links.descriptorOf.size > 0) holders.push(pid);
      if (slices.spent()) await slices.breathe();
    }
    return holders;
  }

  return {
    async find(inodes, slices) {
      if (inodes.size === 0 || monotonicMs() < notBeforeMs) return [];
      const holders = await walk(inodes, slices);
      const fruitless = holders.length === 0;
      pauseMs = fruitless ? Math.min(LONGEST_PAUSE_MS, Math.max(FIRST_PAUSE_MS, pauseMs * 2)) : 0;
      notBeforeMs = monotonicMs() + pauseMs;
      return holders;
    },
  };
}
