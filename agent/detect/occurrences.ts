import type { JournalEvent } from "../model/journal.ts";
import type { AptRun, LivingMaster, Occurrence } from "../model/occurrence.ts";
import { inOrder, unitStarts, type UnitStart } from "./cause-starts.ts";
import type { SeenLife } from "./lifetimes-sightings.ts";
import { byAddress, type LogOfMasters } from "./occurrences-address.ts";
import { fromJournal, fromOverlap } from "./occurrences-build.ts";
import { journalOccurrences } from "./occurrences-journal.ts";
import { overlapsOf } from "./overlaps.ts";
import { msOf } from "./time.ts";

/** All that is known of the past. */
export interface Past {
  readonly logs: readonly LogOfMasters[];
  readonly events: readonly JournalEvent[];
  readonly aptRuns: readonly AptRun[];
  readonly living: readonly LivingMaster[];
  /** When `living` was seen. */
  readonly nowMs: number;
  /** The unit of a socket, by its absolute path. */
  readonly units: ReadonlyMap<string, string>;
  /** The one unit that was asked about; undefined: all. */
  readonly unit: string | undefined;
  readonly sinceMs: number;
  readonly untilMs: number;
}

/** Every time a second master came on a socket, oldest first, each once. Pure. */
export function occurrencesOf(past: Past): readonly Occurrence[] {
  const { aptRuns, living, nowMs } = past;
  const events = inOrder(past.events);
  const starts = unitStarts(events);
  const told = new Set<SeenLife>();
  const found: Occurrence[] = [];
  for (const { address, lives } of byAddress(past.logs)) {
    const unit = unitOf(address, lives, past, starts);
    const own = starts.filter((start) => start.unit === unit);
    for (const overlap of overlapsOf(lives, own)) {
      // a master with two sockets is one occurrence, not two
      if (told.has(overlap.second)) continue;
      told.add(overlap.second);
      found.push(fromOverlap(overlap, { address, unit, events, aptRuns }));
    }
  }
  const lives = past.logs.flatMap((log) => log.lives);
  for (const one of journalOccurrences({ starts, lives, living, nowMs })) {
    found.push(fromJournal(one, events, aptRuns));
  }
  return found
    .filter(({ beganAt, unit }) => {
      const atMs = msOf(beganAt);
      const asked = past.unit === undefined || unit === null || unit === past.unit;
      return asked && atMs >= past.sinceMs && atMs <= past.untilMs;
    })
    .toSorted((one, other) => msOf(one.beganAt) - msOf(other.beganAt));
}

/**
 * The unit that masters at an address belong to: as settings or a running master say, as asked
 * about, or the only one in whose cgroup systemd found one of them.
 */
function unitOf(
  address: string,
  lives: readonly SeenLife[],
  { units, unit }: Past,
  starts: readonly UnitStart[],
): string | undefined {
  const known = units.get(address) ?? unit;
  if (known !== undefined) return known;
  const pids = new Set(lives.flatMap(({ pid, journalMs }) => (journalMs === undefined ? [] : pid)));
  const naming = new Set(
    starts.flatMap((start) => {
      const left = [...start.leftovers, ...(start.stop?.survivors ?? [])];
      return left.some(({ pid }) => pids.has(pid)) ? [start.unit] : [];
    }),
  );
  return naming.size === 1 ? [...naming][0] : undefined;
}
