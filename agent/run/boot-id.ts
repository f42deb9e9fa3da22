import { readFileSync } from "node:fs";

/**
 * The kernel's boot id, without which pids and start ticks name nobody for long. Throws where
 * /proc/sys is hidden, as ProcSubset=pid does: nothing can then be recorded or ended.
 */
export function readBootId(): string {
  return readFileSync("/proc/sys/kernel/random/boot_id", "latin1").trim();
}
