import type { Report, UnitReport } from "../model/report.ts";
import type { UnitFacts } from "../model/unit.ts";
import { isWrappedScript } from "./audit-case.ts";

/** What is known of a unit without asking systemd: its name. */
export function unitOnly(name: string): UnitReport {
  return { name, mainPid: null, killMode: null, generated: null, activeState: null };
}

/**
 * The report with what systemd says of its sockets' units; null stays where it could not be
 * asked, or does not know the unit. Pure.
 */
export function withUnits(report: Report, units: readonly UnitFacts[]): Report {
  const sockets = report.sockets.map((socket) => {
    const facts = units.find(({ name }) => name === socket.unit?.name);
    return facts === undefined ? socket : { ...socket, unit: unitReport(facts) };
  });
  return { ...report, sockets };
}

function unitReport({ name, properties }: UnitFacts): UnitReport {
  if (!properties.ok || properties.value.loadState === "not-found") return unitOnly(name);
  const { mainPid, killMode, fragmentPath, activeState } = properties.value;
  return {
    name,
    mainPid: mainPid ?? null,
    killMode: killMode ?? null,
    generated: fragmentPath === undefined ? null : isWrappedScript(properties.value),
    activeState: activeState ?? null,
  };
}
