import type { JournalEvent, LeftoverEvent } from "../model/journal.ts";

/** A stop of a unit, as the journal has it. */
export interface UnitStop {
  readonly beganMs: number;
  readonly stoppedMs: number;
  /** `restart`, `stop`, …; undefined: systemd did not say. */
  readonly jobType: string | undefined;
  /** Processes that systemd said were still there after it. */
  readonly survivors: readonly LeftoverEvent[];
}

/** A start of a unit, as the journal has it. */
export interface UnitStart {
  readonly unit: string;
  readonly bootId: string;
  /** The first that was heard of it. */
  readonly beganMs: number;
  /** Undefined: it is not said to have been done. */
  readonly startedMs: number | undefined;
  /** Processes that systemd found in the unit's cgroup before it started anything. */
  readonly leftovers: readonly LeftoverEvent[];
  /** The last stop before it in the same boot. */
  readonly stop: UnitStop | undefined;
  /** systemd started it by itself, after a failure. */
  readonly automatic: boolean;
}

type Mutable<T> = { -readonly [key in keyof T]: T[key] };

interface UnitState {
  readonly bootId: string;
  /** What was found left over, until the start that found it is told. */
  leftovers: LeftoverEvent[];
  survivors: LeftoverEvent[];
  stopBegan: { readonly atMs: number; readonly jobType: string | undefined } | undefined;
  stop: Mutable<UnitStop> | undefined;
  start: Mutable<UnitStart> | undefined;
  automatic: boolean;
}

/** Events oldest first. Entries of one moment keep their order. */
export function inOrder(events: readonly JournalEvent[]): readonly JournalEvent[] {
  return events.toSorted((one, other) => one.atMs - other.atMs);
}

/**
 * The starts of all units that the events tell of, oldest first. systemd names what is left over
 * before it says `Starting`, and units of Type=simple have no `Starting` at all.
 */
export function unitStarts(events: readonly JournalEvent[]): readonly UnitStart[] {
  const starts: UnitStart[] = [];
  const units = new Map<string, UnitState>();

  function begin(state: UnitState, unit: string, atMs: number): Mutable<UnitStart> {
    const start: Mutable<UnitStart> = {
      unit,
      bootId: state.bootId,
      beganMs: state.leftovers[0]?.atMs ?? atMs,
      startedMs: undefined,
      leftovers: state.leftovers,
      stop: state.stop,
      automatic: state.automatic,
    };
    state.leftovers = [];
    state.automatic = false;
    starts.push(start);
    state.start = start;
    return start;
  }

  for (const event of inOrder(events)) {
    if (!("unit" in event)) continue;
    const state = stateOf(units, event.unit, event.bootId);
    switch (event.kind) {
      case "leftover-at-start":
        state.leftovers.push(event);
        break;
      case "start-begun":
        begin(state, event.unit, event.atMs);
        break;
      case "started": {
        const start = state.start ?? begin(state, event.unit, event.atMs);
        start.startedMs = event.atMs;
        state.start = undefined;
        break;
      }
      case "start-failed":
        state.start = undefined;
        break;
      case "stop-begun":
        state.stopBegan = { atMs: event.atMs, jobType: event.jobType };
        state.start = undefined;
        state.survivors = [];
        break;
      case "leftover-after-stop":
        state.survivors.push(event);
        break;
      case "stopped":
        state.stop = {
          beganMs: state.stopBegan?.atMs ?? event.atMs,
          stoppedMs: event.atMs,
          jobType: event.jobType ?? state.stopBegan?.jobType,
          survivors: state.survivors,
        };
        state.stopBegan = undefined;
        state.survivors = [];
        break;
      case "auto-restart":
        state.automatic = true;
        break;
      case "reload-begun":
      case "reloaded":
      case "main-exited":
      case "unit-failed":
      case "unit-oom":
      case "signalled":
        break;
    }
  }
  return starts;
}

function stateOf(units: Map<string, UnitState>, unit: string, bootId: string): UnitState {
  const known = units.get(unit);
  if (known?.bootId === bootId) return known;
  const state: UnitState = {
    bootId,
    leftovers: [],
    survivors: [],
    stopBegan: undefined,
    stop: undefined,
    start: undefined,
    automatic: false,
  };
  units.set(unit, state);
  return state;
}

/** From the unit's start to the master's first line: the interpreter and, with --preload, the application. */
export const bootSeconds = 60;
/** gunicorn logs whole seconds, so what came after may bear an earlier time by this much. */
const resolutionMs = 1_000;

/**
 * The unit's start that a master came from: the last one before it, if that was not too long ago,
 * and not one that found the master there already. Undefined: the journal tells of none.
 */
export function startOf(
  starts: readonly UnitStart[],
  masterStartedMs: number,
  pid: number | null,
): UnitStart | undefined {
  return starts.findLast(
    ({ beganMs, leftovers }) =>
      beganMs < masterStartedMs + resolutionMs &&
      masterStartedMs - beganMs <= bootSeconds * 1_000 &&
      leftovers.every((process) => process.pid !== pid),
  );
}
