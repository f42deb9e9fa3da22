import type { AuditItem, LinkState, UnitLink } from "../model/audit.ts";
import type { GroupReport, MasterReport, SocketReport } from "../model/report.ts";
import {
  type HeadFacts,
  type PidfileFacts,
  settlingMs,
  type UnitFacts,
  type UnitProperties,
} from "../model/unit.ts";
import type { Role } from "../model/verdict.ts";

/** What the settings expect of a socket; undefined: nothing. */
export interface Expectation {
  /** Absolute path of the socket. */
  readonly path: string;
  readonly expectedWorkers: number | undefined;
  /** Permission bits of the socket file. */
  readonly expectedMode: number | undefined;
  /** `user:group`, by name or number. */
  readonly expectedOwner: string | undefined;
}

/** A group of one of the unit's sockets. */
export interface PlacedGroup {
  readonly socket: SocketReport;
  readonly group: GroupReport;
  /** Undefined: it has left, or could not be read. */
  readonly head: HeadFacts | undefined;
  /** True when the group is in this unit's cgroup. */
  readonly inside: boolean;
}

/** All that the audit of one unit stands on, its properties being known. */
export interface UnitCase {
  readonly unit: UnitFacts;
  readonly properties: UnitProperties;
  readonly sockets: readonly SocketReport[];
  /** Every group of those sockets, and of any other socket whose group is in the unit. */
  readonly groups: readonly PlacedGroup[];
  readonly pidfiles: readonly PidfileFacts[];
  readonly expectations: readonly Expectation[];
}

/** What one link was found to be; undefined: the unit does not have to hold it. */
export type Found = Omit<AuditItem, "link"> | undefined;

/** A group with a living master. */
export interface LivingGroup extends PlacedGroup {
  readonly master: MasterReport;
}

/** What was found of a link, as an item. */
export function itemOf(link: UnitLink, found: Found): readonly AuditItem[] {
  return found === undefined ? [] : [{ link, ...found }];
}

/** A state without a fix. */
export function told(state: LinkState, evidence: string): NonNullable<Found> {
  return { state, evidence, fix: null };
}

/** Groups in the unit whose master lives. */
export function livingIn({ groups }: UnitCase): readonly LivingGroup[] {
  return living(groups.filter(({ inside }) => inside));
}

/** Those of some groups whose master lives. */
export function living(groups: readonly PlacedGroup[]): readonly LivingGroup[] {
  return groups.flatMap((placed) => {
    const { master } = placed.group;
    return master === null ? [] : [{ ...placed, master }];
  });
}

/** Roles of a master that new connections reach. */
const servingRoles: ReadonlySet<Role> = new Set(["serving", "predecessor", "successor"]);

/** True for a master that new connections reach, alone or beside its USR2 successor. */
export function serves({ group }: PlacedGroup): boolean {
  return servingRoles.has(group.role);
}

/** True for a master on its way out: a graceful stop under way is no fault. */
export function leaves({ group }: PlacedGroup): boolean {
  return group.role === "draining";
}

/** True for what systemd-sysv-generator has made from an init script. */
export function isWrappedScript({ fragmentPath, sourcePath }: UnitProperties): boolean {
  return (
    /^\/run\/systemd\/generator(?:\.early|\.late)?\//.test(fragmentPath ?? "") &&
    /^\/etc\/(?:rc\.d\/)?init\.d\//.test(sourcePath ?? "")
  );
}

/** `master 116 runs`, `masters 116, 152 run`: a verb with its last s, or `is`, or none. */
export function mastersText(groups: readonly LivingGroup[], verb = ""): string {
  const pids = [...new Set(groups.map(({ master }) => master.pid))];
  if (pids.length === 1) return `master ${pids.join("")} ${verb}`.trimEnd();
  const plural = verb === "is" ? "are" : verb.replace(/s$/, "");
  return `masters ${pids.join(", ")} ${plural}`.trimEnd();
}

/** True while a job of the unit is under way, and for a moment after its state has changed. */
export function isSettling({ unit, properties }: UnitCase): boolean {
  const { activeState, job } = properties;
  if (job !== undefined && job !== 0) return true;
  if (activeState === "activating" || activeState === "deactivating") return true;
  return activeState === "reloading" || (unit.stateAgeMs ?? settlingMs) < settlingMs;
}

/** True where a group of its sockets may have escaped the look. */
export function mayHide({ sockets }: UnitCase): boolean {
  return sockets.some(({ verdict }) => verdict === "unknown");
}
