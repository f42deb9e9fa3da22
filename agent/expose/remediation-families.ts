import type { Counter as CounterOf, Gauge as GaugeOf } from "prom-client";
import {
  type RefusalReason,
  refusalReasons,
  remediationModes,
  type RemediationOutcome,
  remediationOutcomes,
  type RemediationView,
} from "../model/remediation.ts";
import type { FamilyMaker } from "./family-maker.ts";

/** What is told of remediation. */
export interface RemediationFamilies {
  readonly remediations: CounterOf<"socket" | "outcome">;
  readonly remediationRefusals: CounterOf<"socket" | "reason">;
  readonly remediationFreed: CounterOf<"socket">;
  readonly pidfileRepairs: CounterOf<"socket">;
  readonly remediationMode: GaugeOf<"mode">;
  readonly remediationBreaker: GaugeOf;
  readonly remediationPaused: GaugeOf;
  readonly remediationUnfinished: GaugeOf;
}

/** Makes the families that tell of remediation. */
export function remediationFamilies({ gauge, counter }: FamilyMaker): RemediationFamilies {
  return {
    remediations: counter(
      "onemaster_remediations_total",
      "Attempts of this agent to end a group, by outcome; absent while mode is off.",
      ["socket", "outcome"],
    ),
    remediationRefusals: counter(
      "onemaster_remediation_refusals_total",
      "How often a group began to be left alone for this reason; absent while mode is off.",
      ["socket", "reason"],
    ),
    remediationFreed: counter(
      "onemaster_remediation_freed_bytes_total",
      "Memory that ended groups held and nobody shared, in bytes; absent while mode is off.",
      ["socket"],
    ),
    pidfileRepairs: counter(
      "onemaster_pidfile_repairs_total",
      "Pidfiles that this agent wrote for a master; absent while mode is off.",
      ["socket"],
    ),
    remediationMode: gauge(
      "onemaster_remediation_mode",
      "What is done about groups that should not be there: 1 for the mode in force.",
      ["mode"],
    ),
    remediationBreaker: gauge(
      "onemaster_remediation_breaker_open",
      "1 after two failures in a row, until a person resets it; absent when not known.",
      [],
    ),
    remediationPaused: gauge(
      "onemaster_remediation_paused",
      "1 while a file named pause stands in the state directory; absent when not known.",
      [],
    ),
    remediationUnfinished: gauge(
      "onemaster_remediation_unfinished",
      "Attempts that were begun and neither finished nor put back; absent when not known.",
      [],
    ),
  };
}

/** Sets the gauges from what is known; what is not known is absent. */
export function fillRemediation(
  families: RemediationFamilies,
  { mode, paused, breakerOpen, unfinished }: RemediationView,
): void {
  for (const one of remediationModes)
    families.remediationMode.set({ mode: one }, Number(one === mode));
  setOrRemove(families.remediationBreaker, breakerOpen === null ? null : Number(breakerOpen));
  setOrRemove(families.remediationPaused, paused === null ? null : Number(paused));
  setOrRemove(families.remediationUnfinished, unfinished === null ? null : unfinished.length);
}

function setOrRemove(gauge: GaugeOf, value: number | null): void {
  if (value === null) gauge.remove();
  else gauge.set(value);
}

/** Counts that have to be there at zero before they count, and go when their socket goes. */
export interface RemediationCounts {
  readonly outcomes: ReadonlyMap<RemediationOutcome, number>;
  readonly refusals: ReadonlyMap<RefusalReason, number>;
  readonly freedBytes: number;
  readonly repairs: number;
}

/** Sets every counter of these sockets anew; a socket that is not among them has no series. */
export function fillRemediationCounts(
  families: RemediationFamilies,
  sockets: readonly string[],
  counted: ReadonlyMap<string, RemediationCounts>,
): void {
  families.remediations.reset();
  families.remediationRefusals.reset();
  families.remediationFreed.reset();
  families.pidfileRepairs.reset();
  for (const socket of sockets) {
    const counts = counted.get(socket);
    for (const outcome of remediationOutcomes) {
      families.remediations.inc({ socket, outcome }, counts?.outcomes.get(outcome) ?? 0);
    }
    for (const reason of refusalReasons) {
      families.remediationRefusals.inc({ socket, reason }, counts?.refusals.get(reason) ?? 0);
    }
    families.remediationFreed.inc({ socket }, counts?.freedBytes ?? 0);
    families.pidfileRepairs.inc({ socket }, counts?.repairs ?? 0);
  }
}
