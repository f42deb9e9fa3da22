import type { Blindness } from "./blind.ts";
import type { Binding } from "./listener.ts";
import type { GroupMemory, HostMemory } from "./memory.ts";
import type { Place } from "./place.ts";
import type { ProcessFacts } from "./process.ts";

/** A listener that some process really holds, with everything known of where it is bound. */
export interface Listener {
  readonly inode: number;
  /** The name as bound, unprintable bytes escaped: for people. */
  readonly boundAs: string;
  /** Network namespace, e.g. `net:[4026531840]`. */
  readonly netns: string;
  readonly binding: Binding;
  /** Key of the place its name leads to; undefined where that could not be found out. */
  readonly place: string | undefined;
}

/** What stands in a pidfile. */
export interface Pidfile {
  readonly path: string;
  /** Key of the place whose masters write it. */
  readonly place: string;
  /** Undefined: missing, empty or no number. */
  readonly pid: number | undefined;
  /** Why there is no pid; undefined when there is one. */
  readonly problem: "missing" | "empty" | "malformed" | "unreadable" | undefined;
  /** Whether that pid names a living process now (a zombie is not). */
  readonly alive: boolean;
}

/** A socket that was asked for by path. */
export interface ConfiguredPlace {
  readonly place: string;
  /** The unit the settings name for it. */
  readonly unit: string | undefined;
}

/** A unit's memory limit, from its cgroup. */
export interface UnitLimit {
  readonly unit: string;
  /** memory.max (v2) or memory.limit_in_bytes (v1); undefined: unlimited or not to be read. */
  readonly memoryMaxBytes: number | undefined;
}

/** Memory of one process, or why it is unknown. The caller sums it over groups. */
export interface ProcessMemory {
  readonly pid: number;
  readonly memory: GroupMemory | undefined;
}

/** Everything one look at the host found. Plain data: detection needs nothing else. */
export interface Snapshot {
  /** Wall clock, milliseconds since 1970. */
  readonly takenAtMs: number;
  /**
   * Wall clock at boot, milliseconds since 1970, from /proc/uptime. Kept from scan to scan
   * until the clock is set, so that a process keeps its start time.
   */
  readonly bootTimeMs: number;
  readonly host: { readonly name: string; readonly memory: HostMemory | undefined };
  /** gunicorn processes, their descendants, and every other holder of a watched listener. */
  readonly processes: readonly ProcessFacts[];
  readonly listeners: readonly Listener[];
  readonly places: readonly Place[];
  /**
   * Places that the settings or the command line name: for these lineage alone can decide
   * who is a master, and a missing master is a finding. Empty: all that is found is watched.
   */
  readonly configured: readonly ConfiguredPlace[];
  /**
   * Keys of places that nobody named, where a gunicorn served before: there a missing master is
   * a finding too.
   */
  readonly expected: readonly string[];
  readonly memory: readonly ProcessMemory[];
  readonly pidfiles: readonly Pidfile[];
  readonly unitLimits: readonly UnitLimit[];
  readonly blind: readonly Blindness[];
  /** User and group names by id, for the ids that occur. */
  readonly names: {
    readonly users: ReadonlyMap<number, string>;
    readonly groups: ReadonlyMap<number, string>;
  };
}
