import type { FindingKind } from "./verdict.ts";

/** What the reducer says has changed about one kind of finding on one socket. */
export interface IncidentChange {
  /** `suspected`: seen for the first time. `confirmed`: still so after `confirm_for`. `cleared`: seen to be over. */
  readonly change: "suspected" | "confirmed" | "cleared";
  /** The socket's path as in the report. */
  readonly socket: string;
  readonly kind: FindingKind;
  /** When it was first seen, wall clock, milliseconds since 1970. */
  readonly sinceMs: number;
  /** True when a `cleared` incident had been confirmed before. */
  readonly wasConfirmed: boolean;
}
