import type { AuditReport } from "../model/audit.ts";
import type { BlindReport, Report } from "../model/report.ts";
import { harmlessSpots } from "../model/blind.ts";
import type { Clock } from "../model/clock.ts";
import type { RemediationView } from "../model/remediation.ts";
import type { ScanCause } from "../model/scan.ts";
import type { Settings } from "../model/settings.ts";
import type { Snapshot } from "../model/snapshot.ts";
import type { IncidentChange } from "../model/incident.ts";
import type { UnitsSeen } from "../model/unit.ts";
import { auditUnits } from "../detect/audit.ts";
import { detect } from "../detect/detect.ts";
import { CUTOVER_MS } from "../detect/handing-over.ts";
import { withUnits } from "../detect/unit-report.ts";
import { advance, type Memory } from "../detect/reducer.ts";
import type { Metrics } from "../expose/metrics.ts";
import type { ReadFailureTotals } from "../probe/failures.ts";
import { createProbe, type Probe } from "../probe/probe.ts";
import type { ChangeLog } from "./change-log.ts";
import type { Logger } from "./logger.ts";
import { createScanner } from "./scanner.ts";
import { createServedPaths } from "./served-paths.ts";

/** What the loop works with. */
export interface LoopParts {
  readonly clock: Clock;
  readonly metrics: Metrics;
  readonly logger: Logger;
  readonly changeLog: ChangeLog;
  /** What file events do not reach at the moment. */
  readonly watchBlindness: () => readonly BlindReport[];
  /** What is known of the units of a report; undefined: nothing yet. */
  readonly unitsOf: (report: Report) => UnitsSeen | undefined;
  /** What is known about remediation; undefined: nothing yet. */
  readonly remediation: () => RemediationView | undefined;
  /** Reads of the host that failed elsewhere in the agent, by kind since the start. */
  readonly otherFailures: () => ReadFailureTotals;
  /** Called after each scan with what it saw and what came of it. */
  readonly scanned: (
    snapshot: Snapshot,
    report: Report,
    changes: readonly IncidentChange[],
    units: UnitsSeen | undefined,
    audit: AuditReport | undefined,
  ) => void;
}

/** The agent's scans: from host to report, one after the other. */
export interface Loop {
  /** A scan that starts after this call, or the report of one that other callers share. */
  scan(cause: ScanCause): Promise<Report>;
  /** Scans again at these delays, instead of those asked for before. */
  lookAgain(delaysMs: readonly number[]): void;
  /** Takes other settings from the next scan on; what was suspected stays suspected. */
  setSettings(settings: Settings): void;
  /** Monotonic time of the last scan that ran to its end; undefined before the first. */
  lastScanMs(): number | undefined;
  stop(): Promise<void>;
}

/** What was seen for the first time may be a moment between two steps of gunicorn. */
const SECOND_LOOK_MS = 100;

/** A loop that makes its first scan when asked, and then at least one an interval. */
export function createLoop(initial: Settings, parts: LoopParts): Loop {
  const { clock, metrics, logger, changeLog } = parts;
  let settings = initial;
  let probe = probeFor(initial, clock);
  let retired = { gone: 0, denied: 0, malformed: 0, failed: 0 };
  const served = createServedPaths(clock.monotonicMs);
  let memory: Memory = new Map();
  let lastScanMs: number | undefined;
  let cancelInterval = nothing;
  let cancelDeadline = nothing;
  let cancelSecond = nothing;
  let cancelAgain: readonly (() => void)[] = [];
  let stopping = false;
  const scanner = createScanner(scanNow);

  async function scanNow(cause: ScanCause): Promise<Report> {
    const startMs = clock.monotonicMs();
    const snapshot = await probe.look(settings.sockets.length === 0 ? served.paths() : []);
    const seen = detect(snapshot, { budgetBytes: settings.memory.budgetBytes });
    const blind = [...seen.blind, ...parts.watchBlindness()];
    const nowMs = clock.monotonicMs();
    const limits = { ...settings.scan, cutoverMs: CUTOVER_MS };
    const step = advance(memory, { ...seen, blind }, nowMs, limits);
    memory = step.memory;
    lastScanMs = nowMs;
    const units = parts.unitsOf(step.report);
    const remediation = parts.remediation();
    const { told, audit } = withWhatUnitsSay(step.report, units);
    const report = remediation === undefined ? told : { ...told, remediation };
    metrics.showReport(report);
    metrics.countChanges(step.changes);
    metrics.countScan(cause, (clock.monotonicMs() - startMs) / 1_000);
    const own = addTotals(retired, probe.failures);
    metrics.setReadFailures(addTotals(own, parts.otherFailures()));
    if (blind.every(({ what }) => harmlessSpots.has(what)))
      metrics.setLastCompleteScan(clock.wallMs());
    for (const { level, message, facts } of changeLog.linesFor(report)) {
      logger[level](facts, message);
    }
    served.note(report, snapshot);
    parts.scanned(snapshot, report, step.changes, units, audit);
    if (step.changes.some(({ change }) => change === "suspected")) {
      cancelSecond();
      cancelSecond = clock.after(SECOND_LOOK_MS, () => scanAlone("follow-up"));
    }
    schedule(step.nextMs, nowMs);
    return report;
  }

  /** Adds what systemd says of the units, and shows their audit. */
  function withWhatUnitsSay(
    report: Report,
    units: UnitsSeen | undefined,
  ): { readonly told: Report; readonly audit: AuditReport | undefined } {
    if (units === undefined) return { told: report, audit: undefined };
    const told = withUnits(report, units.units);
    const audit = auditUnits(told, units, settings.sockets, undefined);
    metrics.showAudit(audit);
    return { told: { ...told, blind: audit.blind }, audit };
  }

  /** A scan that nobody waits for: its failure is a bug, and is logged. */
  function scanAlone(cause: ScanCause): void {
    scanner.scan(cause).catch((error: unknown) => {
      if (stopping) return; // then there is no scan any more
      logger.error({ err: error }, "a scan failed");
      schedule(undefined, clock.monotonicMs());
    });
  }

  function schedule(deadlineMs: number | undefined, nowMs: number): void {
    cancelInterval();
    cancelInterval = clock.after(settings.scan.intervalMs, () => scanAlone("interval"));
    cancelDeadline();
    if (deadlineMs === undefined) return;
    cancelDeadline = clock.after(deadlineMs - nowMs, () => scanAlone("follow-up"));
  }

  return {
    scan: (cause) => scanner.scan(cause),
    lookAgain(delaysMs) {
      for (const cancel of cancelAgain) cancel();
      cancelAgain = delaysMs.map((ms) => clock.after(ms, () => scanAlone("follow-up")));
    },
    setSettings(next) {
      const sameSockets = JSON.stringify(next.sockets) === JSON.stringify(settings.sockets);
      settings = next;
      if (sameSockets) return;
      retired = addTotals(retired, probe.failures);
      probe = probeFor(next, clock);
    },
    lastScanMs: () => lastScanMs,
    async stop() {
      stopping = true;
      const cancelAll = (): void => {
        const others = [cancelInterval, cancelDeadline, cancelSecond];
        for (const cancel of [...others, ...cancelAgain]) cancel();
      };
      cancelAll();
      await scanner.stop();
      cancelAll(); // the last scan has set its own
    },
  };
}

function nothing(): void {
  // no timer is running
}

function probeFor({ sockets }: Settings, { wallMs, monotonicMs }: Clock): Probe {
  const roots = { procRoot: "/proc", cgroupRoot: "/sys/fs/cgroup" };
  return createProbe({ sockets, wallMs, monotonicMs, ...roots });
}

function addTotals(one: ReadFailureTotals, other: ReadFailureTotals): ReadFailureTotals {
  return {
    gone: one.gone + other.gone,
    denied: one.denied + other.denied,
    malformed: one.malformed + other.malformed,
    failed: one.failed + other.failed,
  };
}
