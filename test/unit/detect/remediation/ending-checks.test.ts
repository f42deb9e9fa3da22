import { describe, expect, it } from "vitest";
import { type Checks, withChecks } from "../../../../agent/detect/ending-checks.ts";
import type { EndingPlan, RemediationState } from "../../../../agent/model/remediation.ts";
import { path } from "../../cli/reports.ts";
import { planOf } from "./ending-story.ts";

const nowMs = Date.UTC(2026, 10, 22, 14);
const noFailure: RemediationState = {
  schema: 1,
  failuresInARow: 0,
  breakerOpenedAt: null,
  attempts: [],
};

/** The checks of a plan that nothing stands against; `change` overrides. */
function checks(change: Partial<Checks> = {}): Checks {
  return {
    by: "agent",
    standingMs: 30_000,
    confirmForMs: 30_000,
    answer: { kind: "answered", status: 502, tookMs: 3 },
    changed: undefined,
    tcpPorts: [],
    denied: [],
    pausedBy: undefined,
    state: known({}),
    maxPerHour: 3,
    nowMs,
    ...change,
  };
}

function known(change: Partial<RemediationState>): Checks["state"] {
  return { kind: "known", state: { ...noFailure, ...change } };
}

/** Attempts so many minutes ago. */
function attempts(...minutes: readonly number[]): Partial<Checks> {
  const at = minutes.map((ago) => new Date(nowMs - ago * 60_000).toISOString());
  return { state: known({ attempts: at }) };
}

function told(change: Partial<Checks>, plan: EndingPlan = planOf()): readonly string[] {
  return withChecks(plan, checks(change)).refusals.map(({ reason, why }) => `${reason}: ${why}`);
}

const remedy = "see onemaster incidents, then onemaster remediate --reset-breaker";
const rights = "it takes root, or CAP_KILL from the drop-in for acting";

describe("withChecks", () => {
  it("names the workers where the master is dead", () => {
    const orphaned = { ...planOf(), master: null, workers: [{ pid: 50, startTicks: 1 }] };
    expect(told({ tcpPorts: [80] }, orphaned)).toEqual([
      "evidence-weak: workers 50 listen on TCP port 80 as well: requests may still come there",
    ]);
  });

  it("leaves a plan as it is that nothing stands against", () => {
    const plan = planOf();
    expect(withChecks(plan, checks())).toEqual(plan);
  });

  it.each<[string, Partial<Checks>, string]>([
    [
      "seen for the first time",
      { standingMs: undefined },
      "not-confirmed: it is seen for the first time: it has to last for 30 s",
    ],
    [
      "a moment too young",
      { standingMs: 29_999 },
      "not-confirmed: it has lasted for 29.9 s: it has to last for 30 s",
    ],
    [
      "whose owner is silent",
      { answer: { kind: "silent", why: "no answer within 10 s" } },
      `owner-not-answering: master 68 does not answer OPTIONS / at ${path} (no answer within 10 s): ` +
        "see its error log, what is to be ended may be all that is left otherwise",
    ],
    [
      "that has changed since",
      { changed: "process 49 is gone" },
      "identity-changed: the host has changed since the plan was made: process 49 is gone",
    ],
    [
      "whose master listens on TCP besides",
      { tcpPorts: [8000, 8001] },
      "evidence-weak: master 49 listens on TCP port 8000, 8001 as well: requests may still come there",
    ],
    [
      "whose TCP sockets could not be read",
      { tcpPorts: undefined },
      "evidence-weak: whether master 49 listens on TCP as well could not be read",
    ],
    [
      "paused by a person",
      { pausedBy: "/var/lib/onemaster/pause" },
      "paused: /var/lib/onemaster/pause stands: remove it to let groups be ended",
    ],
    [
      "after two failures",
      { state: known({ failuresInARow: 2, breakerOpenedAt: "2026-11-22T13:00:00.000Z" }) },
      "breaker-open: the breaker is open since 2026-11-22T13:00:00.000Z, " +
        `after 2 attempts in a row did not end as planned: ${remedy}`,
    ],
    [
      "whose state cannot be read",
      { state: { kind: "unreadable", why: "remediation.json: EACCES" } },
      "breaker-open: whether the breaker is open could not be read: " +
        `remediation.json: EACCES; ${remedy}`,
    ],
    [
      "by an agent that may end none by itself",
      { maxPerHour: 0 },
      "rate-limited: 0 attempts within an hour, and max_per_hour is 0: only a person may end groups",
    ],
    [
      "after three attempts within an hour",
      attempts(61, 59, 30, 1),
      "rate-limited: 3 attempts within an hour, and max_per_hour is 3: the next is allowed at " +
        "2026-11-22T14:01:00.000Z, or at once by onemaster remediate --yes",
    ],
    [
      "after more attempts than are allowed by now",
      { ...attempts(50, 40, 30, 20), maxPerHour: 2 },
      "rate-limited: 4 attempts within an hour, and max_per_hour is 2: the next is allowed at " +
        "2026-11-22T14:30:00.000Z, or at once by onemaster remediate --yes",
    ],
    [
      "after attempts in the future, the clock being set back",
      { ...attempts(-600, 59), maxPerHour: 2 },
      "rate-limited: 2 attempts within an hour, and max_per_hour is 2: the next is allowed at " +
        "2026-11-22T14:01:00.000Z, or at once by onemaster remediate --yes",
    ],
    [
      "after an attempt at no readable time",
      { state: known({ attempts: ["soon"] }), maxPerHour: 1 },
      "rate-limited: 1 attempts within an hour, and max_per_hour is 1: the next is allowed at " +
        "2026-11-22T15:00:00.000Z, or at once by onemaster remediate --yes",
    ],
  ])("refuses one %s", (_, change, expected) => {
    expect(told(change)).toEqual([expected]);
  });

  it.each<[string, Partial<Checks>]>([
    ["a person ends more than the agent may", { ...attempts(30, 20, 10), by: "person" }],
    ["an attempt is an hour ago", attempts(60, 20, 10)],
    ["the owner was not asked so far", { answer: undefined }],
    ["there was one failure", { state: known({ failuresInARow: 1 }) }],
  ])("adds nothing where %s", (_, change) => {
    expect(told(change)).toEqual([]);
  });

  it("says which processes it may not signal, one sentence for each cause", () => {
    const denied = [
      { pid: 49, why: "EPERM" },
      { pid: 50, why: "EACCES" },
      { pid: 51, why: "EPERM" },
    ];
    expect(told({ denied })).toEqual([
      `not-permitted: this agent must not signal 49, 51: EPERM; ${rights}`,
      `not-permitted: this agent must not signal 50: EACCES; ${rights}`,
    ]);
  });

  it("names whoever owns the path where no master is known to", () => {
    const plan = { ...planOf(), owner: null };
    const [why] = told({ answer: { kind: "silent", why: "refused" } }, plan);
    expect(why).toContain("whoever owns the path does not answer");
  });

  it("keeps the plan's own reasons, in the order of all reasons, each sentence once", () => {
    const paused = {
      reason: "paused",
      why: "/p stands: remove it to let groups be ended",
    } as const;
    const handover = { reason: "handover", why: "an upgrade" } as const;
    const plan = { ...planOf(), refusals: [paused, handover] };
    const change = { pausedBy: "/p", standingMs: undefined, changed: "it is gone" };
    expect(told(change, plan).map((text) => text.split(":")[0])).toEqual([
      "not-confirmed",
      "handover",
      "identity-changed",
      "paused",
    ]);
  });
});
