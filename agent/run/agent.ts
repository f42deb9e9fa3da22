import { existsSync, readFileSync } from "node:fs";
import { resolve as absolutePath } from "node:path";
import type { LogFormat } from "../model/log-format.ts";
import type { Settings } from "../model/settings.ts";
import type { BlindReport } from "../model/report.ts";
import type { Snapshot } from "../model/snapshot.ts";
import { createMetrics } from "../expose/metrics.ts";
import { parseAccounts } from "../parse/accounts.ts";
import { createUnitAsker } from "../probe/unit-asker.ts";
import { createUnitLook, hostUnits, unitsIn } from "../probe/unit-look.ts";
import { createAgentAlerts } from "./agent-alerts.ts";
import { startAgentWeb } from "./agent-web.ts";
import { createAgentRemediation } from "./agent-remediation.ts";
import { readBootId } from "./boot-id.ts";
import { createChangeLog } from "./change-log.ts";
import { systemClock } from "./clock.ts";
import { closingLines, openingLine } from "./greeting.ts";
import { createHeap } from "./heap.ts";
import { createIncidentContext } from "./incident-context.ts";
import { createIncidentKeeper } from "./incident-keeper.ts";
import { createJournalWatch } from "./journal-watch.ts";
import { createLogger, logFormatFor } from "./logger.ts";
import { createLoop } from "./loop.ts";
import { notifierFor } from "./notifier.ts";
import { stopSignal } from "./stop-signal.ts";
import { createWatcher } from "./watcher.ts";
import { webSources } from "./web-sources.ts";
import { watchedPaths } from "./watched-paths.ts";

/** What an agent is started with. */
export interface AgentOptions {
  readonly settings: Settings;
  /** The file to watch for changes, whether it is there or not; undefined: none. */
  readonly settingsPath: string | undefined;
  /** Rejects with a SettingsError when the file is broken: the settings in force then stay. */
  readonly reloadSettings: () => Promise<Settings>;
  readonly version: string;
  /** Undefined: for people on a terminal, JSON elsewhere. */
  readonly logFormat: LogFormat | undefined;
  readonly stdoutIsTerminal: boolean;
  /** No colour. */
  readonly plainText: boolean;
}

/**
 * A new socket is there a moment before it listens, and workers come after that: looks again
 * this long after an event.
 */
const LOOK_AGAIN_MS = [20, 100, 500];

/** A file that is being written comes in pieces: it is read once nothing has changed for this long. */
const SETTLED_MS = 100;

/**
 * Runs the agent until SIGTERM or SIGINT, then stops it gracefully and gives its exit code.
 * Rejects when it cannot start, such as when the port is in use.
 */
export async function runAgent(options: AgentOptions): Promise<number> {
  const { version } = options;
  const settingsPath = options.settingsPath && absolutePath(options.settingsPath);
  const stop = stopSignal();
  const format = options.logFormat ?? logFormatFor(options.stdoutIsTerminal, process.env);
  const colour = options.stdoutIsTerminal && !options.plainText;
  const heap = createHeap(systemClock.monotonicMs);
  const metrics = createMetrics({ version, node: process.version });
  const logger = await createLogger(format, colour, () => metrics.countLostLine());
  let settings = options.settings;
  let blindWatch: readonly BlindReport[] = [];
  let snapshot: Snapshot | undefined;
  let cancelReload = (): void => undefined;
  let reloads: Promise<void> = Promise.resolve();

  const watcher = createWatcher({
    changed(path) {
      if (path === settingsPath) {
        cancelReload();
        cancelReload = systemClock.after(SETTLED_MS, () => reload("the file has changed"));
      } else {
        loop.scan("file-event").catch(scanFailed);
        loop.lookAgain(LOOK_AGAIN_MS);
      }
    },
    failed(reason) {
      blindWatch = [{ what: "watch", reason }];
      logger.warn({ reason }, "file events may be missed; scans go on at the interval");
    },
  });
  const loop = createLoop(settings, {
    clock: systemClock,
    metrics,
    logger,
    changeLog: createChangeLog(),
    watchBlindness: () => [...blindWatch, ...journal.blindness()],
    unitsOf: (report) => units.see(report),
    remediation: () => remediation.view(),
    otherFailures: () => remediation.failures,
    scanned(seen, report, changes, unitsSeen, audit) {
      snapshot = seen;
      follow();
      if (settings.journal.enabled) journal.follow(unitsIn(report));
      alerts.scanned(report, audit, changes);
      incidents.scanned(changes, report);
      remediation.scanned(report, unitsSeen);
      notifier?.scanned(report);
      heap.scanned();
    },
  });
  const units = createUnitAsker({
    clock: systemClock,
    lookAtUnits: createUnitLook(hostUnits(systemClock.wallMs)),
    answered: () => void loop.scan("units").catch(scanFailed),
    failed: (error) => logger.error({ err: error }, "a look at the units failed"),
  });
  const journal = createJournalWatch({
    stateDir: settings.stateDir,
    clock: systemClock,
    metrics,
    logger,
    accountName,
    happened() {
      units.told();
      loop.scan("journal").catch(scanFailed);
      loop.lookAgain(LOOK_AGAIN_MS);
    },
  });
  const notifier = await notifierFor(() => settings.scan.intervalMs, logger);
  const bootId = readBootId();
  const remediation = createAgentRemediation({
    settings: () => settings,
    bootId,
    clock: systemClock,
    metrics,
    logger,
    scan: () => loop.scan("follow-up"),
  });
  const alerts = createAgentAlerts({
    settings: () => settings,
    stateDir: settings.stateDir,
    port: () => web.server().address.port,
    clock: systemClock,
    metrics,
    logger,
    look: () => void loop.scan("follow-up").catch(scanFailed),
  });
  const incidents = createIncidentKeeper({
    stateDir: settings.stateDir,
    bootId,
    logger,
    lookInto: createIncidentContext({
      journal: () => settings.journal.enabled,
      unit: (name) => units.last(name),
      wallMs: systemClock.wallMs,
      logger,
    }),
    failed: () => metrics.countStateFailure(),
  });

  /** Undefined where it cannot be read: the line of sudo that it is asked for then does not count. */
  function accountName(uid: number): string | undefined {
    try {
      return parseAccounts(readFileSync("/etc/passwd", "latin1")).get(uid);
    } catch (error) {
      logger.warn({ err: error, uid }, "a line of sudo is left out: its user is not known");
      return undefined;
    }
  }

  function scanFailed(error: unknown): void {
    if (!stop.aborted()) logger.error({ err: error }, "a scan failed");
  }

  function follow(): void {
    const own = settingsPath === undefined ? [] : [settingsPath];
    const added = watcher.follow([
      ...own,
      ...(snapshot === undefined ? [] : watchedPaths(snapshot)),
    ]);
    if (added) loop.lookAgain(LOOK_AGAIN_MS);
  }

  /** Reloads one after the other: two at once would both listen on a new address. */
  function reload(why: string): void {
    reloads = reloads.then(() => reloadNow(why));
  }

  /** Takes new settings as a whole, or none of them. Never rejects. */
  async function reloadNow(why: string): Promise<void> {
    if (stop.aborted()) return;
    try {
      await applySettings();
      metrics.setSettingsReload(true, systemClock.wallMs());
      logger.info({ settings: settingsPath }, `settings loaded again: ${why}`);
    } catch (error) {
      metrics.setSettingsReload(false, systemClock.wallMs());
      const reason = error instanceof Error ? error.message : String(error);
      logger.error({ settings: settingsPath }, `settings not taken, the old ones stay: ${reason}`);
    }
  }

  async function applySettings(): Promise<void> {
    const next = await options.reloadSettings();
    await web.apply(next.web);
    for (const key of ["stateDir", "journal"] as const) {
      if (JSON.stringify(next[key]) === JSON.stringify(options.settings[key])) continue;
      logger.warn({ [key]: next[key] }, `a change of ${key} takes effect at the next start`);
    }
    settings = { ...next, stateDir: settings.stateDir, journal: settings.journal };
    loop.setSettings(next);
    await remediation.tellRights(await loop.scan("reload"));
  }

  const sources = webSources(loop, metrics, incidents, () => settings.scan.intervalMs, logger);
  const web = await startAgentWeb(settings.web, { sources, clock: systemClock, metrics, logger });
  const hangUp = (): void => reload("SIGHUP");
  process.on("SIGHUP", hangUp);
  try {
    const found = settingsPath !== undefined && existsSync(settingsPath);
    logger.info(openingLine(version, found ? settingsPath : undefined));
    await incidents.start();
    await alerts.start();
    await remediation.start();
    const report = await loop.scan("start");
    metrics.setSettingsReload(true, systemClock.wallMs());
    for (const line of closingLines(report, web.server())) logger.info(line);
    notifier?.ready(report);
    await remediation.tellRights(report);
    await stop.asked;
    logger.info({ signal: stop.signal() }, "stopping");
    notifier?.stopping();
  } finally {
    process.off("SIGHUP", hangUp);
    cancelReload();
    await reloads;
    // in this order: running answers wait for a scan, and a scan that ends follows its paths
    await remediation.stop();
    await web.close();
    await loop.stop();
    units.stop();
    await journal.stop();
    await incidents.stop();
    await alerts.stop();
    await watcher.close();
  }
  return 0;
}
