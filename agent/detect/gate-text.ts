import type { Evidence } from "../model/verdict.ts";
import { membersOf } from "./groups.ts";
import type { RoledGroup } from "./roles.ts";

/** What a living master does at the path. */
function doesText(group: RoledGroup): string {
  switch (group.role) {
    case "serving":
      return "serves it";
    case "stale":
      return "still listens, though the path is another's";
    case "stranded":
      return "still listens, though nobody owns the path";
    case "predecessor":
      return "hands over";
    case "successor":
      return "takes over, by a USR2 upgrade";
    case "draining":
    case "orphaned":
    case "unclear":
      return "listens";
  }
}

function homeText({ master }: RoledGroup, ownUnit: string | undefined): string {
  if (master?.unit === undefined) return "in no unit";
  return master.unit === ownUnit ? `left in ${ownUnit} by an earlier start` : `in ${master.unit}`;
}

function nameText(group: RoledGroup, ownUnit: string | undefined): string {
  const pids = membersOf(group).map(({ id }) => id.pid);
  const isMaster = group.master?.signalRole === "master";
  const who = isMaster ? `master ${pids[0]}` : `pid ${pids[0]} (${group.master?.comm})`;
  const size = pids.length === 1 ? "1 process" : `${pids.length} processes`;
  return `${who} (${size}, ${homeText(group, ownUnit)}) ${doesText(group)}`;
}

/** Who is in the way, as a sentence; `ownUnit` is the one that is about to start. */
export function whoText(inTheWay: readonly RoledGroup[], ownUnit: string | undefined): string {
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
  inTheWay: readonly RoledGroup[],
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

function endText({ master }: RoledGroup, ownUnit: string | undefined): string {
  const unit = master?.unit;
  if (unit?.endsWith(".service") === true && unit !== ownUnit) return `systemctl stop ${unit}`;
  return `kill -TERM ${master?.id.pid} and wait until it has gone`;
}
