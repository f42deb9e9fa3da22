import type { JournalEvent, LeftoverEvent, UnitSignalEvent } from "../model/journal.ts";
import type { LivingMaster, MasterLife } from "../model/occurrence.ts";

/** What else is known of masters than their log tells. */
export interface Sightings {
  readonly events: readonly JournalEvent[];
  readonly living: readonly LivingMaster[];
  /** When `living` was seen. */
  readonly nowMs: number;
}

/** A life with what was heard of it elsewhere. */
export interface SeenLife extends MasterLife {
  /** When the journal last named its pid as one that was still there; undefined: never. */
  readonly journalMs: number | undefined;
  /** Set where it runs now. */
  readonly living: LivingMaster | undefined;
}

/** Between a process's start and its first line: interpreter, and with --preload the application. */
const bootMs = 60_000;
/** gunicorn logs whole seconds. */
const resolutionMs = 1_000;

/**
 * Completes lives by what the journal saw of their pids, by boots, which nothing survives, and by
 * the masters that run now. A life never becomes shorter than its log says.
 */
export function withSightings(
  lives: readonly MasterLife[],
  { events, living, nowMs }: Sightings,
): readonly SeenLife[] {
  const named = new Map<number, LeftoverEvent[]>();
  const boots: number[] = [];
  const kills: UnitSignalEvent[] = [];
  for (const event of events) {
    if (event.kind === "boot") boots.push(event.atMs);
    else if (event.kind === "signalled" && event.signal === "SIGKILL") kills.push(event);
    else if (event.kind === "leftover-after-stop" || event.kind === "leftover-at-start") {
      named.set(event.pid, [...(named.get(event.pid) ?? []), event]);
    }
  }
  boots.sort((one, other) => one - other);
  return lives.map((life) => {
    // a line of the same second may well come after the boot: nothing boots and logs in less
    const booted = boots.find((atMs) => atMs >= life.lastSeenMs + resolutionMs);
    const killed = kills.find(({ atMs, pid, unit }) => {
      if (pid !== undefined) return pid === life.pid && atMs + resolutionMs > life.lastSeenMs;
      // it went to all that the unit had: to this one, if it was there for certain
      const there = named.get(life.pid)?.some((one) => one.unit === unit) === true;
      return there && atMs >= life.lastSeenMs + resolutionMs;
    });
    const bounded = endedByKill(endedByBoot(life, booted), killed?.atMs);
    const beganMs = (life.startedMs ?? life.listeningMs) - bootMs;
    // one that was just killed may still be named, in the moment that its end takes
    const untilMs = (bounded.goneMs ?? Infinity) + (killed === undefined ? resolutionMs : 0);
    const heard = (named.get(life.pid) ?? [])
      .map(({ atMs }) => atMs)
      .filter((atMs) => atMs >= beganMs && atMs < untilMs);
    const journalMs = heard.length === 0 ? undefined : Math.max(...heard);
    const runs = bounded.goneMs === undefined ? livingOf(life, living) : undefined;
    const seenMs = Math.max(
      bounded.lastSeenMs,
      Math.min(journalMs ?? -Infinity, bounded.goneMs ?? Infinity),
      runs === undefined ? -Infinity : nowMs,
    );
    return { ...bounded, lastSeenMs: seenMs, journalMs, living: runs };
  });
}

function endedByBoot(life: MasterLife, bootedMs: number | undefined): MasterLife {
  const { goneMs, lastSeenMs } = life;
  // its end is only bounded from above, and the boot is the tighter bound
  const openUntilMs = goneMs ?? Infinity;
  if (bootedMs === undefined || lastSeenMs === goneMs || bootedMs >= openUntilMs) return life;
  return { ...life, goneMs: bootedMs, ending: "rebooted" };
}

/** systemd killed it, on request or because it would not stop. */
function endedByKill(life: MasterLife, killedMs: number | undefined): MasterLife {
  const { goneMs, lastSeenMs } = life;
  if (killedMs === undefined || lastSeenMs === goneMs || killedMs >= (goneMs ?? Infinity)) {
    return life;
  }
  return { ...life, goneMs: Math.max(lastSeenMs, killedMs), ending: "killed" };
}

function livingOf(
  { pid, startedMs, listeningMs }: MasterLife,
  living: readonly LivingMaster[],
): LivingMaster | undefined {
  const beganMs = startedMs ?? listeningMs;
  return living.find(
    (master) =>
      master.pid === pid &&
      master.startedMs <= beganMs + resolutionMs &&
      beganMs - master.startedMs <= bootMs,
  );
}
