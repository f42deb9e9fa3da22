import { describe, expect, it } from "vitest";
import {
  alertsInSight,
  type Holding,
  holdingOf,
  type Sight,
} from "../../../agent/detect/alert-conditions.ts";
import type { AlertId, AlertName } from "../../../agent/model/alert.ts";
import type { AuditReport } from "../../../agent/model/audit.ts";
import type { FindingKind, Verdict } from "../../../agent/model/verdict.ts";
import {
  duplicateSocket,
  orphanedGroup,
  reportOf,
  servingGroup,
  socketPath,
  soundSocket,
} from "../expose/reports.ts";
import { aboutSocket, aboutUnit, auditOf, sight, sightOf } from "./alert-sight.ts";

const unknown = soundSocket({ verdict: "unknown" });
const confirmed: ReadonlySet<string> = new Set([socketPath]);

function withVerdict(verdict: Verdict, ...kinds: readonly FindingKind[]): Sight {
  const findings = kinds.map((kind) => ({ kind, since: "2026-11-22T13:19:58.500Z", message: "m" }));
  return sightOf(soundSocket({ verdict, findings }));
}

function withOrphans(workers: number): Sight {
  const group = orphanedGroup({ workers: orphanedGroup().workers.slice(0, workers) });
  return sightOf(soundSocket({ verdict: "orphaned-workers", groups: [servingGroup(), group] }));
}

function withRatio(budgetRatio: number | null): Sight {
  const { orphanMemory } = soundSocket();
  return sightOf(soundSocket({ orphanMemory: { ...orphanMemory, budgetRatio } }));
}

function blindTo(what: string, verdict: Verdict = "one-master"): Sight {
  const report = reportOf([], { verdict, blind: [{ what, reason: "denied" }] });
  return sight({ report });
}

describe("what an alert about a socket is about", () => {
  it.each<[name: AlertName, story: string, sight: Sight, holding: Holding]>([
    ["OnemasterDuplicateMaster", "one master", sight(), "no"],
    ["OnemasterDuplicateMaster", "two, confirmed", sight({ confirmed }), "yes"],
    ["OnemasterDuplicateMaster", "two, seen just now", sightOf(duplicateSocket()), "unknown"],
    ["OnemasterDuplicateMaster", "a socket that cannot be told", sightOf(unknown), "unknown"],
    [
      "OnemasterDuplicateMaster",
      "confirmed, while nothing can be told",
      { ...sightOf(unknown), confirmed },
      "yes",
    ],
    ["OnemasterDuplicateMaster", "a socket that is gone", sightOf(), "no"],
    ["OnemasterDuplicateMaster", "a host that hides", blindTo("processes"), "unknown"],
    ["OnemasterDuplicateMaster", "a host without a verdict", blindTo("x", "unknown"), "unknown"],
    ["OnemasterSocketUnreachable", "unreachable", withVerdict("unreachable"), "yes"],
    ["OnemasterSocketUnreachable", "a duplicate", withVerdict("duplicate"), "no"],
    ["OnemasterNoMaster", "nobody", withVerdict("no-master"), "yes"],
    ["OnemasterNoMaster", "somebody", sight(), "no"],
    ["OnemasterNoMaster", "what cannot be told", sightOf(unknown), "unknown"],
    ["OnemasterOrphanedWorkers", "three of them", withOrphans(3), "yes"],
    ["OnemasterOrphanedWorkers", "a group without any", withOrphans(0), "no"],
    ["OnemasterOrphanMemory", "more than the ratio", withRatio(0.11), "yes"],
    ["OnemasterOrphanMemory", "the ratio itself", withRatio(0.1), "no"],
    ["OnemasterOrphanMemory", "a ratio that is not known", withRatio(null), "unknown"],
    ["OnemasterHandoverStuck", "past its limit", withVerdict("handover", "handover-stuck"), "yes"],
    ["OnemasterHandoverStuck", "inside its limit", withVerdict("handover", "handover"), "no"],
  ])("%s with %s", (name, _, seen, holding) => {
    expect(holdingOf(aboutSocket(name), seen)).toBe(holding);
  });

  it("is never a duplicate while an upgrade or a graceful stop goes on", () => {
    const seen = withVerdict("handover", "handover");
    expect(holdingOf(aboutSocket("OnemasterDuplicateMaster"), seen)).toBe("no");
  });
});

describe("a unit that would duplicate", () => {
  it.each<[story: string, audit: AuditReport | undefined, holding: Holding]>([
    ["nobody asked", undefined, "unknown"],
    ["all is well", auditOf({ "main-pid": "ok", "kill-mode": "ok" }), "no"],
    [
      "systemd follows nobody and ends nobody",
      auditOf({ "main-pid": "bad", "kill-mode": "bad" }),
      "yes",
    ],
    ["it follows nobody, but ends all", auditOf({ "main-pid": "bad", "kill-mode": "ok" }), "no"],
    [
      "its init script has a pidfile that names the master",
      auditOf({ "main-pid": "bad", "kill-mode": "bad", generated: "bad", pidfile: "ok" }),
      "no",
    ],
    [
      "its init script has a pidfile that names nobody",
      auditOf({ "main-pid": "bad", "kill-mode": "bad", generated: "bad", pidfile: "bad" }),
      "yes",
    ],
    [
      "nothing is known of the pidfile",
      auditOf({ "main-pid": "bad", "kill-mode": "bad", generated: "bad", pidfile: "unknown" }),
      "yes",
    ],
    [
      "its master runs elsewhere",
      auditOf({ "main-pid": "ok", "kill-mode": "ok", "outside-unit": "bad" }),
      "yes",
    ],
    ["systemd does not say", auditOf({ "main-pid": "unknown", "kill-mode": "bad" }), "unknown"],
    ["another unit was audited", { ...auditOf({}), units: [] }, "no"],
  ])("%s", (_, audit, holding) => {
    expect(holdingOf(aboutUnit, sight({ audit }))).toBe(holding);
  });

  it("is not over because a blind scan does not show it", () => {
    const seen = { ...blindTo("x", "unknown"), audit: { ...auditOf({}), units: [] } };
    expect(holdingOf(aboutUnit, seen)).toBe("unknown");
  });
});

describe("what an alert about the agent is about", () => {
  it.each<[story: string, breakerOpen: boolean | null | undefined, holding: Holding]>([
    ["open", true, "yes"],
    ["closed", false, "no"],
    ["not to be read", null, "unknown"],
    ["not looked at", undefined, "unknown"],
  ])("a breaker that is %s", (_, breakerOpen, holding) => {
    const remediation = { mode: "on", paused: false, unfinished: [] } as const;
    const seen =
      breakerOpen === undefined
        ? sight()
        : sight({ report: reportOf([], { remediation: { ...remediation, breakerOpen } }) });
    expect(holdingOf({ name: "OnemasterBreakerOpen", about: undefined }, seen)).toBe(holding);
  });

  it("a blind spot that is there, and another", () => {
    const spot = (about: string): AlertId => ({ name: "OnemasterBlind", about });
    expect(holdingOf(spot("journal"), blindTo("journal"))).toBe("yes");
    expect(holdingOf(spot("memory"), blindTo("journal"))).toBe("no");
  });
});

it("every alert that a scan could speak of is in sight, each once", () => {
  const audit = { ...auditOf({}), units: [...auditOf({}).units, ...homeless] };
  const blind = [
    { what: "memory", reason: "denied" },
    { what: "memory", pid: 3, reason: "denied" },
  ];
  const ids = alertsInSight(sight({ audit, report: reportOf([soundSocket()], { blind }) }));
  expect(ids.map(({ name, about }) => `${name} ${about}`)).toEqual([
    `OnemasterDuplicateMaster ${socketPath}`,
    `OnemasterSocketUnreachable ${socketPath}`,
    `OnemasterNoMaster ${socketPath}`,
    `OnemasterOrphanedWorkers ${socketPath}`,
    `OnemasterOrphanMemory ${socketPath}`,
    `OnemasterHandoverStuck ${socketPath}`,
    "OnemasterUnitWillDuplicate platform.service",
    "OnemasterBreakerOpen undefined",
    "OnemasterBlind memory",
  ]);
  expect(alertsInSight(sight()).map(({ name }) => name)).not.toContain("OnemasterBlind");
});

/** Masters that are in no unit. */
const homeless: AuditReport["units"] = [{ unit: null, sockets: [socketPath], items: [] }];
