import { type AlertId, type AlertName, alertNames } from "../model/alert.ts";
import type { AuditReport, LinkState, UnitAudit, UnitLink } from "../model/audit.ts";
import type { Report, SocketReport } from "../model/report.ts";
import { alertRules } from "./alert-rules.ts";
import { couldNotSee } from "./reducer.ts";

/** All that alerts stand on: what one scan saw and what earlier ones made of it. */
export interface Sight {
  readonly report: Report;
  /** Undefined: systemd was not asked since the masters changed. */
  readonly audit: AuditReport | undefined;
  /** Sockets whose duplicate was confirmed and has not been seen to be over. */
  readonly confirmed: ReadonlySet<string>;
  /** Orphan memory above this share of the budget is worth an alert. */
  readonly orphanWarnRatio: number;
}

/** Whether what an alert is about is so. `unknown`: nothing follows from this scan. */
export type Holding = "yes" | "no" | "unknown";

/** Links that decide whether a stop of the unit would leave its master alive. */
export const duplicatingLinks: readonly UnitLink[] = [
  "main-pid",
  "kill-mode",
  "generated",
  "pidfile",
  "outside-unit",
];

/** Every alert that this scan could speak of. */
export function alertsInSight({ report, audit }: Sight): readonly AlertId[] {
  const values = {
    socket: report.sockets.map(({ path }) => path),
    unit: (audit?.units ?? []).flatMap(({ unit }) => unit ?? []),
    what: [...new Set(report.blind.map(({ what }) => what))],
  };
  return alertNames.flatMap((name): readonly AlertId[] => {
    const { label } = alertRules[name];
    if (label === undefined) return [{ name, about: undefined }];
    return values[label].map((about) => ({ name, about }));
  });
}

/** Says whether what this alert is about is so. Pure; what could not be seen is `unknown`. */
export function holdingOf({ name, about = "" }: AlertId, sight: Sight): Holding {
  switch (name) {
    case "OnemasterDuplicateMaster":
      return sight.confirmed.has(about) ? "yes" : ofSocket(name, about, sight);
    case "OnemasterSocketUnreachable":
    case "OnemasterNoMaster":
    case "OnemasterOrphanedWorkers":
    case "OnemasterOrphanMemory":
    case "OnemasterHandoverStuck":
      return ofSocket(name, about, sight);
    case "OnemasterUnitWillDuplicate":
      return ofUnit(about, sight);
    case "OnemasterBreakerOpen": {
      const open = sight.report.remediation?.breakerOpen ?? undefined;
      return open === undefined ? "unknown" : yesOrNo(open);
    }
    case "OnemasterBlind":
      return yesOrNo(sight.report.blind.some(({ what }) => what === about));
  }
}

type SocketAlertName = Exclude<
  AlertName,
  "OnemasterUnitWillDuplicate" | "OnemasterBreakerOpen" | "OnemasterBlind"
>;

function ofSocket(name: SocketAlertName, path: string, sight: Sight): Holding {
  const { report } = sight;
  const socket = report.sockets.find((one) => one.path === path);
  if (socket === undefined) {
    return couldNotSee({ kind: "unreachable", socket: path }, report) ? "unknown" : "no";
  }
  const seen = seenAt(name, socket, sight);
  return seen === "no" && socket.verdict === "unknown" ? "unknown" : seen;
}

function seenAt(name: SocketAlertName, socket: SocketReport, { orphanWarnRatio }: Sight): Holding {
  const { verdict, groups, findings } = socket;
  switch (name) {
    case "OnemasterDuplicateMaster":
      // not confirmed: too early to fire, and no reason to end what an earlier agent has confirmed
      return findings.some(({ kind }) => kind === "duplicate") ? "unknown" : "no";
    case "OnemasterSocketUnreachable":
      return yesOrNo(verdict === "unreachable");
    case "OnemasterNoMaster":
      return yesOrNo(verdict === "no-master");
    case "OnemasterOrphanedWorkers":
      return yesOrNo(groups.some(({ role, workers }) => role === "orphaned" && workers.length > 0));
    case "OnemasterOrphanMemory": {
      const { budgetRatio } = socket.orphanMemory;
      return budgetRatio === null ? "unknown" : yesOrNo(budgetRatio > orphanWarnRatio);
    }
    case "OnemasterHandoverStuck":
      return yesOrNo(findings.some(({ kind }) => kind === "handover-stuck"));
  }
}

function ofUnit(name: string, { report, audit }: Sight): Holding {
  if (audit === undefined) return "unknown";
  const unit = audit.units.find((one) => one.unit === name);
  if (unit === undefined) return report.verdict === "unknown" ? "unknown" : "no";
  return leavesMaster(unit);
}

/**
 * Either systemd follows no master and ends no process of the cgroup, or the master is not in the
 * unit at all. An init script whose pidfile names the master finds it, so it is not so there; a
 * pidfile of which nothing is known is no excuse.
 */
function leavesMaster({ items }: UnitAudit): Holding {
  const is = (link: UnitLink, ...states: readonly LinkState[]): boolean =>
    items.some((item) => item.link === link && states.includes(item.state));
  const scriptEnds = is("generated", "bad") && is("pidfile", "ok", "warning");
  if (is("outside-unit", "bad")) return "yes";
  if (is("main-pid", "bad") && is("kill-mode", "bad") && !scriptEnds) return "yes";
  const isUnknown = duplicatingLinks.some((link) => is(link, "unknown"));
  return isUnknown ? "unknown" : "no";
}

function yesOrNo(holds: boolean): Holding {
  return holds ? "yes" : "no";
}
