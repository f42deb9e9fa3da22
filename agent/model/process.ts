/** A process for as long as it lives. The kernel reuses pids, so a pid alone names nobody. */
export interface ProcessId {
  readonly pid: number;
  /** Field 22 of /proc/PID/stat: clock ticks after boot, 100 a second. Never moves when the clock is set. */
  readonly startTicks: number;
}

/** True when both name the same process within one boot. */
export function sameProcess(one: ProcessId, other: ProcessId): boolean {
  return one.pid === other.pid && one.startTicks === other.startTicks;
}

/**
 * What the set of caught signals says a process is (see `signals.ts`). `other` is
 * every process that is neither a gunicorn master nor a gunicorn worker.
 */
export type SignalRole = "master" | "worker" | "other";

/** What one look at a process found. It holds for this look only. */
export interface ProcessFacts {
  readonly id: ProcessId;
  readonly parentPid: number;
  /** The state letter of proc_pid_stat(5): `R`, `S`, `D`, `T`, `Z` and so on. */
  readonly state: string;
  readonly signalRole: SignalRole;
  /** The kernel's name of the process, at most 15 bytes, chosen by the process itself: a label, never evidence. */
  readonly comm: string;
  /** Arguments joined by blanks, or `comm` where there are none: a label, never evidence. */
  readonly command: string;
  /** Effective user id; undefined where it could not be read. */
  readonly uid: number | undefined;
  /** The systemd unit of its cgroup, e.g. `platform.service`; undefined outside any, or where it could not be read. */
  readonly unit: string | undefined;
  /**
   * The unit of the system's own manager in whose cgroup it is. `unit` may be one that an ordinary
   * user has given any name; into this one only root can put a process. Undefined as there.
   */
  readonly systemUnit: string | undefined;
  /** Socket inodes that its fd links carry, or why they could not be read. */
  readonly sockets: SocketLinks;
}

/** The sockets a process holds. `not-asked`: its descriptors do not matter to any verdict. */
export type SocketLinks =
  | { readonly kind: "read"; readonly inodes: readonly number[] }
  | { readonly kind: "denied" }
  | { readonly kind: "not-asked" };
