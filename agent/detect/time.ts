import type { ProcessId } from "../model/process.ts";

/**
 * USER_HZ: the unit of start times in /proc/PID/stat. It is part of the kernel's interface and
 * 100 on every architecture that Node runs on, whatever the kernel's own HZ.
 */
const TICKS_PER_SECOND = 100;

/** Wall clock at which a process started, milliseconds since 1970, to 10 ms. */
export function startedAtMs(id: ProcessId, bootTimeMs: number): number {
  return bootTimeMs + (id.startTicks * 1_000) / TICKS_PER_SECOND;
}

/** A wall clock time as ISO 8601 in UTC. */
export function isoTime(ms: number): string {
  // oxlint-disable-next-line no-restricted-globals -- formats the time it is given, reads no clock
  return new Date(ms).toISOString();
}

/** The reverse of `isoTime`: milliseconds since 1970. */
export function msOf(iso: string): number {
  // oxlint-disable-next-line no-restricted-globals -- parses the time it is given, reads no clock
  return Date.parse(iso);
}
