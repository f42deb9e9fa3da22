import type { IncidentRecord } from "../../../agent/model/incident-record.ts";
import { duplicate, path } from "../run/reports.ts";

/** An open duplicate that was confirmed at `time`, written as in an id: `20261122T132000Z`. */
export function incident(time: string): IncidentRecord {
  const at = time.replace(/(....)(..)(..)T(..)(..)(..)Z/, "$1-$2-$3T$4:$5:$6.000Z");
  return {
    schema: 1,
    id: `${time}-duplicate-0a1b2c`,
    state: "open",
    socket: path,
    kind: "duplicate",
    bootId: "boot-1",
    subjects: ["49:4900"],
    since: at,
    confirmedAt: at,
    updatedAt: at,
    closedAt: null,
    ending: null,
    cause: null,
    reports: { confirmed: duplicate, last: duplicate, closed: null },
    unitProperties: null,
    journal: [],
    timeline: [{ at, text: "confirmed: master 49 is stale" }],
  };
}
