import type { CutoverGroup, CutoverLink, CutoverOld } from "../model/cutover.ts";
import type { GroupReport, SocketReport } from "../model/report.ts";
import { pathFrom } from "./cutover-choices.ts";
import { type PlanFacts, type PlanParts, type PlanSubject, propertiesOf } from "./cutover-parts.ts";
import { unitKind } from "./cutover-subject.ts";
import type { ChosenValues } from "./cutover-values.ts";

function groupOf({ role, master, workers, others }: GroupReport): CutoverGroup {
  return {
    role,
    master: master === null ? null : { pid: master.pid, startTicks: master.startTicks },
    workers: workers.map(({ pid, startTicks }) => ({ pid, startTicks })),
    others: others.map(({ pid }) => pid),
    unit: master?.unit ?? null,
    serves: role === "serving" || role === "predecessor" || role === "successor",
  };
}

/** True where a link starts the script at boot. */
export function startsAtBoot(links: readonly CutoverLink[]): boolean {
  return links.some(({ path }) => /\/S\d\d[^/]*$/.test(path));
}

/** As the settings, a title or the start scripts have it: what nobody knows of nobody takes away. */
function pidfileOf(
  { pidfile }: SocketReport,
  { line, chdir }: ChosenValues,
): CutoverOld["pidfile"] {
  if (pidfile !== null) return { path: pidfile.path, pid: pidfile.pid };
  const path = line.pidfile === undefined ? undefined : pathFrom(chdir.value, line.pidfile);
  return path === undefined ? null : { path, pid: null };
}

/** What starts the service today, and what is put away of it. */
export function oldOf(
  parts: PlanParts,
  { look, values }: PlanFacts,
  { socket, name }: PlanSubject,
): CutoverOld {
  const { choice, unit } = parts;
  const properties = propertiesOf(parts);
  const { groups } = socket;
  return {
    unit: choice.unit ?? name,
    kind: unitKind(properties) === "sysv" ? "sysv" : "no-unit",
    initScript: look.scripts.initScript ?? null,
    links: look.links,
    launcher: look.scripts.launcher ?? null,
    pidfile: pidfileOf(socket, values),
    fragmentPath: properties?.fragmentPath ?? null,
    activeState: properties?.activeState ?? null,
    groups: groups.map(groupOf),
    inCgroup: unit?.processes.ok === true ? unit.processes.value : null,
  };
}
