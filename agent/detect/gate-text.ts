import type { ProcessFacts } from "../model/process.ts";
import type { Evidence, Role } from "../model/verdict.ts";
import { membersOf } from "./groups.ts";
import type { RoledGroup } from "./roles.ts";

/** A group whose master lives and listens. */
export interface ListeningGroup extends RoledGroup {
  readonly master: ProcessFacts;
}

/** What a listening master does at the path. */
const doing: Readonly<Record<Role, string>> = {
  serving: "serves it",
  stale: "still listens, though the path is another's",
  stranded: "still listens, though nobody owns the path",
  predecessor: "hands over",
  successor: "takes over, by a USR2 upgrade",
  draining: "drains",
  orphaned: "is dead",
  unclear: "listens",
};

function homeText({ unit }: ProcessFacts, ownUnit: string | undefined): string {
  if (unit === undefined) return "in no unit";
  return unit === ownUnit ? `left in ${ownUnit} by an earlier start` : `in ${unit}`;
}

function nameText(group: ListeningGroup, ownUnit: string | undefined): string {
  const { master, role } = group;
  const { pid } = master.id;
  const who = master.signalRole === "master" ? `master ${pid}` : `pid ${pid} (${master.comm})`;
  const count = membersOf(group).length;
  const size = count === 1 ? "1 process" : `${count} processes`;
  return `${who} (${size}, ${homeText(master, ownUnit)}) ${doing[role]}`;
}

/** Who is in the way, as a sentence; `ownUnit` is the one that is about to start. */
export function whoText(inTheWay: readonly ListeningGroup[], ownUnit: string | undefined): string {
  const who = inTheWay.map((group) => nameText(group, ownUnit)).join("; ");
  const ordinal = ["second", "third", "fourth"][inTheWay.length - 1] ?? "further";
  return `${who}: a start would add a ${ordinal} master`;
}

/**
 * How to clear the way, in one line. A master that owns the path may be stopped as usual: the
 * file that it unlinks is its own. One that does not must never get SIGTERM.
 */
export function clearText(
  path: string,
  inTheWay: readonly ListeningGroup[],
  ownUnit: string | undefined,
  evidence: Evidence,
): string {
  if (evidence === "start-time") {
    return "onemaster audit, as root: who owns the path is known by start times only";
  }
  if (inTheWay.some(({ role }) => role === "successor")) {
    return "let the upgrade finish: its new master then serves";
  }
  const stranded = inTheWay.filter(({ role }) => role === "stranded");
  const stale = inTheWay.some(({ role }) => role === "stale");
  const serving = inTheWay.filter(({ role }) => role !== "stale" && role !== "stranded");
  return [
    ...(stale ? [`onemaster remediate --yes --socket ${path}`] : []),
    ...(stranded.length > 0 ? [`kill -KILL ${pidsText(stranded)} (nobody reaches them here)`] : []),
    ...serving.map((group) => endText(group, ownUnit)),
  ].join(", then ");
}

function pidsText(groups: readonly RoledGroup[]): string {
  return groups
    .flatMap(membersOf)
    .map(({ id }) => id.pid)
    .join(" ");
}

function endText({ master }: ListeningGroup, ownUnit: string | undefined): string {
  const { unit, id } = master;
  if (unit?.endsWith(".service") === true && unit !== ownUnit) return `systemctl stop ${unit}`;
  return `kill -TERM ${id.pid} and wait until it has gone`;
}
