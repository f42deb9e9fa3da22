import { sameProcess } from "../model/process.ts";
import type { GroupReport, MasterReport, Report, SocketReport } from "../model/report.ts";
import type { HeadFacts, UnitFacts, UnitsSeen } from "../model/unit.ts";

/** What plans for a whole report are made of. */
export interface PlanCase {
  readonly report: Report;
  /** Undefined: the units were not looked at, and nothing may be ended. */
  readonly units: UnitsSeen | undefined;
  readonly bootId: string;
  /** How long workers may take to finish, in milliseconds. */
  readonly graceMs: number;
}

/** A group whose master lives. */
export interface LivingGroupReport extends GroupReport {
  readonly master: MasterReport;
}

/** One group that should not be there, with all that reasons against ending it stand on. */
export interface Target {
  readonly report: Report;
  readonly units: UnitsSeen | undefined;
  readonly socket: SocketReport;
  readonly group: GroupReport;
  readonly role: "stale" | "orphaned";
  /** The one master that serves the path; undefined where there is none, or more than one. */
  readonly owner: LivingGroupReport | undefined;
}

/** Groups of a socket in the role `serving` whose master lives. */
export function servingIn({ groups }: SocketReport): readonly LivingGroupReport[] {
  return groups.flatMap((group) => {
    const { role, master } = group;
    return role === "serving" && master !== null ? [{ ...group, master }] : [];
  });
}

/** Pids of the master and the workers of a group. */
export function leadingPids({ master, workers }: GroupReport): readonly number[] {
  return [...(master === null ? [] : [master.pid]), ...workers.map(({ pid }) => pid)];
}

/** `master 49`, or `workers 50, 51` where the master is dead. */
export function nameOf({ master, workers }: GroupReport): string {
  if (master !== null) return `master ${master.pid}`;
  return `${workers.length === 1 ? "worker" : "workers"} ${pidsText(workers)}`;
}

/** `50, 51`. */
export function pidsText(processes: readonly { readonly pid: number }[]): string {
  return processes.map(({ pid }) => pid).join(", ");
}

/** Milliseconds as seconds, cut to tenths: what is a moment short of a limit never reads as it. */
export function secondsText(ms: number): string {
  return `${Math.floor(ms / 100) / 10} s`;
}

/** What was read of the head of a group; undefined: it has left, or was not looked at. */
export function headOf(units: UnitsSeen | undefined, group: GroupReport): HeadFacts | undefined {
  const { master, workers } = group;
  const members = master === null ? workers : [master];
  return units?.heads.find(({ id }) => members.some((member) => sameProcess(id, member)));
}

/** The unit that a group is in; undefined: in none, or it could not be told. */
export function unitOf(units: UnitsSeen | undefined, group: GroupReport): string | undefined {
  return headOf(units, group)?.unit ?? group.master?.unit ?? undefined;
}

/** What was asked about a unit, under any of its names; undefined: it was not asked about. */
export function unitNamed(units: UnitsSeen | undefined, name: string): UnitFacts | undefined {
  return units?.units.find(
    ({ name: asked, properties }) =>
      asked === name || (properties.ok && properties.value.names.includes(name)),
  );
}

/** Names of the units of a socket: that of the settings, and those that its groups are in. */
export function unitsOfSocket(
  units: UnitsSeen | undefined,
  socket: SocketReport,
): readonly string[] {
  const names = [socket.unit?.name, ...socket.groups.map((group) => unitOf(units, group))];
  return [...new Set(names.flatMap((name) => name ?? []))];
}

/**
 * Units that plans have to know of and that were not asked about, such as the scope of a session
 * in which somebody started a master by hand: to be named in a second look, without which such a
 * plan is refused as blind.
 */
export function unitsToAsk({ sockets }: Report, units: UnitsSeen): readonly string[] {
  const names = sockets
    .filter(({ groups }) => groups.some(({ role }) => role === "stale" || role === "orphaned"))
    .flatMap((socket) => unitsOfSocket(units, socket))
    .filter((name) => unitNamed(units, name) === undefined);
  return [...new Set(names)].toSorted();
}
