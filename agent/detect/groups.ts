import type { Listener } from "../model/snapshot.ts";
import type { ProcessFacts } from "../model/process.ts";
import { descendantsOf, type Lineage } from "./lineage.ts";

/** How the master of a group stands to its listener. */
export type MasterState =
  | "listening" // holds the listener
  | "predecessor" // holds it together with the child that will replace it
  | "successor" // holds it together with the parent it will replace
  | "draining" // alive, has closed the listener; its workers still hold it
  | "unseen" // alive, its workers hold the listener, its own sockets must not be read
  | "unled" // one of several that hold the listener, none of which leads the others
  | "dead"; // only workers are left

/** A master and all that descends from it, or what is left of one, on one listener. */
export interface Group {
  readonly listener: Listener;
  readonly state: MasterState;
  /** Undefined exactly when the state is `dead`. */
  readonly master: ProcessFacts | undefined;
  readonly workers: readonly ProcessFacts[];
  /** Descendants that are no workers, such as git. */
  readonly others: readonly ProcessFacts[];
}

/** Every process of a group. */
export function membersOf(group: Group): readonly ProcessFacts[] {
  const below = [...group.workers, ...group.others];
  return group.master === undefined ? below : [group.master, ...below];
}

/**
 * The groups on one listener: who holds it is a kernel fact, who is master is told by caught
 * signals and lineage. `byLineage` also counts holders that are no gunicorn at all, for a
 * path that was asked for by name.
 */
export function groupsOn(listener: Listener, lineage: Lineage, byLineage: boolean): Group[] {
  const holders = [...lineage.byPid.values()].filter((process) => holds(process, listener.inode));
  const masters = mastersAmong(holders, lineage);
  const absent = mastersOfHolders(holders, lineage);
  // an upgrade's new master descends from the old one and is a group of its own all the same
  const heads = new Set([...masters, ...absent]);
  const groups = [
    ...masters.map((master) => listeningGroup(listener, master, masters, heads, lineage)),
    ...absent.map((master) => groupOfWorkers(listener, master, heads, lineage)),
  ];
  const taken = new Set(groups.flatMap(membersOf));
  const orphans = holders.filter((holder) => holder.signalRole === "worker" && !taken.has(holder));
  if (orphans.length > 0) groups.push(orphanedGroup(listener, orphans, lineage));
  if (groups.length === 0 && byLineage) return groupsByLineage(listener, holders, lineage);
  return groups;
}

/** True when some living process that was looked at holds the listener, a master or not. */
export function isHeld({ inode }: Listener, { byPid }: Lineage): boolean {
  return [...byPid.values()].some((process) => holds(process, inode));
}

function holds(process: ProcessFacts, inode: number): boolean {
  return process.sockets.kind === "read" && process.sockets.inodes.includes(inode);
}

/**
 * Masters among the holders. A worker that has just been forked still catches its master's
 * signals: a child of a master that has no children of its own is taken for such a worker.
 * A USR2 successor has children as soon as it serves.
 */
function mastersAmong(holders: readonly ProcessFacts[], lineage: Lineage): ProcessFacts[] {
  const looksLikeMaster = holders.filter((holder) => holder.signalRole === "master");
  const pids = new Set(looksLikeMaster.map((holder) => holder.id.pid));
  return looksLikeMaster.filter(
    (holder) => !pids.has(holder.parentPid) || lineage.childrenOf.has(holder.id.pid),
  );
}

/** Masters that are not known to hold the listener, by workers of theirs that do. */
function mastersOfHolders(holders: readonly ProcessFacts[], lineage: Lineage): ProcessFacts[] {
  const absent = new Set<ProcessFacts>();
  for (const { signalRole, parentPid } of holders) {
    const parent = lineage.byPid.get(parentPid);
    // a worker that ends is no worker by its signals any more
    if (signalRole === "master" || parent?.signalRole !== "master") continue;
    if (!holders.includes(parent)) absent.add(parent);
  }
  return [...absent];
}

function listeningGroup(
  listener: Listener,
  master: ProcessFacts,
  masters: readonly ProcessFacts[],
  heads: ReadonlySet<ProcessFacts>,
  lineage: Lineage,
): Group {
  const below = descendantsOf(lineage, master, heads);
  const isWorker = (process: ProcessFacts): boolean => isWorkerOf(master, process, listener);
  const workers = below.filter(isWorker);
  const others = below.filter((process) => !isWorker(process));
  return { listener, state: stateAmong(master, masters), master, workers, others };
}

function isWorkerOf(master: ProcessFacts, process: ProcessFacts, listener: Listener): boolean {
  if (process.parentPid !== master.id.pid) return false;
  if (process.signalRole === "worker") return true;
  return process.signalRole === "master" && holds(process, listener.inode);
}

function stateAmong(master: ProcessFacts, masters: readonly ProcessFacts[]): MasterState {
  if (masters.some((other) => other.id.pid === master.parentPid)) return "successor";
  if (masters.some((other) => other.parentPid === master.id.pid)) return "predecessor";
  return "listening";
}

/** Only workers that still hold the listener are waited for on it. */
function groupOfWorkers(
  listener: Listener,
  master: ProcessFacts,
  heads: ReadonlySet<ProcessFacts>,
  lineage: Lineage,
): Group {
  const below = descendantsOf(lineage, master, heads);
  const isWorker = (process: ProcessFacts): boolean =>
    process.parentPid === master.id.pid &&
    process.signalRole !== "master" &&
    holds(process, listener.inode);
  const workers = below.filter(isWorker);
  const others = below.filter((process) => !isWorker(process));
  const state = master.sockets.kind === "read" ? "draining" : "unseen";
  return { listener, state, master, workers, others };
}

function orphanedGroup(
  listener: Listener,
  workers: readonly ProcessFacts[],
  lineage: Lineage,
): Group {
  const set = new Set(workers);
  const others = new Set(workers.flatMap((worker) => descendantsOf(lineage, worker, set)));
  return { listener, state: "dead", master: undefined, workers, others: [...others] };
}

/**
 * Any server: the topmost holder is the master, holders below it its workers. Several of them
 * are no proof of several masters: a gunicorn that ends lets go of its signals before it leaves,
 * and the workers of one that was killed have no common parent any more.
 */
function groupsByLineage(
  listener: Listener,
  holders: readonly ProcessFacts[],
  lineage: Lineage,
): Group[] {
  const servers = holders.filter((holder) => !isSocketActivator(holder));
  const set = new Set(servers);
  const nothing = new Set<ProcessFacts>();
  const descendants = new Set(servers.flatMap((server) => descendantsOf(lineage, server, nothing)));
  const topmost = servers.filter((server) => !descendants.has(server));
  const state = topmost.length > 1 ? "unled" : "listening";
  return topmost.map((master) => {
    const below = descendantsOf(lineage, master, nothing);
    const workers = below.filter((process) => set.has(process));
    const others = below.filter((process) => !set.has(process));
    return { listener, state, master, workers, others };
  });
}

/** systemd holds the sockets it activates services with; it is never a server itself. */
function isSocketActivator(holder: ProcessFacts): boolean {
  return holder.id.pid === 1 || holder.comm.startsWith("systemd");
}
