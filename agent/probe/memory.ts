import type { Blindness } from "../model/blind.ts";
import type { ProcessId } from "../model/process.ts";
import type { ProcessMemory } from "../model/snapshot.ts";
import { parseSmapsRollup } from "../parse/smaps-rollup.ts";
import type { FailureLog } from "./failures.ts";
import type { ProcPaths } from "./paths.ts";
import type { SlowFiles } from "./slow-files.ts";

/** Reads what processes hold, seldom enough that a steady scan does not pay for it. */
export interface MemoryReader {
  read(processes: readonly ProcessId[]): Promise<MemoryReading>;
}

/** Memory by process, and what could not be read of it. */
export interface MemoryReading {
  readonly memory: readonly ProcessMemory[];
  readonly blind: readonly Blindness[];
}

/** A reading is at most half as old as the time since the last change, within these bounds. */
const YOUNGEST_MS = 1_000;
const OLDEST_MS = 60_000;
const AT_ONCE = 4;

/**
 * Reads /proc/PID/smaps_rollup (4.14; Pss_Anon since 5.4), which walks all mappings of the
 * process: 460 microseconds for 100 MB. So a reading is used again while nothing changes, the
 * longer the quieter it is: processes grow in their first seconds and hardly later.
 */
export function createMemoryReader(
  proc: ProcPaths,
  slow: SlowFiles,
  log: FailureLog,
  monotonicMs: () => number,
): MemoryReader {
  let last: MemoryReading = { memory: [], blind: [] };
  let readAtMs = Number.NEGATIVE_INFINITY;
  let changedAtMs = Number.NEGATIVE_INFINITY;
  let lastMembers = "";

  async function readOne({ pid }: ProcessId): Promise<[ProcessMemory, Blindness[]]> {
    const path = proc.of(pid, "smaps_rollup");
    const read = await slow.bytes(path);
    if (!read.ok) {
      const { kind, why } = read.failure;
      const blind: Blindness[] = kind === "gone" ? [] : [{ what: "memory", pid, reason: why }];
      return [{ pid, memory: undefined }, blind];
    }
    const memory = parseSmapsRollup(read.value.toString("latin1"));
    if (memory !== undefined) return [{ pid, memory }, []];
    log.count({ kind: "malformed", what: path, why: "fields are missing" });
    const reason = "smaps_rollup has no Pss_Anon (it came with Linux 5.4)";
    return [{ pid, memory: undefined }, [{ what: "memory", pid, reason }]];
  }

  async function readAll(processes: readonly ProcessId[]): Promise<MemoryReading> {
    const memory: ProcessMemory[] = [];
    const blind: Blindness[] = [];
    for (let start = 0; start < processes.length; start += AT_ONCE) {
      const batch = processes.slice(start, start + AT_ONCE).map(readOne);
      for (const [one, unseen] of await Promise.all(batch)) {
        memory.push(one);
        blind.push(...unseen);
      }
    }
    return { memory, blind };
  }

  return {
    async read(processes) {
      const nowMs = monotonicMs();
      const members = processes.map(({ pid, startTicks }) => `${pid}:${startTicks}`).join(" ");
      const changed = members !== lastMembers;
      lastMembers = members;
      if (changed) changedAtMs = nowMs;
      const quietMs = nowMs - changedAtMs;
      const oldestMs = Math.min(OLDEST_MS, Math.max(YOUNGEST_MS, quietMs / 2));
      if (changed || nowMs - readAtMs >= oldestMs) {
        last = await readAll(processes);
        readAtMs = nowMs;
      }
      return last;
    },
  };
}
