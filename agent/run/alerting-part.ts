import { hostname } from "node:os";
import type { Labels, ToldAlert, ToldTarget } from "../model/alert.ts";
import type { AuditReport } from "../model/audit.ts";
import type { IncidentChange } from "../model/incident.ts";
import type { Report } from "../model/report.ts";
import type { AlertmanagerSettings } from "../model/settings.ts";
import { alertKey, idIn, labelsOf } from "../detect/alert-rules.ts";
import { advanceAlerts, restoredAlerts } from "../detect/alerts.ts";
import { postAlerts } from "../expose/alertmanager-post.ts";
import { createTarget, type Target } from "../expose/alertmanager-target.ts";
import { readAlerts, writeAlerts } from "../history/alert-file.ts";
import type { AgentAlertsParts } from "./agent-alerts.ts";

/** What only an agent that pushes alerts needs, and only then is loaded. */
export interface AlertingPart {
  /** Pushes what this scan makes of the alerts. Goes on in the background, and never throws. */
  scanned(report: Report, audit: AuditReport | undefined, changes: readonly IncidentChange[]): void;
  /** Waits until everything is written. Ends no alert. */
  stop(): Promise<void>;
}

const noAccess = { basicAuth: undefined, bearerTokenFile: undefined, caFile: undefined };

/** Takes up what an earlier agent has told, and begins to push. */
export async function createAlertingPart(parts: AgentAlertsParts): Promise<AlertingPart> {
  const { settings, stateDir, clock, metrics, logger } = parts;
  let active: readonly { readonly target: Target; readonly as: string }[] = [];
  /** Those that the settings name no more, until they know what has ended. */
  let retired: readonly Target[] = [];
  let written = "";
  let writing: Promise<void> = Promise.resolve();
  let complaint: string | undefined;
  let cancelLook = nothing;
  let stopped = false;

  const earlier = await readEarlier();
  let memory = restoredAlerts(firedIn(earlier), clock.monotonicMs());
  let unclaimed = new Map(earlier.map(({ url, alerts }) => [url, alerts]));
  followSettings();
  // where the settings have changed meanwhile, it was let in by what is not known any more
  retired = [...unclaimed].map(([url, alerts]) => targetFor(url, noAccess, alerts));
  unclaimed = new Map();
  for (const target of retired) target.set([]);

  async function readEarlier(): Promise<readonly ToldTarget[]> {
    const read = await readAlerts(stateDir);
    if (read.ok) return read.value;
    metrics.countStateFailure();
    logger.error({ failure: read.failure }, "which alerts were pushed before is not known");
    return [];
  }

  function targetFor(
    url: string,
    access: AlertmanagerSettings["access"],
    alerts: readonly ToldAlert[],
  ): Target {
    const { timeoutMs } = settings().alertmanager;
    return createTarget(
      {
        url,
        clock,
        random: Math.random,
        post: (body, signal) => postAlerts({ url, timeoutMs, access }, body, clock, signal),
        told: ({ level, text }) => logger[level]({ alertmanager: url }, text),
        changed: write,
      },
      alerts,
    );
  }

  /** Goes on with the targets that are as before, and begins and retires others. */
  function followSettings(): void {
    const { urls, timeoutMs, access } = settings().alertmanager;
    const before = active;
    active = urls.map((url) => {
      const as = JSON.stringify([url, timeoutMs, access]);
      const same = before.find((one) => one.as === as);
      if (same !== undefined) return same;
      const renewed = before.find(({ target }) => target.url === url)?.target;
      renewed?.stop();
      const known = renewed?.kept().alerts ?? unclaimed.get(url) ?? backFromRetirement(url);
      unclaimed.delete(url);
      return { target: targetFor(url, access, known), as };
    });
    const gone = before.filter(({ target }) => !urls.includes(target.url));
    for (const { target } of gone) target.set([]);
    retired = [...retired, ...gone.map(({ target }) => target)];
  }

  function backFromRetirement(url: string): readonly ToldAlert[] {
    const [back] = retired.filter((target) => target.url === url);
    back?.stop();
    retired = retired.filter((target) => target !== back);
    return back?.kept().alerts ?? [];
  }

  /** Writes what has changed, one after the other; what fails is tried again with the next scan. */
  function write(): void {
    writing = writing.then(writeNow);
  }

  async function writeNow(): Promise<void> {
    const targets = [...active.map(({ target }) => target), ...retired].map((one) => one.kept());
    const text = shapeOf(targets);
    if (text === written) return;
    try {
      await writeAlerts(stateDir, targets);
      written = text;
      complaint = undefined;
    } catch (error) {
      metrics.countStateFailure();
      const reason = error instanceof Error ? error.message : String(error);
      if (reason !== complaint) logger.error({ reason }, "pushed alerts could not be written down");
      complaint = reason;
    }
  }

  function siteLabels(): Labels {
    const { labels } = settings().alertmanager;
    const all = { job: "onemaster", instance: `${hostname()}:${parts.port()}`, ...labels };
    return Object.fromEntries(
      Object.entries(all).flatMap(([name, value]) => (value === null ? [] : [[name, value]])),
    );
  }

  function tell(firing: ReadonlySet<string>, now: ReadonlySet<string>): void {
    for (const key of now) {
      if (!firing.has(key)) logger.warn({ alert: key.trim() }, `alert ${key.trim()} fires`);
    }
    for (const key of firing) {
      if (!now.has(key)) logger.info({ alert: key.trim() }, `alert ${key.trim()} is over`);
    }
  }

  return {
    scanned(report, audit, changes) {
      if (stopped) return;
      followSettings();
      const before = firingIn(memory.standing);
      const nowMs = clock.monotonicMs();
      const limits = {
        orphanWarnRatio: settings().memory.orphanWarnRatio,
        resolveAfterMs: settings().alertmanager.resolveAfterMs,
      };
      const step = advanceAlerts(memory, { report, audit }, changes, nowMs, limits);
      memory = step.memory;
      tell(before, firingIn(memory.standing));
      const site = siteLabels();
      const alerts = step.alerts.map(({ id, annotations, startsAtMs, over }) => ({
        alert: { labels: labelsOf(id, site), annotations, startsAtMs, endsAtMs: null },
        over,
      }));
      for (const { target } of active) target.set(alerts);
      for (const target of retired) target.set([]);
      for (const target of retired.filter((one) => one.isEmpty())) target.stop();
      retired = retired.filter((target) => !target.isEmpty());
      metrics.showAlertmanagers(active.map(({ target }) => target.state()));
      write();
      cancelLook();
      if (step.nextMs !== undefined) cancelLook = clock.after(step.nextMs - nowMs, parts.look);
    },
    async stop() {
      stopped = true;
      cancelLook();
      for (const { target } of active) target.stop();
      for (const target of retired) target.stop();
      write();
      await writing;
    },
  };
}

/** Alerts of an earlier agent that had not ended, each once. */
function firedIn(targets: readonly ToldTarget[]): Parameters<typeof restoredAlerts>[0] {
  return targets.flatMap(({ alerts }) =>
    alerts.flatMap(({ labels, annotations, startsAtMs, endsAtMs }) => {
      const id = endsAtMs === null ? idIn(labels) : undefined;
      return id === undefined ? [] : [{ id, annotations, startsAtMs }];
    }),
  );
}

function firingIn(standing: Parameters<typeof advanceAlerts>[0]["standing"]): ReadonlySet<string> {
  return new Set(
    [...standing.values()].flatMap(({ id, alert }) => (alert === undefined ? [] : [alertKey(id)])),
  );
}

/** What is worth a write: figures in annotations are not. */
function shapeOf(targets: readonly ToldTarget[]): string {
  return JSON.stringify(
    targets.map(({ url, alerts }) => [
      url,
      alerts.map(({ labels, startsAtMs, endsAtMs }) => [labels, startsAtMs, endsAtMs]),
    ]),
  );
}

function nothing(): void {
  // no timer is running
}
