import { readFile } from "node:fs/promises";
import type { Read } from "../model/read.ts";
import { type FailureLog, failureOf, success } from "./failures.ts";

/**
 * Reads files of /proc that may wait for the memory lock of the process they describe, as
 * cmdline and smaps_rollup do (proc_pid_cmdline(5), fs/proc/task_mmu.c). A process that is
 * stuck in the kernel must not stop the agent, so these go through the thread pool, are given
 * up after a time, and are not asked again while an earlier answer is still outstanding.
 */
export interface SlowFiles {
  bytes(path: string): Promise<Read<Buffer>>;
}

/** Gives up a read after `patienceMs`; failures are counted in `log`. */
export function createSlowFiles(log: FailureLog, patienceMs: number): SlowFiles {
  const outstanding = new Set<string>();

  function failed(path: string, why: string): Read<Buffer> {
    return { ok: false, failure: log.count({ kind: "failed", what: path, why }) };
  }

  async function read(path: string): Promise<Read<Buffer>> {
    try {
      return success(await readFile(path));
    } catch (error) {
      return { ok: false, failure: log.count(failureOf(path, error)) };
    } finally {
      outstanding.delete(path);
    }
  }

  return {
    async bytes(path) {
      if (outstanding.has(path)) return failed(path, "still waiting for an earlier read");
      outstanding.add(path);
      let timer: NodeJS.Timeout | undefined;
      const tooLate = new Promise<Read<Buffer>>((resolve) => {
        timer = setTimeout(
          () => resolve(failed(path, `no answer in ${patienceMs} ms`)),
          patienceMs,
        );
      });
      try {
        return await Promise.race([read(path), tooLate]);
      } finally {
        clearTimeout(timer);
      }
    },
  };
}
