import type { GroupReport, Report, SocketReport } from "../../agent/model/report.ts";
import type { Evidence, FindingKind, Role, Verdict } from "../../agent/model/verdict.ts";
import { platform } from "../testbed/incident.ts";
import type { TestHost } from "../testbed/test-host.ts";
import { fileAtPath, type TrueMaster } from "./support-truth.ts";

/** What is compared of one group: all that names it. */
interface ToldGroup {
  readonly role: Role;
  readonly master: {
    readonly pid: number;
    readonly startTicks: number;
    readonly unit: string | null;
  } | null;
  readonly listener: number;
  readonly workers: readonly number[];
  readonly others: readonly number[];
}

/** What is compared of one socket: all but memory, times and the words of messages. */
export interface Told {
  readonly path: string;
  readonly fileInode: number | null;
  readonly verdict: Verdict;
  readonly evidence: Evidence;
  readonly masters: number | null;
  readonly findings: readonly FindingKind[];
  readonly groups: readonly ToldGroup[];
}

/** What the agent told of each socket, with groups by the age of their masters. */
export function told({ sockets }: Report): readonly Told[] {
  return sockets.map(toldOf);
}

/** What the agent told of one socket. */
export function toldOf(socket: SocketReport): Told {
  return {
    path: socket.path,
    fileInode: socket.file?.inode ?? null,
    verdict: socket.verdict,
    evidence: socket.evidence,
    masters: socket.masters,
    findings: socket.findings.map(({ kind }) => kind),
    groups: byAge(socket.groups.map(toldGroup)),
  };
}

/** Sockets in the order of their paths. */
export function byPath(sockets: readonly Told[]): readonly Told[] {
  return sockets.toSorted((one, other) => (one.path < other.path ? -1 : 1));
}

/** What is true of the platform's path, given who is there and in which role. */
export async function truth(
  host: TestHost,
  verdict: Verdict,
  ...roles: readonly (readonly [Role, TrueMaster])[]
): Promise<Told> {
  return trueOf(platform.socket, await fileAtPath(host), verdict, roles);
}

/** As `truth`, for a path whose file has this inode. */
export function trueOf(
  path: string,
  fileInode: number | null,
  verdict: Verdict,
  roles: readonly (readonly [Role, TrueMaster])[],
): Told {
  return {
    path,
    fileInode,
    verdict,
    evidence: roles.length === 0 ? "none" : "bound-file",
    masters: roles.length,
    findings: findingsOf(verdict, roles.length),
    groups: byAge(roles.map(([role, master]) => trueGroup(role, master))),
  };
}

/** Every verdict but `one-master` has a finding, a duplicate one for each master too many. */
function findingsOf(verdict: Verdict, masters: number): readonly FindingKind[] {
  switch (verdict) {
    case "one-master":
      return [];
    case "duplicate":
      return Array.from({ length: masters - 1 }, () => verdict);
    case "unreachable":
    case "orphaned-workers":
    case "unknown":
    case "no-master":
    case "handover":
      return [verdict];
  }
}

function toldGroup({ role, master, listener, workers, others }: GroupReport): ToldGroup {
  return {
    role,
    master: master && { pid: master.pid, startTicks: master.startTicks, unit: master.unit },
    listener: listener.inode,
    workers: pidsOf(workers),
    others: pidsOf(others),
  };
}

function trueGroup(role: Role, master: TrueMaster): ToldGroup {
  const { pid, startTicks, unit, workers, others } = master;
  const [listener, ...more] = master.listeners;
  if (listener === undefined || more.length > 0) {
    throw new Error(
      `master ${pid} should hold one listener, holds: ${master.listeners.join(", ")}`,
    );
  }
  return { role, master: { pid, startTicks, unit }, listener, workers: pidsOf(workers), others };
}

function pidsOf(processes: readonly { readonly pid: number }[]): readonly number[] {
  return processes.map(({ pid }) => pid).toSorted((one, other) => one - other);
}

function byAge(groups: readonly ToldGroup[]): readonly ToldGroup[] {
  const age = ({ master }: ToldGroup): number => master?.startTicks ?? 0;
  return groups.toSorted(
    (one, other) => age(one) - age(other) || (one.master?.pid ?? 0) - (other.master?.pid ?? 0),
  );
}
