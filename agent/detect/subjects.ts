import type { GroupReport, SocketReport } from "../model/report.ts";
import type { FindingKind, Role } from "../model/verdict.ts";

/**
 * Whom a finding is about, so that time is counted for the same processes and not for the
 * words: one stale master that leaves while another comes is no confirmed duplicate.
 */
export function subjectsOf(socket: SocketReport, kind: FindingKind): readonly string[] {
  switch (kind) {
    case "duplicate":
      return duplicateSubjects(socket);
    case "orphaned-workers":
      return having(socket, "orphaned").map(masterSubject);
    case "handover":
    case "handover-stuck":
      return [...having(socket, "successor"), ...having(socket, "draining")].map(handoverSubject);
    case "unreachable":
    case "unknown":
    case "no-master":
      return ["path"];
  }
}

/** The masters that are one too many: the stale ones, or all that share one listener. */
function duplicateSubjects(socket: SocketReport): readonly string[] {
  const stale = having(socket, "stale");
  return (stale.length > 0 ? stale : having(socket, "serving")).map(masterSubject);
}

function having(socket: SocketReport, role: Role): readonly GroupReport[] {
  return socket.groups.filter((group) => group.role === role);
}

/** A master that drains has another limit than as an upgrade's new one, and its own time. */
export function handoverSubject(group: GroupReport): string {
  return `${group.role} ${masterSubject(group)}`;
}

/** The master of a group as a subject; its listener where the master is dead. */
function masterSubject({ master, listener }: GroupReport): string {
  return master === null ? `listener ${listener.inode}` : `${master.pid}:${master.startTicks}`;
}
