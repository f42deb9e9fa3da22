import { existsSync } from "node:fs";
import type { AuditReport } from "../model/audit.ts";
import type { Clock } from "../model/clock.ts";
import type { IncidentChange } from "../model/incident.ts";
import type { Report } from "../model/report.ts";
import type { Settings } from "../model/settings.ts";
import type { Metrics } from "../expose/metrics.ts";
import { alertFile } from "../history/alert-file.ts";
import type { AlertingPart } from "./alerting-part.ts";
import type { Logger } from "./logger.ts";

/** What pushing alerts works with. */
export interface AgentAlertsParts {
  readonly settings: () => Settings;
  readonly stateDir: string;
  /** The port that metrics are served at, as Prometheus knows this agent by. */
  readonly port: () => number;
  readonly clock: Clock;
  readonly metrics: Pick<Metrics, "showAlertmanagers" | "countStateFailure">;
  readonly logger: Logger;
  /** Makes a scan soon. */
  readonly look: () => void;
}

/** Pushes alerts to Alertmanagers, if any are named. */
export interface AgentAlerts {
  /** Takes up what an earlier agent has pushed. To be awaited before the first scan. */
  start(): Promise<void>;
  /** Takes a scan. Nothing of it ever delays or fails it. */
  scanned(report: Report, audit: AuditReport | undefined, changes: readonly IncidentChange[]): void;
  stop(): Promise<void>;
}

/**
 * The pushing part of an agent. Its code is loaded once the settings name an Alertmanager, or an
 * earlier agent has left alerts that have to be ended.
 */
export function createAgentAlerts(parts: AgentAlertsParts): AgentAlerts {
  const { settings, logger } = parts;
  let loading: Promise<AlertingPart> | undefined;
  let loaded: AlertingPart | undefined;

  async function load(): Promise<AlertingPart> {
    const { createAlertingPart } = await import("./alerting-part.ts");
    loaded = await createAlertingPart(parts);
    return loaded;
  }

  function isWanted(): boolean {
    return settings().alertmanager.urls.length > 0;
  }

  return {
    async start() {
      if (isWanted() || existsSync(alertFile(parts.stateDir))) await (loading ??= load());
    },
    scanned(report, audit, changes) {
      try {
        loaded?.scanned(report, audit, changes);
      } catch (error) {
        logger.error({ err: error }, "alerts could not be pushed");
      }
      if (loading !== undefined || !isWanted()) return;
      loading = load();
      // not with this scan, which may be an old one by then
      loading
        .then(parts.look)
        .catch((error: unknown) => logger.error({ err: error }, "pushing could not be begun"));
    },
    async stop() {
      await (await loading)?.stop();
    },
  };
}
