import type { Place } from "../model/place.ts";
import type {
  FileReport,
  GroupReport,
  MasterReport,
  OrphanMemoryReport,
  PidfileReport,
  SocketReport,
} from "../model/report.ts";
import type { ProcessFacts } from "../model/process.ts";
import type { Snapshot } from "../model/snapshot.ts";
import type { Judgement } from "./judge.ts";
import { sumOfMemory } from "./memory.ts";
import { membersOf } from "./groups.ts";
import type { Roles, RoledGroup } from "./roles.ts";
import { isoTime, startedAtMs } from "./time.ts";
import { unitOnly } from "./unit-report.ts";

/** Everything known of one socket, ready to be reported. */
export interface SocketFacts {
  readonly path: string;
  /** Undefined when its path could not be found out. */
  readonly place: Place | undefined;
  readonly roles: Roles;
  readonly judgement: Judgement;
  /** The unit the settings name. */
  readonly unit: string | undefined;
}

/** Puts the facts of one socket into the words of `status --json`. */
export function socketReport(
  facts: SocketFacts,
  snapshot: Snapshot,
  options: { readonly budgetBytes: number | undefined },
): SocketReport {
  const { roles, judgement, place } = facts;
  const groups = inOrder(roles.groups);
  // what else there may be that was not to be seen, nobody can sum up
  const known = judgement.verdict !== "unknown";
  const unit = facts.unit ?? unitOf(groups);
  return {
    path: facts.path,
    boundAs: groups[0]?.listener.boundAs ?? null,
    file: place?.state.kind === "socket" ? fileReport(place.state.file, snapshot) : null,
    verdict: judgement.verdict,
    confirmed: false,
    evidence: roles.evidence,
    masters: mastersOf(facts),
    findings: judgement.findings.map(({ sinceMs, ...finding }) => ({
      ...finding,
      since: isoTime(sinceMs),
    })),
    groups: groups.map((group) => groupReport(group, snapshot)),
    orphanMemory: orphanMemory(groups, snapshot, unit, options.budgetBytes, known),
    unit: unit === undefined ? null : unitOnly(unit),
    pidfile: place === undefined ? null : pidfileReport(place, groups, snapshot),
  };
}

/** The unit of the first master that has one; of a worker where no master is left to ask. */
function unitOf(groups: readonly RoledGroup[]): string | undefined {
  const masters = groups.flatMap(({ master }) => master ?? []);
  const asked = masters.length > 0 ? masters : groups.flatMap(({ workers }) => workers);
  return asked.find(({ unit }) => unit !== undefined)?.unit;
}

/** What serves first, then by age of the master. */
function inOrder(groups: readonly RoledGroup[]): readonly RoledGroup[] {
  return groups.toSorted((one, other) => order(one) - order(other) || age(one) - age(other));
}

function order({ role }: RoledGroup): number {
  return role === "serving" ? 0 : 1;
}

function age({ master }: RoledGroup): number {
  return master?.id.startTicks ?? 0;
}

/** Living masters; undetermined when something that could hide another one was not to be seen. */
function mastersOf({ roles, judgement }: SocketFacts): number | null {
  if (judgement.verdict === "unknown") return null;
  return roles.groups.filter(({ master }) => master !== undefined).length;
}

function fileReport(
  file: { device: number; inode: number; mode: string; uid: number; gid: number },
  { names }: Snapshot,
): FileReport {
  return {
    device: file.device,
    inode: file.inode,
    mode: file.mode,
    owner: names.users.get(file.uid) ?? String(file.uid),
    group: names.groups.get(file.gid) ?? String(file.gid),
  };
}

function groupReport(group: RoledGroup, snapshot: Snapshot): GroupReport {
  const { binding, inode } = group.listener;
  return {
    role: group.role,
    listener: { inode, fileInode: binding.kind === "file" ? binding.file.inode32 : null },
    master: group.master === undefined ? null : masterReport(group.master, snapshot),
    workers: group.workers.map(({ id }) => ({ pid: id.pid, startTicks: id.startTicks })),
    others: group.others.map(({ id, command }) => ({ pid: id.pid, command })),
    memory: sumOfMemory(membersOf(group), snapshot.memory) ?? null,
  };
}

function masterReport(master: ProcessFacts, { bootTimeMs, names }: Snapshot): MasterReport {
  const { uid } = master;
  return {
    pid: master.id.pid,
    startTicks: master.id.startTicks,
    startedAt: isoTime(startedAtMs(master.id, bootTimeMs)),
    user: uid === undefined ? null : (names.users.get(uid) ?? String(uid)),
    unit: master.unit ?? null,
    command: master.command,
  };
}

function orphanMemory(
  groups: readonly RoledGroup[],
  snapshot: Snapshot,
  unit: string | undefined,
  setBudgetBytes: number | undefined,
  known: boolean,
): OrphanMemoryReport {
  const budgetBytes = setBudgetBytes ?? defaultBudget(snapshot, unit);
  const lost = groups.filter(({ role }) => isUnreachable(role));
  // workers of a dead master that had bound the path twice stand in two groups
  const members = new Set(lost.flatMap(membersOf));
  const held = known ? sumOfMemory([...members], snapshot.memory) : undefined;
  return {
    rssBytes: held?.rssBytes ?? null,
    reclaimableBytes: held?.reclaimableBytes ?? null,
    budgetBytes: budgetBytes ?? null,
    budgetRatio:
      held === undefined || !(budgetBytes !== undefined && budgetBytes > 0)
        ? null
        : held.reclaimableBytes / budgetBytes,
  };
}

function isUnreachable(role: RoledGroup["role"]): boolean {
  return role === "stale" || role === "stranded" || role === "orphaned";
}

function defaultBudget(snapshot: Snapshot, unit: string | undefined): number | undefined {
  const limit = snapshot.unitLimits.find((known) => known.unit === unit)?.memoryMaxBytes;
  const total = snapshot.host.memory?.totalBytes;
  if (limit === undefined || total === undefined) return limit ?? total;
  return Math.min(limit, total);
}

function pidfileReport(
  place: Place,
  groups: readonly RoledGroup[],
  snapshot: Snapshot,
): PidfileReport | null {
  const pidfile = snapshot.pidfiles.find((known) => known.place === place.key);
  if (pidfile === undefined) return null;
  const { path, pid, problem, alive } = pidfile;
  if (pid === undefined) return { path, pid: null, names: problem ?? "missing" };
  const named = groups.find(({ master }) => master?.id.pid === pid);
  return { path, pid, names: named?.role ?? (alive ? "stranger" : "dead") };
}
