import type { ProcessId } from "../../agent/model/process.ts";
import { alive, living } from "./process.ts";
import { waitFor } from "./wait.ts";

/** Sends a signal to exactly this process; false when it is gone or its pid names another. */
export function signal(id: ProcessId, name: NodeJS.Signals): boolean {
  if (id.pid <= 1) {
    throw new RangeError(`refusing to signal pid ${id.pid}`);
  }
  if (living(id.pid)?.startTicks !== id.startTicks) {
    return false;
  }
  process.kill(id.pid, name);
  return true;
}

/** Waits until all of them are gone; zombies count as gone. */
export async function gone(ids: readonly ProcessId[], timeoutMs?: number): Promise<void> {
  const names = ids.map(({ pid }) => pid).join(", ");
  await waitFor(`processes ${names} to end`, () => !ids.some(alive), timeoutMs);
}
