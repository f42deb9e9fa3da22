import { describe, expect, it } from "vitest";
import type { Sight } from "../../../agent/detect/alert-conditions.ts";
import {
  advanceAlerts,
  type AlertLimits,
  type AlertMemory,
  restoredAlerts,
} from "../../../agent/detect/alerts.ts";
import type { IncidentChange } from "../../../agent/model/incident.ts";
import type { SocketReport } from "../../../agent/model/report.ts";
import { duplicateSocket, reportOf, socketPath, soundSocket } from "../expose/reports.ts";
import { aboutSocket, auditOf, sight } from "./alert-sight.ts";

/** One scan of a story, and what fires after it, `over` in brackets. */
interface Scan {
  readonly at: number;
  readonly saw: Pick<Sight, "report" | "audit">;
  readonly changes?: readonly IncidentChange[];
  readonly fires: string;
  /** Seconds at which a look is worth while. */
  readonly next?: number;
}

const limits: AlertLimits = { orphanWarnRatio: 0.1, resolveAfterMs: 120_000 };
const nothingYet = restoredAlerts([], 0);

function told(story: readonly Scan[], from: AlertMemory = nothingYet): Scan[] {
  let memory = from;
  return story.map((scan) => {
    const { at, saw, changes = [] } = scan;
    const step = advanceAlerts(memory, saw, changes, at * 1_000, limits);
    memory = step.memory;
    const fires = step.alerts
      .map(({ id, over }) => (over ? `(${short(id.name)})` : short(id.name)))
      .join(" ");
    const { next: _, ...rest } = scan;
    return step.nextMs === undefined
      ? { ...rest, fires }
      : { ...rest, fires, next: step.nextMs / 1_000 };
  });
}

function short(name: string): string {
  return name.replace("Onemaster", "");
}

function seen(socket: Partial<SocketReport> = {}): Scan["saw"] {
  return { report: reportOf([soundSocket(socket)]), audit: undefined };
}

const sound = seen();
/** Held memory has an alert of its own. */
const { orphanMemory } = soundSocket();
const two = {
  report: reportOf([duplicateSocket({ confirmed: false, orphanMemory })]),
  audit: undefined,
};
const twoConfirmed = { report: reportOf([duplicateSocket({ orphanMemory })]), audit: undefined };
const blind = seen({ verdict: "unknown" });
const unreachable = seen({ verdict: "unreachable" });
const duplicate = {
  socket: socketPath,
  kind: "duplicate",
  sinceMs: 0,
  wasConfirmed: false,
} as const;
const suspected = { ...duplicate, change: "suspected" } as const;
const confirmed = { ...duplicate, change: "confirmed" } as const;
const cleared = { ...duplicate, change: "cleared", wasConfirmed: true } as const;
const fired = {
  id: aboutSocket("OnemasterDuplicateMaster"),
  annotations: { summary: "s", description: "d", runbook_url: "r" },
  startsAtMs: 1_000,
};

describe("alerts over time", () => {
  it.each<[story: string, scans: readonly Scan[], from?: AlertMemory]>([
    [
      "a duplicate fires as soon as it is confirmed, and ends once it has been over for long",
      [
        { at: 0, saw: sound, fires: "" },
        { at: 1, saw: two, changes: [suspected], fires: "" },
        { at: 6, saw: two, changes: [confirmed], fires: "DuplicateMaster" },
        { at: 21, saw: two, fires: "DuplicateMaster" },
        { at: 30, saw: sound, changes: [cleared], fires: "(DuplicateMaster)", next: 150 },
        { at: 149, saw: sound, fires: "(DuplicateMaster)", next: 150 },
        { at: 150, saw: sound, fires: "" },
      ],
    ],
    [
      "one that comes back meanwhile is the same alert",
      [
        { at: 0, saw: two, changes: [confirmed], fires: "DuplicateMaster" },
        { at: 30, saw: sound, changes: [cleared], fires: "(DuplicateMaster)", next: 150 },
        { at: 40, saw: two, changes: [suspected], fires: "(DuplicateMaster)", next: 150 },
        { at: 45, saw: two, changes: [confirmed], fires: "DuplicateMaster" },
      ],
    ],
    [
      "a blind scan ends nothing, and one after which it is gone does",
      [
        { at: 0, saw: two, changes: [confirmed], fires: "DuplicateMaster" },
        { at: 15, saw: blind, fires: "DuplicateMaster" },
        { at: 30, saw: sound, changes: [cleared], fires: "(DuplicateMaster)", next: 150 },
        { at: 45, saw: blind, fires: "(DuplicateMaster)", next: 150 },
        { at: 200, saw: blind, fires: "(DuplicateMaster)" },
        { at: 215, saw: sound, fires: "" },
      ],
    ],
    [
      "an outage fires after a minute, and a blind scan does not bring it about",
      [
        { at: 0, saw: unreachable, fires: "", next: 60 },
        { at: 59, saw: unreachable, fires: "", next: 60 },
        { at: 60, saw: blind, fires: "" },
        { at: 75, saw: unreachable, fires: "SocketUnreachable" },
      ],
    ],
    [
      "a shorter one counts afresh",
      [
        { at: 0, saw: unreachable, fires: "", next: 60 },
        { at: 45, saw: sound, fires: "" },
        { at: 50, saw: unreachable, fires: "", next: 110 },
        { at: 109, saw: unreachable, fires: "", next: 110 },
        { at: 110, saw: unreachable, fires: "SocketUnreachable" },
      ],
    ],
    [
      "a deploy that overlaps for 45 s by an upgrade or a graceful stop wakes nobody",
      [
        { at: 0, saw: seen({ verdict: "handover" }), fires: "" },
        { at: 45, saw: seen({ verdict: "handover" }), fires: "" },
        { at: 46, saw: sound, fires: "" },
      ],
    ],
    [
      "a confirmed duplicate whose socket cannot be seen any more goes on",
      [
        { at: 0, saw: two, changes: [confirmed], fires: "DuplicateMaster" },
        {
          at: 15,
          saw: {
            report: reportOf([], {
              verdict: "unknown",
              blind: [{ what: "processes", reason: "x" }],
            }),
            audit: undefined,
          },
          fires: "DuplicateMaster",
          next: 315,
        },
      ],
    ],
    [
      "an agent that begins beside a confirmed duplicate takes the report's word",
      [
        {
          at: 0,
          saw: twoConfirmed,
          fires: "DuplicateMaster",
        },
      ],
    ],
    [
      "a change about something else is passed over",
      [{ at: 0, saw: sound, changes: [{ ...confirmed, kind: "unreachable" }], fires: "" }],
    ],
    [
      "what an earlier agent fired goes on while it is only suspected",
      [
        { at: 0, saw: two, changes: [suspected], fires: "DuplicateMaster" },
        { at: 5, saw: two, changes: [confirmed], fires: "DuplicateMaster" },
      ],
      restoredAlerts([fired], 0),
    ],
    [
      "what an earlier agent fired ends when it was over meanwhile",
      [
        { at: 0, saw: sound, fires: "(DuplicateMaster)", next: 120 },
        { at: 120, saw: sound, fires: "" },
      ],
      restoredAlerts([fired], 0),
    ],
    [
      "a unit that would duplicate is told after five minutes",
      [
        {
          at: 0,
          saw: { ...sound, audit: auditOf({ "outside-unit": "bad" }) },
          fires: "",
          next: 300,
        },
        { at: 60, saw: { ...sound, audit: undefined }, fires: "", next: 300 },
        {
          at: 300,
          saw: { ...sound, audit: auditOf({ "outside-unit": "bad" }) },
          fires: "UnitWillDuplicate",
        },
      ],
    ],
  ])("%s", (_, scans, from) => {
    expect(told(scans, from)).toEqual(scans);
  });

  it("keeps when it began to fire, and shows the figures of now", () => {
    const first = advanceAlerts(nothingYet, two, [confirmed], 0, limits);
    const later = {
      report: reportOf([duplicateSocket({ findings: [] })], {
        takenAt: "2026-11-22T14:00:00.000Z",
      }),
      audit: undefined,
    };
    const second = advanceAlerts(first.memory, later, [], 60_000, limits);
    const [before, after] = [first.alerts[0], second.alerts[0]];
    expect(new Date(before?.startsAtMs ?? 0).toISOString()).toBe("2026-11-22T13:20:09.123Z");
    expect(after?.startsAtMs).toBe(before?.startsAtMs);
    expect(before?.annotations.description).toContain("68 serves, 41 is stale");
    expect(after?.annotations.description).not.toContain("41 is stale");
  });

  it("keeps the last words about what cannot be seen", () => {
    const from = restoredAlerts([fired], 0);
    const { alerts } = advanceAlerts(from, sight({ report: blind.report }), [], 0, limits);
    expect(alerts).toEqual([{ ...fired, over: false }]);
  });
});
