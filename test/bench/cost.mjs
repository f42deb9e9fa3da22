import { execFile } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { promisify } from "node:util";

const tickMs = 10; // _SC_CLK_TCK is 100 wherever Node runs on Linux

/**
 * CPU that a process has used since its start, in milliseconds, by the kernel's own clock:
 * its threads to the nanosecond (schedstat), children it has waited for in ticks of 10 ms.
 */
export function cpuMs(pid) {
  let ns = 0;
  for (const task of readdirSync(`/proc/${pid}/task`)) {
    ns += Number(readFileSync(`/proc/${pid}/task/${task}/schedstat`, "latin1").split(" ")[0]);
  }
  const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  const [childrenUser, childrenSystem] = fields.slice(13, 15).map(Number);
  return ns / 1e6 + (childrenUser + childrenSystem) * tickMs;
}

/** Times its threads gave the processor up by themselves: one for every wake-up. */
export function wakeups(pid) {
  let sum = 0;
  for (const task of readdirSync(`/proc/${pid}/task`)) {
    const status = readFileSync(`/proc/${pid}/task/${task}/status`, "latin1");
    sum += Number(/^voluntary_ctxt_switches:\s+(\d+)$/m.exec(status)[1]);
  }
  return sum;
}

/** Resident and anonymous memory of a process in bytes, from smaps_rollup. */
export function memory(pid) {
  const text = readFileSync(`/proc/${pid}/smaps_rollup`, "latin1");
  const bytes = (field) => Number(new RegExp(`^${field}:\\s+(\\d+) kB$`, "m").exec(text)[1]) * 1024;
  return { residentBytes: bytes("Rss"), anonymousBytes: bytes("Anonymous") };
}

const loop =
  'TIMEFORMAT="%3R %3U %3S"; n=$1; shift; time for ((; n > 0; n--)); do "$@" >/dev/null 2>&1; done';

/** Wall and CPU milliseconds of one run of a command, over `times` runs, from bash's getrusage. */
export async function costOfCommand(command, times) {
  const args = ["-c", loop, "bash", String(times), ...command];
  const { stderr } = await promisify(execFile)("bash", args);
  const [wall, user, system] = stderr.trim().split("\n").at(-1).split(" ").map(Number);
  return { wallMs: (wall * 1000) / times, cpuMs: ((user + system) * 1000) / times };
}

/** The middle value, or the mean of the two in the middle. */
export function median(values) {
  return quantile(values, 0.5);
}

/** The value below which the share `q` of all values lies, interpolated. */
export function quantile(values, q) {
  const sorted = values.toSorted((one, other) => one - other);
  const at = (sorted.length - 1) * q;
  const low = sorted[Math.floor(at)];
  return low + (sorted[Math.ceil(at)] - low) * (at - Math.floor(at));
}
