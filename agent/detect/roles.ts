import type { ProcessFacts } from "../model/process.ts";
import type { Evidence, Role } from "../model/verdict.ts";
import type { Group, MasterState } from "./groups.ts";
import type { Owner } from "./owner.ts";

/** A group with its role on the socket. */
export interface RoledGroup extends Group {
  readonly role: Role;
}

/** The groups of a socket with their roles, and what those roles were told by. */
export interface Roles {
  readonly groups: readonly RoledGroup[];
  readonly evidence: Evidence;
}

/**
 * Gives each group of a socket its role. Where the owner of the path could not be told, the
 * newest living master by start time is taken for it and the evidence says so.
 */
export function rolesOf(groups: readonly Group[], owner: Owner): Roles {
  switch (owner.kind) {
    case "listener": {
      return { groups: withRoles(groups, owner.listener.inode), evidence: "bound-file" };
    }
    case "nobody":
      return { groups: withRoles(groups, undefined), evidence: "none" };
    case "unknown": {
      const inode = newestListener(groups);
      const evidence = inode === undefined ? "none" : "start-time";
      return { groups: withRoles(groups, inode), evidence };
    }
  }
}

/** Groups whose path could not be found out at all: living masters are `unclear`. */
export function rolesWithoutPlace(groups: readonly Group[]): Roles {
  const roled = oncePerMaster(groups, undefined).map((group): RoledGroup => {
    const known = group.state === "dead" || group.state === "draining";
    return known ? withRole(group, undefined) : { ...group, role: "unclear" };
  });
  return { groups: roled, evidence: "none" };
}

/** `owned`: the inode of the listener that owns the path; undefined when nobody does. */
function withRoles(groups: readonly Group[], owned: number | undefined): readonly RoledGroup[] {
  return oncePerMaster(groups, owned).map((group) => withRole(group, owned));
}

/**
 * A master that has bound the path more than once is one group, on the listener that owns the
 * path where one of its listeners does: it is never stale beside itself.
 */
function oncePerMaster(groups: readonly Group[], owned: number | undefined): readonly Group[] {
  const chosen = new Map<ProcessFacts, Group>();
  const weight = ({ listener, state }: Group): number => {
    if (listener.inode === owned) return 2;
    return state === "draining" ? 0 : 1;
  };
  for (const group of groups) {
    if (group.master === undefined) continue;
    const other = chosen.get(group.master);
    if (other === undefined || weight(group) > weight(other)) chosen.set(group.master, group);
  }
  return groups.filter((group) => group.master === undefined || chosen.get(group.master) === group);
}

function withRole(group: Group, owned: number | undefined): RoledGroup {
  return { ...group, role: roleOf(group, owned) };
}

function roleOf(group: Group, owned: number | undefined): Role {
  switch (group.state) {
    case "dead":
      return "orphaned";
    case "draining":
      return "draining";
    case "unseen":
    case "unled":
      return "unclear";
    case "listening":
    case "predecessor":
    case "successor":
      if (owned === undefined) return "stranded";
      if (owned !== group.listener.inode) return "stale";
      return group.state === "listening" ? "serving" : group.state;
  }
}

function isListening(state: MasterState): boolean {
  return state === "listening" || state === "predecessor" || state === "successor";
}

/** Start times count in ticks of 10 ms; pids, then inodes, make the answer the same every time. */
function newestListener(groups: readonly Group[]): number | undefined {
  const listening = groups.flatMap(({ master, state, listener }) =>
    master === undefined || !isListening(state) ? [] : [{ ...master.id, inode: listener.inode }],
  );
  const [newest] = listening.toSorted(
    (one, other) =>
      other.startTicks - one.startTicks || other.pid - one.pid || other.inode - one.inode,
  );
  return newest?.inode;
}
