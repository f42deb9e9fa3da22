import type { Sight } from "../../../agent/detect/alert-conditions.ts";
import type { AlertId } from "../../../agent/model/alert.ts";
import type { AuditReport, LinkState, UnitLink } from "../../../agent/model/audit.ts";
import type { SocketReport } from "../../../agent/model/report.ts";
import { reportOf, soundSocket, socketPath } from "../expose/reports.ts";

/** A host on which one sound socket was seen, and nothing of its unit. */
export function sight(changes: Partial<Sight> = {}): Sight {
  return {
    report: reportOf([soundSocket()]),
    audit: undefined,
    confirmed: new Set(),
    orphanWarnRatio: 0.1,
    ...changes,
  };
}

/** A sight of these sockets alone. */
export function sightOf(...sockets: readonly SocketReport[]): Sight {
  return sight({ report: reportOf(sockets) });
}

/** An audit of platform.service with these links. */
export function auditOf(links: Partial<Record<UnitLink, LinkState>>): AuditReport {
  const items = Object.entries(links).map(([link, state]) => ({
    link: link as UnitLink,
    state,
    evidence: `${link} is ${state}`,
    fix: null,
  }));
  return {
    schema: 1,
    takenAt: "2026-11-22T13:20:09.123Z",
    units: [{ unit: "platform.service", sockets: [socketPath], items }],
    blind: [],
  };
}

/** The alert of this name about the socket of the incident. */
export function aboutSocket(name: AlertId["name"]): AlertId {
  return { name, about: socketPath };
}

/** The alert about platform.service. */
export const aboutUnit: AlertId = { name: "OnemasterUnitWillDuplicate", about: "platform.service" };
