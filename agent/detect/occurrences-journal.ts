import type { LeftoverEvent } from "../model/journal.ts";
import type { LivingMaster, MasterLife } from "../model/occurrence.ts";
import { bootSeconds, type UnitStart } from "./cause-starts.ts";
import { isGunicorn } from "./cause-triggers.ts";

/** An occurrence that only the journal tells of. */
export interface JournalOccurrence {
  readonly start: UnitStart & { readonly startedMs: number };
  /** The left-over processes that may be masters. */
  readonly masters: readonly LeftoverEvent[];
  /** Until when one of those was still seen. */
  readonly lastSeenMs: number;
  /** Those that still run. */
  readonly living: readonly LivingMaster[];
}

/** What the journal is compared with. */
export interface JournalQuestion {
  readonly starts: readonly UnitStart[];
  /** All lives from the logs. */
  readonly lives: readonly MasterLife[];
  readonly living: readonly LivingMaster[];
  /** When `living` was seen. */
  readonly nowMs: number;
}

/** gunicorn logs whole seconds. */
const resolutionMs = 1_000;

/**
 * Starts of units that found gunicorn in their cgroup and of which no log tells more. Left-over
 * workers alone are no master. Where a log tells of the unit's masters its word holds: then the
 * leftover was on its way out, or the start was refused.
 */
export function journalOccurrences({
  starts,
  lives,
  living,
  nowMs,
}: JournalQuestion): readonly JournalOccurrence[] {
  const logged = new Set(
    starts.filter((start) => lives.some((life) => cameFrom(life, start))).map(({ unit }) => unit),
  );
  return starts.flatMap((start): JournalOccurrence[] => {
    const { startedMs, leftovers, unit, beganMs, bootId } = start;
    const masters = leftovers.filter(({ comm }) => isMaster(comm));
    if (startedMs === undefined || masters.length === 0) return [];
    if (lives.some((life) => cameFrom(life, start))) return [];
    if (logged.has(unit) && covers(lives, beganMs)) return [];
    const pids = new Set(masters.map(({ pid }) => pid));
    const runs = living.filter(
      (master) => pids.has(master.pid) && master.startedMs < beganMs + resolutionMs,
    );
    const again = starts
      .filter((later) => later.bootId === bootId && later.unit === unit && later.beganMs > beganMs)
      .flatMap((later) => [...later.leftovers, ...(later.stop?.survivors ?? [])])
      .filter(({ pid, atMs }) => pids.has(pid) && atMs >= beganMs);
    const seen = [beganMs, ...again.map(({ atMs }) => atMs), ...(runs.length > 0 ? [nowMs] : [])];
    const lastSeenMs = Math.max(...seen);
    return [{ start: { ...start, startedMs }, masters, lastSeenMs, living: runs }];
  });
}

/** True for a name that a master may have. With setproctitle workers have one of their own. */
function isMaster(comm: string): boolean {
  return isGunicorn(comm) && !comm.startsWith("gunicorn: worke");
}

function cameFrom({ startedMs, listeningMs }: MasterLife, { beganMs }: UnitStart): boolean {
  const atMs = (startedMs ?? listeningMs) + resolutionMs;
  return atMs > beganMs && atMs - beganMs <= bootSeconds * 1_000;
}

/** True where logs tell of masters from before this moment: what they leave out did not happen. */
function covers(lives: readonly MasterLife[], atMs: number): boolean {
  return lives.some(({ startedMs, listeningMs }) => (startedMs ?? listeningMs) <= atMs);
}
