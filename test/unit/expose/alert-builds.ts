import type { Labels, ToldAlert } from "../../../agent/model/alert.ts";

/** An alert that fires since a second after the clock of the tests began. */
export function toldAlert(labels: Labels, changes: Partial<ToldAlert> = {}): ToldAlert {
  return {
    labels,
    annotations: { summary: "s", description: "d", runbook_url: "r" },
    startsAtMs: 1_700_000_001_000,
    endsAtMs: null,
    ...changes,
  };
}

/** What a target is given of it. */
export function fires(labels: Labels, over = false) {
  return { alert: toldAlert(labels), over };
}
