import { pathProblem } from "../model/plain-path.ts";
import type { BlindSpot } from "../model/blind.ts";
import type { GroupReport, Report, SocketReport } from "../model/report.ts";
import type { UnitsSeen } from "../model/unit.ts";
import { headOf, nameOf, type Target, unitNamed, unitsOfSocket } from "./ending-case.ts";

/** Blind spots that may hide who else there is, or who owns the path. */
export const hiding: ReadonlySet<string> = new Set<BlindSpot>([
  "processes",
  "fd-links",
  "listeners",
  "bound-file",
  "path",
  "unit",
]);
/** So many blind spots are named; of the rest the number. */
const MOST_NAMED = 5;

/** Why something that could forbid it may have escaped the look. */
export function whyBlind({ report, units, socket, group, owner }: Target): readonly string[] {
  return [
    ...whyUnseen(report, socket),
    ...whyHeadUnseen(units, group),
    ...(owner === undefined ? [] : whyHeadUnseen(units, owner)),
    ...whyUnitsUnseen(units, socket),
  ];
}

/** Why a look does not show all that matters to a socket, its units aside. */
export function whyUnseen(report: Report, socket: SocketReport): readonly string[] {
  const whys: string[] = [];
  // whom the path belongs to is known all the same: what another listener is bound to, such as one
  // in a container, changes nothing
  const owned = socket.evidence === "bound-file";
  const spots = report.blind.filter(
    ({ what }) => hiding.has(what) && !(what === "bound-file" && owned),
  );
  if (spots.length > 0) {
    const named = spots.slice(0, MOST_NAMED).map(({ what, pid, reason }) => {
      return `${what}${pid === undefined ? "" : ` of process ${pid}`} (${reason})`;
    });
    const rest = spots.length - named.length;
    const more = rest > 0 ? ` and ${rest} more` : "";
    whys.push(`not everything could be seen: ${named.join(", ")}${more}`);
  }
  if (socket.verdict === "unknown") {
    whys.push(`the verdict on ${socket.path} is unknown: too little of it could be seen`);
  }
  const problem = pathProblem(socket.path);
  if (problem !== undefined) whys.push(`${socket.path} cannot be watched meanwhile: ${problem}`);
  return whys;
}

/** The head tells of a living parent, and in which unit the group is. */
function whyHeadUnseen(units: UnitsSeen | undefined, group: GroupReport): readonly string[] {
  if (units === undefined) return [];
  const head = headOf(units, group);
  if (head === undefined) {
    return [`the parent and the unit of ${nameOf(group)} could not be read, or it has left`];
  }
  if (head.cgroup !== undefined) return [];
  return [`the cgroup of process ${head.id.pid} could not be read, and so not which unit it is in`];
}

/** Why something about the units of a socket could not be told. */
export function whyUnitsUnseen(
  units: UnitsSeen | undefined,
  socket: SocketReport,
): readonly string[] {
  if (units === undefined) return ["what systemd knows of the socket's units was not asked"];
  return unitsOfSocket(units, socket).flatMap((name) => {
    const facts = unitNamed(units, name);
    if (facts === undefined) return [`${name} was not asked about, and may be changing`];
    if (facts.properties.ok) return [];
    return [`what systemd knows of ${name} could not be read: ${facts.properties.failure.why}`];
  });
}
