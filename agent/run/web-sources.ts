import type { Health, WebSources } from "../expose/answers.ts";
import type { Metrics } from "../expose/metrics.ts";
import { systemClock } from "./clock.ts";
import type { IncidentKeeper } from "./incident-keeper.ts";
import type { Logger } from "./logger.ts";
import type { Loop } from "./loop.ts";

/** Scans may be this many intervals late before the agent calls itself unhealthy. */
const LATE_INTERVALS = 3;

/** What the web server shows: every request for facts makes a scan first, shared with others. */
export function webSources(
  loop: Loop,
  metrics: Metrics,
  incidents: Pick<IncidentKeeper, "summaries">,
  intervalMs: () => number,
  logger: Logger,
): WebSources {
  function health(): Health {
    const last = loop.lastScanMs();
    if (last === undefined) return { ok: true, text: "starting: the first scan is under way" };
    const ageMs = systemClock.monotonicMs() - last;
    const ok = ageMs < LATE_INTERVALS * intervalMs();
    const age = `${(ageMs / 1_000).toFixed(1)} s`;
    return {
      ok,
      text: ok ? `ok: last scan ${age} ago` : `scans are late: the last one was ${age} ago`,
    };
  }

  function ready(): Health {
    return loop.lastScanMs() === undefined
      ? { ok: false, text: "the first scan is still under way" }
      : { ok: true, text: "ready" };
  }

  return {
    async metricsPage(openMetrics) {
      await loop.scan("scrape");
      return await metrics.page(openMetrics);
    },
    status: () => loop.scan("scrape"),
    incidents: () => incidents.summaries(),
    health,
    ready,
    onError: (error) => logger.error({ err: error }, "an answer failed"),
  };
}
