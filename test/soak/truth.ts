/** A living process of a place that holds a listener there, or the parent of one that does. */
export interface TruthProcess {
  readonly pid: number;
  /** Field 22 of /proc/PID/stat. */
  readonly startTicks: number;
  readonly parentPid: number;
  /** Told by the signals it catches; `ending`: a worker that catches none any more. */
  readonly kind: "master" | "worker" | "ending";
  /** Inodes of the listeners of this place that it holds. */
  readonly holds: readonly number[];
  /** Living processes of its unit whose parent it is. */
  readonly children: number;
}

/** What stands at a place. */
export interface PlaceState {
  /** Inode of the file at the path, its low 32 bits; null: there is none. */
  readonly file: number | null;
  /** Inode of the listener that is bound to that file; null: there is none. */
  readonly owner: number | null;
  /** What the pidfile names; null: there is none, or nobody asked for it. */
  readonly pidfile: number | null;
  /** Living processes in the cgroup of its unit. */
  readonly members: number;
  readonly processes: readonly TruthProcess[];
}

/** A place has changed. Times are milliseconds since 1970. */
export interface Observation {
  readonly place: string;
  /** Since when the state is known to hold. */
  readonly fromMs: number;
  /** Until when the state before it is known to have held; null: this is the first. */
  readonly beforeMs: number | null;
  readonly state: PlaceState;
}

/** What the agent's process uses at one moment. */
export interface Resources {
  readonly rssBytes: number;
  readonly anonymousBytes: number;
  readonly threads: number;
  readonly descriptors: number;
  readonly children: number;
  /** Since its start, with the children that it has waited for. */
  readonly cpuSeconds: number;
}

/** It is still looking. */
export interface Tick {
  /** When it has last looked, in milliseconds since 1970. */
  readonly lookedMs: number;
  /** Looks since the tick before. */
  readonly looks: number;
  /** The longest time between the ends of two of them. */
  readonly longestGapMs: number;
  /** What the agent uses; null: it does not run. */
  readonly agent: Resources | null;
}

/** One line of truth.py. */
export type TruthLine = Observation | Tick;

/** Reads a line of truth.py. Throws on what is none. */
export function readTruthLine(line: string): TruthLine {
  const value: unknown = JSON.parse(line);
  if (isObject(value) && ("state" in value || "lookedMs" in value)) {
    // written by the program beside this file
    return value as unknown as TruthLine;
  }
  throw new Error(`not a line of truth.py: ${line}`);
}

/** True for a change of a place, false for a tick. */
export function isObservation(line: TruthLine): line is Observation {
  return "state" in line;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}
