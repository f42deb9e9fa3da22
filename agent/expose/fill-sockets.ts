import type { Report, SocketReport } from "../model/report.ts";
import { findingKinds, verdicts } from "../model/verdict.ts";
import type { Families } from "./families.ts";
import type { IncidentBook, SocketIncidents } from "./incident-book.ts";
import { memoryByRole, mastersByRole, smallestBudget, workersByRole } from "./socket-samples.ts";

/**
 * Sets every family with a label `socket` anew from the report and the incident book, so
 * that a socket which is in neither loses its series. A fact that is null leaves no sample.
 */
export function fillSockets(families: Families, report: Report, book: IncidentBook): void {
  forgetSockets(families);
  const budget = smallestBudget(report);
  if (budget !== undefined) families.budget.set(budget);
  for (const socket of report.sockets) {
    fillCounts(families, socket);
    fillVerdict(families, socket);
    fillMemory(families, socket);
  }
  for (const [path, incidents] of book) {
    const socket = report.sockets.find((one) => one.path === path);
    families.duplicateConfirmed.set(
      { socket: path },
      duplicateConfirmed(socket, incidents) ? 1 : 0,
    );
    fillIncidents(families, path, incidents);
  }
}

/** Takes every sample with a label `socket` off the page, and the budget, which sockets give. */
export function forgetSockets(families: Families): void {
  families.masters.reset();
  families.workers.reset();
  families.verdict.reset();
  families.duplicateConfirmed.reset();
  families.groupMemory.reset();
  families.orphanMemory.reset();
  families.budget.remove();
  families.budgetRatio.reset();
  families.incidents.reset();
  families.incidentOpen.reset();
}

function fillCounts(families: Families, socket: SocketReport): void {
  const { path } = socket;
  for (const [role, count] of mastersByRole(socket) ?? []) {
    families.masters.set({ socket: path, role }, count);
  }
  for (const [role, count] of workersByRole(socket) ?? []) {
    families.workers.set({ socket: path, role }, count);
  }
}

function fillVerdict(families: Families, socket: SocketReport): void {
  for (const verdict of verdicts) {
    families.verdict.set({ socket: socket.path, verdict }, socket.verdict === verdict ? 1 : 0);
  }
}

function fillMemory(families: Families, socket: SocketReport): void {
  const { path } = socket;
  for (const [role, memory] of memoryByRole(socket)) {
    const { groupMemory } = families;
    groupMemory.set({ socket: path, role, type: "rss" }, memory.rssBytes);
    groupMemory.set({ socket: path, role, type: "pss" }, memory.pssBytes);
    groupMemory.set({ socket: path, role, type: "uss" }, memory.ussBytes);
    groupMemory.set({ socket: path, role, type: "swap" }, memory.swapBytes);
    groupMemory.set({ socket: path, role, type: "reclaimable" }, memory.reclaimableBytes);
  }
  const { rssBytes, reclaimableBytes, budgetRatio } = socket.orphanMemory;
  const { orphanMemory } = families;
  if (rssBytes !== null) orphanMemory.set({ socket: path, type: "rss" }, rssBytes);
  if (reclaimableBytes !== null) {
    orphanMemory.set({ socket: path, type: "reclaimable" }, reclaimableBytes);
  }
  if (budgetRatio !== null) families.budgetRatio.set({ socket: path }, budgetRatio);
}

function fillIncidents(families: Families, path: string, incidents: SocketIncidents): void {
  for (const kind of findingKinds) {
    families.incidents.inc({ socket: path, kind }, incidents.confirmed.get(kind) ?? 0);
    const sinceMs = incidents.open.get(kind)?.sinceMs ?? 0;
    families.incidentOpen.set({ socket: path, kind }, sinceMs / 1000);
  }
}

/**
 * The report's word, or that of an incident that was confirmed before and is not cleared: a
 * blind scan reports `unknown`, but it does not end a duplicate. `confirmed` in a report is
 * about the worst finding only, which the verdict names.
 */
function duplicateConfirmed(socket: SocketReport | undefined, incidents: SocketIncidents): boolean {
  return (
    (socket?.verdict === "duplicate" && socket.confirmed) ||
    incidents.open.get("duplicate")?.confirmed === true
  );
}
