import { uptime } from "node:os";
import { parseUptime } from "../parse/uptime.ts";
import type { Files } from "./files.ts";
import type { ProcPaths } from "./paths.ts";

/** The time of one look. */
export interface LookTime {
  readonly takenAtMs: number;
  readonly bootTimeMs: number;
  readonly uptimeSeconds: number;
}

/** Tells the time of a look and of the boot. */
export interface BootTime {
  read(): LookTime;
}

/** /proc/uptime has 10 ms steps and the two clocks are not read at the same instant. */
const JITTER_MS = 500;

/** Keeps the boot time steady from look to look, until the wall clock is really set. */
export function createBootTime(proc: ProcPaths, files: Files, wallMs: () => number): BootTime {
  let known: number | undefined;
  return {
    read() {
      const read = files.parsed(`${proc.root}/uptime`, parseUptime);
      // where ProcSubset=pid hides the file, sysinfo(2) tells it in whole seconds
      const uptimeSeconds = read.ok ? read.value : uptime();
      const takenAtMs = wallMs();
      const bootTimeMs = takenAtMs - uptimeSeconds * 1_000;
      if (known === undefined || Math.abs(known - bootTimeMs) > JITTER_MS) known = bootTimeMs;
      return { takenAtMs, bootTimeMs: known, uptimeSeconds };
    },
  };
}
