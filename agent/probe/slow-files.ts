import { close, open, read as readInto } from "node:fs";
import { promisify } from "node:util";
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

const openFile = promisify(open);
const readSome = promisify(readInto);
const closeFile = promisify(close);

/** Small, unlike the 64 KiB a file that `readFile` takes where the size is not known before. */
const CHUNK_BYTES = 4_096;

async function readWhole(path: string): Promise<Buffer> {
  const descriptor = await openFile(path, "r");
  try {
    const chunks: Buffer[] = [];
    for (;;) {
      const chunk = Buffer.allocUnsafe(CHUNK_BYTES);
      const { bytesRead } = await readSome(descriptor, chunk, 0, CHUNK_BYTES, null);
      if (bytesRead === 0) return Buffer.concat(chunks);
      chunks.push(chunk.subarray(0, bytesRead));
    }
  } finally {
    await closeFile(descriptor);
  }
}

/** Gives up a read after `patienceMs`; failures are counted in `log`. */
export function createSlowFiles(log: FailureLog, patienceMs: number): SlowFiles {
  const outstanding = new Set<string>();

  function failed(path: string, why: string): Read<Buffer> {
    return { ok: false, failure: log.count({ kind: "failed", what: path, why }) };
  }

  async function read(path: string): Promise<Read<Buffer>> {
    try {
      return success(await readWhole(path));
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
