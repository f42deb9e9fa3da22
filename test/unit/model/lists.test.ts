import { describe, expect, it } from "vitest";
import { type BlindSpot, blindSpots } from "../../../agent/model/blind.ts";
import {
  type RefusalReason,
  refusalReasons,
  type RemediationMode,
  remediationModes,
  type RemediationOutcome,
  remediationOutcomes,
  type StepName,
  stepNames,
} from "../../../agent/model/remediation.ts";
import { type ReadFailureKind, readFailureKinds } from "../../../agent/model/read.ts";
import { type ScanCause, scanCauses } from "../../../agent/model/scan.ts";
import { defaultSettings } from "../../../agent/model/settings-defaults.ts";
import { type FindingKind, findingKinds, type Role, roles } from "../../../agent/model/verdict.ts";

// a Record has every member of its union, or does not compile: a forgotten one would have no series
const blind: Record<BlindSpot, true> = {
  processes: true,
  "fd-links": true,
  listeners: true,
  "bound-file": true,
  path: true,
  memory: true,
  pidfile: true,
  journal: true,
  unit: true,
  watch: true,
};
const failures: Record<ReadFailureKind, true> = {
  gone: true,
  denied: true,
  malformed: true,
  failed: true,
};
const causes: Record<ScanCause, true> = {
  start: true,
  interval: true,
  scrape: true,
  "file-event": true,
  "follow-up": true,
  journal: true,
  units: true,
  reload: true,
};
const modes: Record<RemediationMode, true> = { off: true, "dry-run": true, on: true };
const reasons: Record<RefusalReason, true> = {
  "not-confirmed": true,
  "no-owner": true,
  "evidence-weak": true,
  handover: true,
  supervised: true,
  "unit-job-running": true,
  "owner-not-answering": true,
  "owner-too-young": true,
  "rate-limited": true,
  "breaker-open": true,
  "not-permitted": true,
  "identity-changed": true,
  blind: true,
  paused: true,
  locked: true,
  "no-record": true,
};
const outcomes: Record<RemediationOutcome, true> = {
  ended: true,
  "put-back": true,
  failed: true,
  "dry-run": true,
};
const steps: Record<StepName, true> = {
  link: true,
  "stop-master": true,
  "end-workers": true,
  "end-master": true,
  verify: true,
  unlink: true,
};
const kinds: Record<FindingKind, true> = {
  unreachable: true,
  duplicate: true,
  "orphaned-workers": true,
  unknown: true,
  "no-master": true,
  "handover-stuck": true,
  handover: true,
};
const everyRole: Record<Role, true> = {
  serving: true,
  predecessor: true,
  successor: true,
  draining: true,
  stale: true,
  stranded: true,
  orphaned: true,
  unclear: true,
};

describe("lists that metrics and texts go through", () => {
  it.each([
    ["blind spots", blindSpots, blind],
    ["read failures", readFailureKinds, failures],
    ["causes of a scan", scanCauses, causes],
    ["kinds of finding", findingKinds, kinds],
    ["roles", roles, everyRole],
    ["modes of remediation", remediationModes, modes],
    ["reasons to leave a group alone", refusalReasons, reasons],
    ["outcomes", remediationOutcomes, outcomes],
    ["steps", stepNames, steps],
  ])("%s: every one once, in order", (_, list, all) => {
    expect(list).toEqual(Object.keys(all));
  });
});

describe("the defaults", () => {
  it("are those that the documentation names", () => {
    expect(defaultSettings).toEqual({
      sockets: [],
      memory: { budgetBytes: undefined, orphanWarnRatio: 0.1 },
      scan: {
        intervalMs: 15_000,
        confirmForMs: 5_000,
        handoverLimitMs: 10 * 60_000,
        drainLimitMs: 60_000,
      },
      web: { host: "127.0.0.1", port: 10_709 },
      journal: { enabled: true },
      alertmanager: {
        urls: [],
        labels: {},
        resolveAfterMs: 120_000,
        timeoutMs: 10_000,
        access: { basicAuth: undefined, bearerTokenFile: undefined, caFile: undefined },
      },
      remediation: {
        mode: "off",
        confirmForMs: 30_000,
        graceMs: 35_000,
        maxPerHour: 3,
        repairPidfile: false,
      },
      stateDir: "/var/lib/onemaster",
    });
  });
});
