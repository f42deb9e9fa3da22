import type { Cause, Trigger } from "./cause.ts";
import type { SocketReport } from "./report.ts";
import type { FindingKind } from "./verdict.ts";

/** What is kept of one incident: one file in the state directory. Times are ISO 8601 in UTC. */
export interface IncidentRecord {
  readonly schema: 1;
  /** Unique on this host, sorts by time, fit for a file name: `20261122T175002Z-duplicate-4c1d2e`. */
  readonly id: string;
  readonly state: "open" | "closed";
  readonly socket: string;
  readonly kind: FindingKind;
  /** The kernel's boot id while it was opened: pids and start ticks mean nothing in another boot. */
  readonly bootId: string;
  /** What it is about, as the reducer names its subjects: pids with their start ticks. */
  readonly subjects: readonly string[];
  /** When it came to be, as far as the kernel tells. */
  readonly since: string;
  readonly confirmedAt: string;
  readonly updatedAt: string;
  readonly closedAt: string | null;
  /** How it ended, one sentence; null while it is open. */
  readonly ending: string | null;
  /** Null: not looked for, such as without a journal. */
  readonly cause: Cause | null;
  /** The socket when the incident was confirmed, when it was last seen, and once it was over. */
  readonly reports: {
    readonly confirmed: SocketReport;
    readonly last: SocketReport;
    readonly closed: SocketReport | null;
  };
  /** `systemctl show` of the unit when it was confirmed; null: no unit, or it could not be asked. */
  readonly unitProperties: Readonly<Record<string, string>> | null;
  /** The journal around its begin, oldest first, bounded. */
  readonly journal: readonly { readonly at: string; readonly text: string }[];
  /** What happened to it, oldest first, bounded. */
  readonly timeline: readonly { readonly at: string; readonly text: string }[];
}

/** An incident in a line: `incidents --json` and /api/v1/incidents list these. */
export interface IncidentSummary {
  readonly id: string;
  readonly state: "open" | "closed";
  readonly socket: string;
  readonly kind: FindingKind;
  readonly since: string;
  readonly confirmedAt: string;
  readonly closedAt: string | null;
  readonly ending: string | null;
  /** Null: not looked for. */
  readonly trigger: Trigger | null;
}

/** The summary of a record. */
export function summaryOf(record: IncidentRecord): IncidentSummary {
  const { id, state, socket, kind, since, confirmedAt, closedAt, ending, cause } = record;
  const trigger = cause?.trigger ?? null;
  return { id, state, socket, kind, since, confirmedAt, closedAt, ending, trigger };
}
