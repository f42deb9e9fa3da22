import type { Blindness } from "../model/blind.ts";
import { counted } from "../model/counted.ts";
import type { ProcessFacts } from "../model/process.ts";
import type { Evidence, Role } from "../model/verdict.ts";
import type { Owner } from "./owner.ts";
import type { RoledGroup } from "./roles.ts";

function pids(processes: readonly ProcessFacts[]): string {
  return processes.map(({ id }) => id.pid).join(", ");
}

function mastersOf(groups: readonly RoledGroup[]): readonly ProcessFacts[] {
  return groups.flatMap(({ master }) => (master === undefined ? [] : [master]));
}

function masterPids(groups: readonly RoledGroup[]): string {
  return pids(mastersOf(groups));
}

/** Says which master is stale and who took its path. */
export function stale(
  group: RoledGroup,
  owner: Owner,
  groups: readonly RoledGroup[],
  evidence: Evidence,
): string {
  const who = `master ${masterPids([group])} with ${counted(group.workers.length, "worker")} is stale`;
  return `${who}: it listens, but ${ownedBy(owner, groups, evidence)}`;
}

/** Two masters are what a cutover makes, for a while. */
export function handsOver(unit: string): string {
  return `a cutover of ${unit} hands over from it`;
}

function ownedBy(owner: Owner, groups: readonly RoledGroup[], evidence: Evidence): string {
  if (evidence === "start-time" || owner.kind !== "listener") {
    const live = groups.filter(({ role }) => owningRoles.has(role));
    return `the newer master ${masterPids(live)} must own the path (told by start time only)`;
  }
  const owning = groups.filter(({ listener }) => listener === owner.listener);
  const masters = mastersOf(owning);
  if (masters.length > 0) return `the path belongs to master ${pids(masters)}`;
  const whose = owning.length > 0 ? "workers without a master" : "another program";
  return `the path belongs to ${whose} (socket ${owner.listener.inode})`;
}

/** Roles of masters that listen on the listener that owns the path. */
const owningRoles: ReadonlySet<Role> = new Set(["serving", "predecessor", "successor"]);

/** Two unrelated masters accept from one shared listener. */
export function shared(groups: readonly RoledGroup[]): string {
  const who = masterPids(groups);
  return `masters ${who} serve one shared listener and neither is the other's upgrade: new connections go to any of them`;
}

/** Workers are left whose master is dead. */
export function orphaned(group: RoledGroup): string {
  const are = group.workers.length === 1 ? "is" : "are";
  return `${counted(group.workers.length, "worker")} (${pids(group.workers)}) ${are} left of a master that is dead`;
}

/** A USR2 upgrade is going on. */
export function upgrade(successor: RoledGroup, predecessors: readonly RoledGroup[]): string {
  return `USR2 upgrade: master ${masterPids([successor])} is to replace master ${masterPids(predecessors)}`;
}

/** A master is on its way out. */
export function draining(group: RoledGroup): string {
  return `master ${masterPids([group])} has closed its listener and waits for ${counted(group.workers.length, "worker")} to finish`;
}

/** Groups exist, but no new connection reaches any of them. */
export function unreachable(path: string, why: string, groups: readonly RoledGroup[]): string {
  const masters = mastersOf(groups);
  const who =
    masters.length === 0
      ? counted(groups.flatMap(({ workers }) => workers).length, "orphaned worker")
      : `master ${pids(masters)}`;
  return `no new connection can reach ${who}: ${path} ${why}`;
}

/** A graceful stop has taken the path away, and no master has come for it yet. */
export function unserved(path: string, why: string, groups: readonly RoledGroup[]): string {
  const stopping =
    groups.length === 1
      ? `master ${masterPids(groups)} is stopping`
      : `masters ${masterPids(groups)} are stopping`;
  return `${path} ${why}: ${stopping} and no master serves; requests fail until one is started`;
}

/** A configured path that nobody listens at, or only for a service that has not started. */
export function noMaster(path: string, owner: Exclude<Owner, { kind: "unknown" }>): string {
  if (owner.kind === "nobody") return `nothing listens: ${path} ${owner.why}`;
  const { inode } = owner.listener;
  return `no master listens: ${path} belongs to socket ${inode}, which is held for a service that has not started`;
}

/** A living master whose workers hold the listener, while its own sockets were not read. */
export function masterUnseen(group: RoledGroup): string {
  return `which sockets gunicorn ${masterPids([group])} holds could not be seen`;
}

/** Several processes hold one listener; who of them is a master cannot be told. */
export function unled(groups: readonly RoledGroup[]): string {
  return `processes ${masterPids(groups)} hold one listener, and none of them leads the others`;
}

/** A configured path whose listener is known, but not the process that holds it. */
export function holderUnknown(path: string, inode: number): string {
  return `${path} belongs to socket ${inode}, but which process holds it was not found`;
}

/** What could not be seen, as sentences; all gunicorns whose sockets are hidden in one. */
export function unseen(blind: readonly Blindness[]): readonly string[] {
  const hidden = new Set<number>();
  const sentences: string[] = [];
  for (const { what, pid, reason } of blind) {
    if (what === "fd-links" && pid !== undefined) {
      hidden.add(pid);
    } else {
      const whose = pid === undefined ? "" : ` of process ${pid}`;
      sentences.push(`${what}${whose} could not be seen: ${reason}`);
    }
  }
  if (hidden.size === 0) return sentences;
  const hold = `${[...hidden].join(", ")} ${hidden.size === 1 ? "holds" : "hold"}`;
  return [`which sockets gunicorn ${hold} could not be seen`, ...sentences];
}

/** There are groups, but who owns the path was not to be seen. */
export function ownerUnknown(path: string, why: string): string {
  return `who owns ${path} could not be told: it ${why}`;
}

/** Groups that fit no verdict, such as a master seen between two of its steps. */
export function inBetween({ path, owner }: { path: string; owner: Owner }): string {
  const state = owner.kind === "listener" ? `belongs to socket ${owner.listener.inode}` : owner.why;
  return `the groups on ${path} fit no verdict in this look: the path ${state}`;
}
