import type { ProcessNow } from "../../../agent/model/acting.ts";

/** A signal that the fake kernel knows. */
export type FakeSignal =
  | "SIGSTOP"
  | "SIGCONT"
  | "SIGTERM"
  | "SIGKILL"
  | "SIGINT"
  | "SIGQUIT"
  | "SIGHUP";

/** A process of the fake host. */
export interface FakeProcess {
  readonly pid: number;
  readonly startTicks: number;
  parentPid: number;
  /** What it turns out to be; a worker looks like a master until `grownAtMs`. */
  readonly program: "master" | "worker" | "other";
  readonly grownAtMs: number;
  stopped: boolean;
  /** In state D it takes no signal, not even SIGKILL, until it leaves it. */
  uninterruptible: boolean;
  zombie: boolean;
  /** A debugger holds it; the fake one never lets it go. */
  traced: boolean;
  readonly pending: Set<FakeSignal>;
  /** A worker finishes what it is at first. */
  busyUntilMs: number;
  deafToTerm: boolean;
  /** It has been asked to end. */
  ending: boolean;
  /** Ends by itself then, if it is not stopped. */
  readonly endsAtMs: number;
  /** An idle worker notices that its master is gone after so long; undefined: never. */
  readonly noticesAfterMs: number | undefined;
  orphanedAtMs: number | undefined;
  /** A running master keeps so many. */
  readonly wantedWorkers: number;
  respawnAtMs: number | undefined;
  readonly sockets: Set<number>;
  /** The path that a master removes by name when it ends. */
  readonly boundPath: string | undefined;
  readonly memoryBytes: number;
}

/** What a new process is; all else is as of an idle one that never ends. */
export type FakeBirth = Pick<FakeProcess, "pid" | "program"> & Partial<FakeProcess>;

/** The state letter that /proc would show. */
export function stateOf({ zombie, uninterruptible, stopped, traced }: FakeProcess): string {
  if (zombie) return "Z";
  if (uninterruptible) return "D";
  if (traced) return "t";
  return stopped ? "T" : "S";
}

/** What its signal handlers say it is at this time. */
export function roleOf(
  { zombie, program, grownAtMs }: FakeProcess,
  now: number,
): ProcessNow["signalRole"] {
  if (zombie || program === "other") return "other";
  return program === "master" || now < grownAtMs ? "master" : "worker";
}
