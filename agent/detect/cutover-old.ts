import type { CutoverGroup, CutoverLink, CutoverOld } from "../model/cutover.ts";
import type { GroupReport } from "../model/report.ts";
import { type PlanFacts, type PlanParts, type PlanSubject, propertiesOf } from "./cutover-parts.ts";
import { unitKind } from "./cutover-subject.ts";

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

/** What starts the service today, and what is put away of it. */
export function oldOf(
  parts: PlanParts,
  { look }: PlanFacts,
  { socket, name }: PlanSubject,
): CutoverOld {
  const { choice, unit } = parts;
  const properties = propertiesOf(parts);
  const { pidfile, groups } = socket;
  return {
    unit: choice.unit ?? name,
    kind: unitKind(properties) === "sysv" ? "sysv" : "no-unit",
    initScript: look.scripts.initScript ?? null,
    links: look.links,
    launcher: look.scripts.launcher ?? null,
    pidfile: pidfile === null ? null : { path: pidfile.path, pid: pidfile.pid },
    fragmentPath: properties?.fragmentPath ?? null,
    activeState: properties?.activeState ?? null,
    groups: groups.map(groupOf),
    inCgroup: unit?.processes.ok === true ? unit.processes.value : null,
  };
}
