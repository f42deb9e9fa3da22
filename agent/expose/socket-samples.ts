import type { GroupMemory } from "../model/memory.ts";
import type { GroupReport, Report, SocketReport } from "../model/report.ts";
import { type Role, roles } from "../model/verdict.ts";

/** A count for every role, in the order of `roles`. */
export type RoleCounts = readonly (readonly [role: Role, count: number])[];

/**
 * Living masters by role, zero where a role has none. Undefined when the report could not
 * tell how many masters there are: then a zero would be a guess for every role.
 */
export function mastersByRole(socket: SocketReport): RoleCounts | undefined {
  return countByRole(socket, (group) => (group.master === null ? 0 : 1));
}

/** Workers by role; undefined under the same condition as the masters. */
export function workersByRole(socket: SocketReport): RoleCounts | undefined {
  return countByRole(socket, (group) => group.workers.length);
}

/**
 * Memory by role, summed over the groups of the role. A role without groups is left out, and
 * so is a role of which one group could not be read: a part of a sum is not the sum.
 */
export function memoryByRole(
  socket: SocketReport,
): readonly (readonly [role: Role, memory: GroupMemory])[] {
  return roles.flatMap((role) => {
    const parts = socket.groups.filter((group) => group.role === role).map(({ memory }) => memory);
    if (parts.length === 0 || !parts.every((part) => part !== null)) return [];
    return [[role, parts.reduce(sumOf)] as const];
  });
}

/** The smallest memory budget among the sockets, in bytes; undefined when none is known. */
export function smallestBudget(report: Report): number | undefined {
  const budgets = report.sockets.flatMap(({ orphanMemory }) => orphanMemory.budgetBytes ?? []);
  return budgets.length === 0 ? undefined : Math.min(...budgets);
}

function countByRole(
  socket: SocketReport,
  countIn: (group: GroupReport) => number,
): RoleCounts | undefined {
  if (socket.masters === null) return undefined;
  return roles.map((role) => {
    let count = 0;
    for (const group of socket.groups) if (group.role === role) count += countIn(group);
    return [role, count] as const;
  });
}

function sumOf(one: GroupMemory, other: GroupMemory): GroupMemory {
  return {
    rssBytes: one.rssBytes + other.rssBytes,
    pssBytes: one.pssBytes + other.pssBytes,
    ussBytes: one.ussBytes + other.ussBytes,
    swapBytes: one.swapBytes + other.swapBytes,
    reclaimableBytes: one.reclaimableBytes + other.reclaimableBytes,
  };
}
