import type { Blindness } from "../model/blind.ts";
import type { Read } from "../model/read.ts";
import type { ProcessFacts, SignalRole, SocketLinks } from "../model/process.ts";
import { signalRoleOf } from "../model/signals.ts";
import { parseProcStat, type ProcStat } from "../parse/proc-stat.ts";
import { reasonOf } from "./failures.ts";
import type { Files } from "./files.ts";
import type { Links } from "./links.ts";
import type { ProcPaths } from "./paths.ts";
import type { Identify, Identity } from "./identity.ts";

/** A process that is watched from scan to scan. */
export interface Tracked {
  stat: ProcStat;
  signalRole: SignalRole;
  identity: Identity;
  /** Undefined: not read yet, or its sockets matter to no verdict. */
  links: Links | undefined;
  /** It, or the process it descends from, was found holding a watched listener, whatever it is. */
  holder: boolean;
  /**
   * A child of a master, as first seen, that never had a child of its own: a worker that was
   * forked a moment ago still catches its master's signals. Should the master leave before it
   * gets its own, it is no second master for that.
   */
  newborn: boolean;
}

/** The processes that a steady scan looks at: gunicorns, what descends from them, other holders. */
export interface ProcessTable {
  readonly tracked: ReadonlyMap<number, Tracked>;
  /** Starts to watch a process, or keeps watching it; `holder` as in `Tracked`. */
  add(stat: ProcStat, holder: boolean): void;
  /**
   * Reads every watched process again: drops those that have left, and takes in the
   * descendants that have come.
   */
  refresh(): void;
  /** Takes in descendants, and reads the identity of those that are new or have a new name. */
  settle(): Promise<void>;
  facts(): readonly ProcessFacts[];
  /** Watched processes that the last refresh could not read, though they have not left. */
  blind(): readonly Blindness[];
}

/** An empty table over the processes below `proc`. */
export function createProcessTable(
  proc: ProcPaths,
  files: Files,
  identify: Identify,
): ProcessTable {
  const tracked = new Map<number, Tracked>();
  /** Processes whose identity has to be read before the next facts. */
  const unread = new Set<Tracked>();

  let blindness: readonly Blindness[] = [];

  function readStat(pid: number): Read<ProcStat> {
    return files.parsed(proc.of(pid, "stat"), parseProcStat);
  }

  function add(stat: ProcStat, holder: boolean): void {
    const known = tracked.get(stat.pid);
    if (known !== undefined && known.stat.startTicks === stat.startTicks) {
      update(known, stat);
      known.holder ||= holder;
      return;
    }
    if (known !== undefined) unread.delete(known);
    const signalRole = signalRoleOf(stat.caughtSignals);
    const identity = identify.unread(stat);
    const parent = tracked.get(stat.parentPid);
    // it has set its handlers before it forked: what was read of it is older than its child
    if (parent?.signalRole === "other" && signalRole !== "other") readAgain(parent);
    // Node sorts a directory by text, so a census meets worker 1001 of master 994 first
    const newborn = parent?.signalRole === "master" && !hasKnownChild(stat.pid);
    // a child makes a master of its parent: a USR2 upgrade's new one has workers of its own
    if (parent !== undefined) parent.newborn = false;
    const fresh: Tracked = { stat, signalRole, identity, links: undefined, holder, newborn };
    tracked.set(stat.pid, fresh);
    unread.add(fresh);
  }

  function hasKnownChild(pid: number): boolean {
    return [...tracked.values()].some(({ stat }) => stat.parentPid === pid);
  }

  function readAgain(known: Tracked): void {
    const read = readStat(known.stat.pid);
    if (read.ok && read.value.startTicks === known.stat.startTicks) update(known, read.value);
  }

  /** A new name or role means that titles, user and sockets may be others too. */
  function update(known: Tracked, stat: ProcStat): void {
    const seen = signalRoleOf(stat.caughtSignals);
    // an interpreter that ends lets go of its signals first: it is still what it was
    const ending = seen === "other" && stat.comm === known.stat.comm;
    const signalRole = ending ? known.signalRole : seen;
    if (stat.comm !== known.stat.comm || signalRole !== known.signalRole) {
      unread.add(known);
      known.links = undefined;
    }
    known.stat = stat;
    known.signalRole = signalRole;
  }

  /** A cutover moves masters while they serve; what else is known of a process it does not change. */
  function lookWhere(known: Tracked): void {
    if (known.signalRole !== "master" || unread.has(known)) return;
    known.identity = identify.again(known.stat, known.identity);
  }

  function addChildren({ stat: parent, signalRole, holder }: Tracked): void {
    // an init that holds a listener for a service: everything on the host descends from it
    if (parent.pid === 1 && signalRole === "other") return;
    for (const pid of childPids(parent, proc, files)) {
      if (tracked.has(pid)) continue;
      const stat = readStat(pid);
      if (stat.ok) add(stat.value, holder);
    }
  }

  return {
    tracked,
    add,
    refresh() {
      const blind: Blindness[] = [];
      for (const [pid, known] of tracked) {
        const read = readStat(pid);
        if (read.ok && read.value.startTicks === known.stat.startTicks) {
          update(known, read.value);
          lookWhere(known);
        } else if (read.ok || read.failure.kind === "gone") {
          tracked.delete(pid);
          unread.delete(known);
        } else blind.push({ what: "processes", pid, reason: reasonOf(read.failure) });
      }
      blindness = blind;
    },
    async settle() {
      // a Map's iterator also visits what is added on the way: grandchildren are found in one pass
      for (const known of tracked.values()) addChildren(known);
      const fresh = [...unread];
      unread.clear();
      await Promise.all(
        fresh.map(async (known) => {
          known.identity = await identify.read(known.stat);
        }),
      );
    },
    facts: () => [...tracked.values()].map(factsOf),
    blind: () => blindness,
  };
}

/**
 * Children of a process from /proc/PID/task/TID/children (proc_pid_children(5)), which lists
 * those that one thread has forked: a threaded worker forks git from any of its threads.
 */
function childPids(parent: ProcStat, proc: ProcPaths, files: Files): readonly number[] {
  if (parent.threads === 1) return childrenOfThread(parent.pid, String(parent.pid), proc, files);
  const threads = files.names(proc.of(parent.pid, "task"));
  if (!threads.ok) return [];
  return threads.value.flatMap((thread) => childrenOfThread(parent.pid, thread, proc, files));
}

function childrenOfThread(
  pid: number,
  thread: string,
  proc: ProcPaths,
  files: Files,
): readonly number[] {
  const read = files.text(proc.of(pid, `task/${thread}/children`));
  if (!read.ok || read.value === "") return [];
  return read.value.trim().split(" ").map(Number).filter(Number.isSafeInteger);
}

function factsOf({ stat, signalRole, identity, links, newborn }: Tracked): ProcessFacts {
  return {
    id: { pid: stat.pid, startTicks: stat.startTicks },
    parentPid: stat.parentPid,
    state: stat.state,
    signalRole: newborn && signalRole === "master" ? "worker" : signalRole,
    comm: stat.comm,
    command: identity.command,
    uid: identity.uid,
    unit: identity.unit,
    systemUnit: identity.systemUnit,
    sockets: socketsOf(links),
  };
}

function socketsOf(links: Links | undefined): SocketLinks {
  if (links === undefined) return { kind: "not-asked" };
  if (links.kind === "denied") return { kind: "denied" };
  return { kind: "read", inodes: [...links.descriptorOf.keys()] };
}
