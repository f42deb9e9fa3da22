import type { Counter as CounterOf, Gauge as GaugeOf } from "prom-client";
import type { FamilyMaker } from "./family-maker.ts";

/** What is told of units. */
export interface UnitFamilies {
  readonly unitLink: GaugeOf<"unit" | "link">;
  readonly unitMainPid: GaugeOf<"unit">;
  readonly journalEvents: CounterOf<"unit" | "event">;
}

/** Makes the families that tell of units. */
export function unitFamilies({ gauge, counter }: FamilyMaker): UnitFamilies {
  return {
    unitLink: gauge(
      "onemaster_unit_link_ok",
      "1 while this link of the unit is as it should be, 0 while it is not; absent: not known.",
      ["unit", "link"],
    ),
    unitMainPid: gauge(
      "onemaster_unit_main_pid_tracked",
      "1 while systemd follows a main process of the unit, else 0; absent when not known.",
      ["unit"],
    ),
    journalEvents: counter(
      "onemaster_journal_events_total",
      "What systemd said of the unit in the journal since the agent follows it, by event.",
      ["unit", "event"],
    ),
  };
}
