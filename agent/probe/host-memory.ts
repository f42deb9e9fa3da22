import { mem } from "systeminformation/lib/memory.js";
import type { HostMemory } from "../model/memory.ts";

/** Reads the memory of the host. */
export interface HostMemoryReader {
  /** In bytes, as /proc/meminfo has it; undefined when it cannot be read. */
  read(): Promise<HostMemory | undefined>;
}

/** It is told for orientation only, and decides nothing. */
const OLDEST_MS = 5_000;

/** Reads at most every five seconds: the library looks through the whole file twenty times. */
export function createHostMemoryReader(monotonicMs: () => number): HostMemoryReader {
  let last: HostMemory | undefined;
  let readAtMs = Number.NEGATIVE_INFINITY;
  return {
    async read() {
      if (monotonicMs() - readAtMs < OLDEST_MS) return last;
      const { total, available } = await mem();
      // without the file the library falls back to sysinfo(2), and to zeros without that
      last =
        total > 0 && available > 0 ? { totalBytes: total, availableBytes: available } : undefined;
      readAtMs = monotonicMs();
      return last;
    },
  };
}
