import type { FileReport, GroupReport, MasterReport, Report } from "../model/report.ts";
import {
  leadingPids,
  type LivingGroupReport,
  nameOf,
  pidsText,
  secondsText,
  servingIn,
  type Target,
} from "./ending-case.ts";
import { msOf } from "./time.ts";

/** A younger owner may still fail, and then the stale one is all there is. */
const OWNER_SETTLES_MS = 10_000;

/** Why nobody is left to serve once the target is gone; at most one sentence. */
export function whyNoOwner(target: Target): readonly string[] {
  const { socket, group } = target;
  const { path, file, groups } = socket;
  const restart = "the service has to be restarted, ending processes does not bring the path back";
  if (file === null) return [`nothing stands at ${path}: ${restart}`];
  if (socket.verdict === "unreachable") {
    return [`no new connection reaches a gunicorn at ${path}: ${restart}`];
  }
  if (target.owner !== undefined) return [];
  const serving = servingIn(socket);
  if (serving.length > 1) {
    const pids = pidsText(serving.map(({ master }) => master));
    return [
      `masters ${pids} serve ${path} by one listener, and which of them is to stay is unknown`,
    ];
  }
  // both sides of an upgrade serve: that is a reason of its own
  if (groups.some(({ role }) => role === "predecessor" || role === "successor")) return [];
  if (isBoundTo(group, file)) {
    const what = `${nameOf(group)} are themselves what serves ${path}, by listener`;
    return [`${what} ${group.listener.inode}: restart the service, so that a master takes it over`];
  }
  const workers = groups.find((other) => other.role === "orphaned" && isBoundTo(other, file));
  if (workers !== undefined) {
    const what = `${path} is served by ${nameOf(workers)}, whose master is dead`;
    return [`${what}: restart the service, so that a master takes it over`];
  }
  return [`no living gunicorn master is known to own ${path}: ${restart}`];
}

/** Why who owns the path is not certain enough to kill on it. */
export function whyEvidenceWeak(target: Target): readonly string[] {
  const { socket, group, owner } = target;
  const whys: string[] = [];
  if (socket.evidence === "start-time") {
    const help = "the agent needs ss (iproute2) and the right to look at the path";
    whys.push(`who owns ${socket.path} is told by start times only: ${help}`);
  } else if (socket.evidence === "none") {
    whys.push(`nothing tells who owns ${socket.path}`);
  }
  if (owner !== undefined && socket.file !== null) {
    whys.push(...whyFileUnsure(owner, socket.file), ...whyBoundTwice(owner, group, socket.file));
  }
  if (owner !== undefined && group.master !== null) {
    whys.push(...whyNewer(owner, group.master), ...whyUsurper(target, owner, group.master));
  }
  return [...whys, ...whySeenElsewhere(target)];
}

/**
 * Who may write in a socket's directory can take its path, and must not have the real service
 * ended for him by an agent with more rights. Root may, and so may what systemd started itself,
 * such as the native unit that replaces an init script.
 */
function whyUsurper(
  { units }: Target,
  { master: owner }: LivingGroupReport,
  target: MasterReport,
): readonly string[] {
  if (owner.user === "root" || (owner.user !== null && owner.user === target.user)) return [];
  const followed = (units?.units ?? []).some(
    ({ properties }) => properties.ok && properties.value.mainPid === owner.pid,
  );
  if (followed) return [];
  const users = `as ${owner.user ?? "an unknown user"}, master ${target.pid} as ${target.user ?? "an unknown one"}`;
  const help = "it may have taken the path from the service: find out who started it";
  return [`master ${owner.pid}, which serves, runs ${users}: ${help}`];
}

/** Why the file at a path may not be the one that its owner is bound to. */
export function whyFileUnsure(
  { master, listener }: LivingGroupReport,
  file: FileReport | null,
): readonly string[] {
  const whose = `listener ${listener.inode} of master ${master.pid}`;
  if (listener.fileInode === null) return [`which file ${whose} is bound to is not known`];
  if (file !== null && low32(listener.fileInode) === low32(file.inode)) return [];
  const stands = file === null ? "nothing" : `file ${file.inode}`;
  return [`${whose} is bound to file ${listener.fileInode}, but ${stands} stands at the path`];
}

/** Two living sockets are never bound to one file: one of the two answers is wrong. */
function whyBoundTwice(
  owner: LivingGroupReport,
  group: GroupReport,
  file: FileReport,
): readonly string[] {
  if (!isBoundTo(group, file) || group.listener.inode === owner.listener.inode) return [];
  const other = `listener ${group.listener.inode} of ${nameOf(group)}`;
  const whose = `that of master ${owner.master.pid}`;
  return [`${other} seems to be bound to file ${file.inode} at the path, beside ${whose}`];
}

/** The kernel tells the low 32 bits of a bound file's inode. */
function isBoundTo({ listener }: GroupReport, { inode }: FileReport): boolean {
  return listener.fileInode !== null && low32(listener.fileInode) === low32(inode);
}

function low32(inode: number): number {
  return inode % 2 ** 32;
}

/** The last one to bind the path is its owner, and ordinarily also the last one to start. */
function whyNewer(
  { master: owner }: LivingGroupReport,
  stale: { readonly pid: number; readonly startTicks: number },
): readonly string[] {
  if (stale.startTicks <= owner.startTicks) return [];
  const times = `start ticks ${stale.startTicks} after ${owner.startTicks}`;
  const what = `stale master ${stale.pid} is newer than master ${owner.pid}, which owns the path`;
  return [`${what} (${times}): somebody may have moved the socket file, a restart puts it right`];
}

/** One process may serve one path and have lost another: whoever ends it takes both. */
function whySeenElsewhere({ report, socket, group }: Target): readonly string[] {
  const pids = new Set(leadingPids(group));
  return report.sockets.flatMap((other) =>
    other.groups.flatMap((seen) => {
      const lost = seen.role === "stale" || seen.role === "orphaned";
      if (seen === group || (lost && other.evidence === "bound-file")) return [];
      if (!leadingPids(seen).some((pid) => pids.has(pid))) return [];
      const how = lost ? `${seen.role} by ${evidenceText[other.evidence]}` : seen.role;
      const where = other === socket ? "the same path" : other.path;
      return [`${nameOf(group)} would be ended, but on ${where} it is ${how}`];
    }),
  );
}

const evidenceText = {
  "bound-file": "the file that it is bound to",
  "start-time": "start times only",
  none: "no evidence",
} as const;

/** Why the owner has not yet shown that it can serve. */
export function whyOwnerTooYoung({ report, owner }: Target): readonly string[] {
  if (owner === undefined) return [];
  return whyTooYoung(owner, report);
}

/** Why a master that serves has not yet shown that it can. */
export function whyTooYoung(
  { master, workers }: LivingGroupReport,
  report: Report,
): readonly string[] {
  const whys: string[] = [];
  const ageMs = msOf(report.takenAt) - msOf(master.startedAt);
  if (ageMs < OWNER_SETTLES_MS) {
    const needed = secondsText(OWNER_SETTLES_MS);
    const age = ageMs < 0 ? "in the future, so the clock was set" : `${secondsText(ageMs)} ago`;
    whys.push(`master ${master.pid}, which serves, started ${age}: it has to last for ${needed}`);
  }
  if (workers.length === 0) {
    whys.push(`master ${master.pid}, which owns the path, has no worker yet: see its error log`);
  }
  return whys;
}
