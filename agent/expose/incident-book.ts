import type { IncidentChange } from "../model/incident.ts";
import type { FindingKind } from "../model/verdict.ts";

/** What the metrics remember of one socket's incidents. */
export interface SocketIncidents {
  /** How many were confirmed since the socket is known, by kind. */
  readonly confirmed: ReadonlyMap<FindingKind, number>;
  /** Those that are open now, suspected or confirmed, by kind. */
  readonly open: ReadonlyMap<
    FindingKind,
    { readonly sinceMs: number; readonly confirmed: boolean }
  >;
}

/** Incidents of every socket that stands in the report or has an incident open. */
export type IncidentBook = ReadonlyMap<string, SocketIncidents>;

const nothingYet: SocketIncidents = { confirmed: new Map(), open: new Map() };

/** The book after `changes`, in their order. */
export function enterChanges(book: IncidentBook, changes: readonly IncidentChange[]): IncidentBook {
  if (changes.length === 0) return book;
  const next = new Map(book);
  for (const change of changes) {
    next.set(change.socket, enter(next.get(change.socket) ?? nothingYet, change));
  }
  return next;
}

/**
 * The book with a page for every socket of the report, and without those that left it. A
 * socket with an open incident stays although it cannot be seen: blindness is no all-clear.
 */
export function followSockets(book: IncidentBook, sockets: readonly string[]): IncidentBook {
  const next = new Map<string, SocketIncidents>();
  for (const socket of sockets) next.set(socket, book.get(socket) ?? nothingYet);
  for (const [socket, incidents] of book) {
    if (incidents.open.size > 0) next.set(socket, incidents);
  }
  return next;
}

function enter(before: SocketIncidents, change: IncidentChange): SocketIncidents {
  const { kind, sinceMs } = change;
  const open = new Map(before.open);
  switch (change.change) {
    case "suspected":
      open.set(kind, { sinceMs, confirmed: false });
      return { ...before, open };
    case "confirmed": {
      open.set(kind, { sinceMs, confirmed: true });
      const confirmed = new Map(before.confirmed);
      confirmed.set(kind, (confirmed.get(kind) ?? 0) + 1);
      return { confirmed, open };
    }
    case "cleared":
      open.delete(kind);
      return { ...before, open };
  }
}
