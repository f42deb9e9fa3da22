import type { Gauge as GaugeOf, Counter as CounterOf } from "prom-client";
import type { AlertmanagerState } from "../model/alert.ts";
import type { FamilyMaker } from "./family-maker.ts";

/** What is told of Alertmanagers that alerts are pushed to. */
export interface AlertmanagerFamilies {
  readonly alertmanagerUp: GaugeOf<"url">;
  readonly alertmanagerPushes: CounterOf<"url" | "outcome">;
}

/** Makes the families that tell of Alertmanagers. */
export function alertmanagerFamilies({ gauge, counter }: FamilyMaker): AlertmanagerFamilies {
  return {
    alertmanagerUp: gauge(
      "onemaster_alertmanager_up",
      "1 when the last push was taken, 0 when it failed; absent before, and where none is set.",
      ["url"],
    ),
    alertmanagerPushes: counter(
      "onemaster_alertmanager_pushes_total",
      "Pushes of alerts by outcome; absent where no Alertmanager is set.",
      ["url", "outcome"],
    ),
  };
}

/** Sets every sample anew; one that the settings name no more has none. */
export function fillAlertmanagers(
  { alertmanagerUp, alertmanagerPushes }: AlertmanagerFamilies,
  states: readonly AlertmanagerState[],
): void {
  alertmanagerUp.reset();
  alertmanagerPushes.reset();
  for (const { url, up, taken, failed } of states) {
    if (up !== undefined) alertmanagerUp.set({ url }, Number(up));
    alertmanagerPushes.inc({ url, outcome: "taken" }, taken);
    alertmanagerPushes.inc({ url, outcome: "failed" }, failed);
  }
}
