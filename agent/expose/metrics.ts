import { blindSpots } from "../model/blind.ts";
import type { AlertmanagerState } from "../model/alert.ts";
import type { AuditReport } from "../model/audit.ts";
import type { IncidentChange } from "../model/incident.ts";
import { type UnitEventKind, unitEventKinds } from "../model/journal.ts";
import { type ReadFailureKind, readFailureKinds } from "../model/read.ts";
import type { Report } from "../model/report.ts";
import { type ScanCause, scanCauses } from "../model/scan.ts";
import type { RemediationView } from "../model/remediation.ts";
import { fillAlertmanagers } from "./alertmanager-families.ts";
import { createFamilies, type Families } from "./families.ts";
import { fillSockets, forgetSockets } from "./fill-sockets.ts";
import { fillBlind, fillMainPids, fillUnits } from "./fill-units.ts";
import { enterChanges, followSockets, type IncidentBook } from "./incident-book.ts";
import { counted, type RemediationEvent } from "./remediation-book.ts";
import {
  fillRemediation,
  fillRemediationCounts,
  type RemediationCounts,
} from "./remediation-families.ts";
import { createWebMetrics, type WebMetrics } from "./web-families.ts";
import { classicContentType, openMetricsContentType, toOpenMetrics } from "./open-metrics.ts";

/** A page of samples, ready to be sent. */
export interface MetricsPage {
  readonly contentType: string;
  readonly body: string;
}

/** The metrics of one agent. Its methods may be called in any order between two pages. */
export interface Metrics {
  /**
   * Replaces what all per-socket gauges say, and what is blind, by this report. A socket that
   * left the report loses its series once none of its incidents is open. Null facts become
   * absent samples, never zeros.
   */
  showReport(report: Report): void;
  /** Counts what was confirmed, and keeps what is open. */
  countChanges(changes: readonly IncidentChange[]): void;
  /**
   * Replaces what is told of units by this audit. A link that could not be told is absent, a
   * warning counts as well.
   */
  showAudit(audit: AuditReport): void;
  /** These units are followed in the journal: each of their counters is there from now on. */
  followJournal(units: readonly string[]): void;
  /** Counts one event of a unit in the journal. */
  countJournalEvent(unit: string, event: UnitEventKind): void;
  /** Counts a read or write of the state directory that failed. */
  countStateFailure(): void;
  /** Says what remediation may do; its counters are on the page while the mode is not `off`. */
  showRemediation(view: RemediationView): void;
  /** Counts what became of a group on this socket, or of its pidfile. */
  countRemediation(socket: string, event: RemediationEvent): void;
  /** Says how it stands with the Alertmanagers that alerts are pushed to; they have no other series. */
  showAlertmanagers(states: readonly AlertmanagerState[]): void;
  /** Counts a line of the log that could not be written. */
  countLostLine(): void;
  /** Counts one look at the host; `seconds` is how long it took. */
  countScan(cause: ScanCause, seconds: number): void;
  /** Says when the last complete scan was made: wall clock, milliseconds since 1970. */
  setLastCompleteScan(wallMs: number): void;
  /** Takes the totals since start by kind. Throws when one is smaller than before. */
  setReadFailures(totals: Readonly<Record<ReadFailureKind, number>>): void;
  /** Says how a load of the settings went, the first one included; absent before any call. */
  setSettingsReload(ok: boolean, wallMs: number): void;
  /** The metrics of a server with a web configuration file: on the page from the first call on. */
  followWeb(): WebMetrics;
  /** The whole page, in OpenMetrics 1.0 or in the classic text format. */
  page(openMetrics: boolean): Promise<MetricsPage>;
}

/** Makes metrics with a registry of their own: nothing is shared with another call. */
export function createMetrics(info: { readonly version: string; readonly node: string }): Metrics {
  const families = createFamilies(true);
  startAtZero(families);
  families.buildInfo.set({ version: info.version, node: info.node }, 1);
  const readFailures: Record<ReadFailureKind, number> = {
    gone: 0,
    denied: 0,
    malformed: 0,
    failed: 0,
  };
  let report: Report | undefined;
  let book: IncidentBook = new Map();
  let remediation: RemediationView | undefined;
  let alertmanagers: readonly AlertmanagerState[] = [];
  let remediations: ReadonlyMap<string, RemediationCounts> = new Map();
  let web: WebMetrics | undefined;

  function followReport(): void {
    if (report !== undefined)
      book = followSockets(
        book,
        report.sockets.map(({ path }) => path),
      );
  }

  return {
    showReport(next) {
      report = next;
      followReport();
    },
    countChanges(changes) {
      if (changes.length === 0) return;
      book = enterChanges(book, changes);
      followReport();
    },
    showAudit(audit) {
      fillUnits(families, audit);
    },
    followJournal(units) {
      for (const unit of units) {
        for (const event of unitEventKinds) families.journalEvents.inc({ unit, event }, 0);
      }
    },
    countJournalEvent(unit, event) {
      families.journalEvents.inc({ unit, event });
    },
    countStateFailure() {
      families.stateFailures.inc();
    },
    showRemediation(view) {
      remediation = view;
    },
    countRemediation(socket, event) {
      remediations = counted(remediations, socket, event);
    },
    showAlertmanagers(states) {
      alertmanagers = states;
    },
    countLostLine() {
      families.lostLines.inc();
    },
    countScan(cause, seconds) {
      families.scans.inc({ cause });
      families.scanDuration.observe(seconds);
    },
    setLastCompleteScan(wallMs) {
      families.lastCompleteScan.set(wallMs / 1000);
    },
    setReadFailures(totals) {
      for (const kind of readFailureKinds) {
        families.readFailures.inc({ kind }, totals[kind] - readFailures[kind]);
        readFailures[kind] = totals[kind];
      }
    },
    setSettingsReload(ok, wallMs) {
      families.reloadSuccess.set(ok ? 1 : 0);
      families.reloadTime.set(wallMs / 1000);
    },
    followWeb() {
      web ??= createWebMetrics(families.registry);
      return web;
    },
    async page(openMetrics) {
      // Filled here and not in showReport: scans between two scrapes then cost nothing here.
      if (report !== undefined) {
        fillSockets(families, report, book);
        fillMainPids(families, report);
        fillBlind(families, report);
      }
      if (remediation !== undefined) fillRemediation(families, remediation);
      fillAlertmanagers(families, alertmanagers);
      const acts = remediation !== undefined && remediation.mode !== "off";
      fillRemediationCounts(families, acts ? [...book.keys()] : [], remediations);
      // prom-client takes all values before its first await, so a page is of one moment.
      const classic = await families.registry.metrics();
      return openMetrics
        ? { contentType: openMetricsContentType, body: toOpenMetrics(classic) }
        : { contentType: classicContentType, body: classic };
    },
  };
}

/** Every series whose labels are known by now: rate() cannot see a first appearance. */
function startAtZero(families: Families): void {
  for (const cause of scanCauses) families.scans.inc({ cause }, 0);
  for (const kind of readFailureKinds) families.readFailures.inc({ kind }, 0);
  for (const what of blindSpots) families.blind.set({ what }, 0);
  // Not told is not zero: these wait for their first fact.
  forgetSockets(families);
  families.reloadSuccess.remove();
  families.reloadTime.remove();
  families.stateFailures.inc(0);
  families.lostLines.inc(0);
  families.alertmanagerUp.reset();
  families.alertmanagerPushes.reset();
  families.remediationBreaker.remove();
  families.remediationPaused.remove();
  families.remediationUnfinished.remove();
}
