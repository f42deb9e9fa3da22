import type {
  Counter as CounterOf,
  Gauge as GaugeOf,
  Histogram as HistogramOf,
  Registry as RegistryOf,
} from "prom-client";
import Histogram from "prom-client/lib/histogram.js";
import gc from "prom-client/lib/metrics/gc.js";
import heapSizeAndUsed from "prom-client/lib/metrics/heapSizeAndUsed.js";
import osMemoryHeap from "prom-client/lib/metrics/osMemoryHeap.js";
import processCpuTotal from "prom-client/lib/metrics/processCpuTotal.js";
import processMaxFileDescriptors from "prom-client/lib/metrics/processMaxFileDescriptors.js";
import processOpenFileDescriptors from "prom-client/lib/metrics/processOpenFileDescriptors.js";
import processStartTime from "prom-client/lib/metrics/processStartTime.js";
import version from "prom-client/lib/metrics/version.js";
import Registry from "prom-client/lib/registry.js";
import { type FamilyMaker, familyMaker } from "./family-maker.ts";
import { type AlertmanagerFamilies, alertmanagerFamilies } from "./alertmanager-families.ts";
import { type RemediationFamilies, remediationFamilies } from "./remediation-families.ts";
import { type UnitFamilies, unitFamilies } from "./unit-families.ts";

/**
 * Whole numbers are left out on purpose: OpenMetrics wants `le="1.0"` where prom-client
 * writes `le="1"`. A sound scan takes a few milliseconds, one that blocks takes over 50.
 */
const scanBuckets = [0.001, 0.005, 0.02, 0.1, 0.5];

/** What is told of each socket, apart from memory. */
interface SocketFamilies {
  readonly masters: GaugeOf<"socket" | "role">;
  readonly workers: GaugeOf<"socket" | "role">;
  readonly verdict: GaugeOf<"socket" | "verdict">;
  readonly duplicateConfirmed: GaugeOf<"socket">;
}

interface MemoryFamilies {
  readonly groupMemory: GaugeOf<"socket" | "role" | "type">;
  readonly orphanMemory: GaugeOf<"socket" | "type">;
  readonly budget: GaugeOf;
  readonly budgetRatio: GaugeOf<"socket">;
}

interface IncidentFamilies {
  readonly incidents: CounterOf<"socket" | "kind">;
  readonly incidentOpen: GaugeOf<"socket" | "kind">;
}

interface ScanFamilies {
  readonly scanDuration: HistogramOf;
  readonly scans: CounterOf<"cause">;
  readonly lastCompleteScan: GaugeOf;
  readonly readFailures: CounterOf<"kind">;
  readonly blind: GaugeOf<"what">;
}

interface AgentFamilies {
  readonly reloadSuccess: GaugeOf;
  readonly reloadTime: GaugeOf;
  readonly stateFailures: CounterOf;
  readonly lostLines: CounterOf;
  readonly buildInfo: GaugeOf<"version" | "node">;
}

/** Every metric family of the agent, by what it tells, and the registry that prints them. */
export interface Families
  extends
    SocketFamilies,
    MemoryFamilies,
    IncidentFamilies,
    UnitFamilies,
    RemediationFamilies,
    AlertmanagerFamilies,
    ScanFamilies,
    AgentFamilies {
  readonly registry: RegistryOf;
}

/**
 * Makes a registry of its own with every family of the agent in it, in the order of the page;
 * those about its own process only where it has one that lasts.
 */
export function createFamilies(lasting: boolean): Families {
  const registry = new Registry();
  const make = familyMaker(registry);
  const families = {
    registry,
    ...socketFamilies(make),
    ...memoryFamilies(make),
    ...incidentFamilies(make),
    ...unitFamilies(make),
    ...remediationFamilies(make),
    ...alertmanagerFamilies(make),
    ...scanFamilies(registry, make),
    ...agentFamilies(make),
  };
  if (lasting) registerDefaults(registry);
  return families;
}

function socketFamilies({ gauge }: FamilyMaker): SocketFamilies {
  return {
    masters: gauge(
      "onemaster_masters",
      "Living masters on the socket by role, in processes; absent when that could not be told.",
      ["socket", "role"],
    ),
    workers: gauge(
      "onemaster_workers",
      "Workers on the socket by role of their group; absent when that could not be told.",
      ["socket", "role"],
    ),
    verdict: gauge(
      "onemaster_socket_verdict",
      "The verdict on the socket: 1 for the one that holds, 0 for all others.",
      ["socket", "verdict"],
    ),
    duplicateConfirmed: gauge(
      "onemaster_duplicate_confirmed",
      "1 while a second master on the socket has lasted for scan.confirm_for, else 0.",
      ["socket"],
    ),
  };
}

function memoryFamilies({ gauge }: FamilyMaker): MemoryFamilies {
  return {
    groupMemory: gauge(
      "onemaster_group_memory_bytes",
      "Memory of all groups of a role in bytes; absent without groups and when unreadable.",
      ["socket", "role", "type"],
    ),
    orphanMemory: gauge(
      "onemaster_orphan_memory_bytes",
      "Memory of groups that new connections cannot reach, in bytes; absent when unreadable.",
      ["socket", "type"],
    ),
    budget: gauge(
      "onemaster_memory_budget_bytes",
      "Memory budget in bytes; where sockets have different ones, the smallest of them.",
      [],
    ),
    budgetRatio: gauge(
      "onemaster_orphan_memory_budget_ratio",
      "Reclaimable memory of unreachable groups as a share of the budget of their socket.",
      ["socket"],
    ),
  };
}

function incidentFamilies({ gauge, counter }: FamilyMaker): IncidentFamilies {
  return {
    incidents: counter(
      "onemaster_incidents_total",
      "Incidents on the socket that were confirmed, by kind of finding.",
      ["socket", "kind"],
    ),
    incidentOpen: gauge(
      "onemaster_incident_open_timestamp_seconds",
      "Since when an incident is suspected or confirmed, in seconds since 1970; 0: none is open.",
      ["socket", "kind"],
    ),
  };
}

function scanFamilies(registry: RegistryOf, { gauge, counter }: FamilyMaker): ScanFamilies {
  return {
    scanDuration: new Histogram({
      name: "onemaster_scan_duration_seconds",
      help: "How long one look at the host took, in seconds.",
      buckets: scanBuckets,
      registers: [registry],
    }),
    scans: counter("onemaster_scans_total", "Looks at the host, by cause.", ["cause"]),
    lastCompleteScan: gauge(
      "onemaster_last_complete_scan_timestamp_seconds",
      "When the last complete look at the host was taken, in seconds since 1970; 0: never.",
      [],
    ),
    readFailures: counter(
      "onemaster_read_failures_total",
      "Reads of the host that failed, by kind; gone is ordinary, the others are not.",
      ["kind"],
    ),
    blind: gauge("onemaster_blind", "1 while something of this sort could not be seen, else 0.", [
      "what",
    ]),
  };
}

function agentFamilies({ gauge, counter }: FamilyMaker): AgentFamilies {
  return {
    reloadSuccess: gauge(
      "onemaster_settings_reload_success",
      "1 when the last load of the settings file was good, 0 when older settings still hold.",
      [],
    ),
    reloadTime: gauge(
      "onemaster_settings_reload_timestamp_seconds",
      "When the settings file was last loaded, in seconds since 1970.",
      [],
    ),
    stateFailures: counter(
      "onemaster_state_failures_total",
      "Reads and writes of the state directory that failed.",
      [],
    ),
    lostLines: counter(
      "onemaster_log_failures_total",
      "Lines of the log that could not be written, and are lost.",
      [],
    ),
    buildInfo: gauge(
      "onemaster_build_info",
      "Always 1; the labels say which onemaster runs on which Node.",
      ["version", "node"],
    ),
  };
}

/**
 * The defaults of prom-client that earn their series: the whole page has to stay small.
 * Left out: heap spaces (up to 36 series), handles, requests and resources by type (among
 * them two gauges that end in `_total`, which promtool refuses), buckets of collections, and
 * the event loop lag. That one's timer woke an idle agent 99 times a second, 3 to 7 ms of
 * CPU (without it: once in five seconds), and its histogram alone took a quarter of the time
 * of a page. Nor is a slow timer a way out: its samples include the interval.
 */
function registerDefaults(registry: RegistryOf): void {
  processCpuTotal(registry);
  processStartTime(registry);
  osMemoryHeap(registry);
  processOpenFileDescriptors(registry);
  processMaxFileDescriptors(registry);
  heapSizeAndUsed(registry);
  version(registry);
  gc(registry, { gcDurationBuckets: [] });
}
