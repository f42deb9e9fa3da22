import { endingPlans } from "../../../../agent/detect/ending-plans.ts";
import type { EndingPlan, RefusalReason } from "../../../../agent/model/remediation.ts";
import type { BlindReport, GroupReport, SocketReport } from "../../../../agent/model/report.ts";
import type { HeadFacts, UnitFacts, UnitsSeen } from "../../../../agent/model/unit.ts";
import { duplicate, group, report } from "../../cli/reports.ts";
import { head, unit, wrapped } from "../audit-build.ts";

/** What a case is about; what is left out is the incident: 68 serves, 49 is stale, one SysV unit. */
export interface Story {
  readonly sockets?: readonly SocketReport[];
  readonly blind?: readonly BlindReport[];
  readonly heads?: readonly HeadFacts[];
  readonly units?: readonly UnitFacts[];
  /** The units were not looked at. */
  readonly unasked?: true;
}

/** The unit of the incident; `change` overrides. */
export function sysv(
  change: Parameters<typeof unit>[0] = {},
  facts: Parameters<typeof unit>[1] = {},
): UnitFacts {
  return unit({ ...wrapped, ...change }, facts);
}

/** Workers whose master 49 is dead. */
export function orphans(change: Partial<GroupReport> = {}): GroupReport {
  return group("orphaned", 49, { master: null, ...change });
}

/** The duplicate with other groups. */
export function having(
  groups: readonly GroupReport[],
  change: Partial<SocketReport> = {},
): SocketReport {
  return { ...duplicate, groups, ...change };
}

/** The head of each group below pid 1; of a dead master's the first worker. */
function headsOf(sockets: readonly SocketReport[]): readonly HeadFacts[] {
  const tops = sockets.flatMap(({ groups }) =>
    groups.flatMap(({ master, workers }) => master ?? workers.slice(0, 1)),
  );
  return tops.map(({ pid, startTicks }) => head(pid, { id: { pid, startTicks } }));
}

/** What was asked about units in a story. */
export function seenIn(story: Story): UnitsSeen | undefined {
  if (story.unasked) return undefined;
  const heads = story.heads ?? headsOf(story.sockets ?? [duplicate]);
  return { units: story.units ?? [sysv()], heads, pidfiles: [] };
}

/** The plans of a story. */
export function plansOf(story: Story = {}): readonly EndingPlan[] {
  const seen = report(story.sockets ?? [duplicate], { blind: story.blind ?? [] });
  return endingPlans({ report: seen, units: seenIn(story), bootId: "boot-1", graceMs: 35_000 });
}

/** The first plan of a story. */
export function planOf(story: Story = {}): EndingPlan {
  const [plan] = plansOf(story);
  if (plan === undefined) throw new Error("no group is to be ended");
  return plan;
}

/** All reasons against the first plan of a story, each `reason: why`. */
export function against(story: Story): readonly string[] {
  return planOf(story).refusals.map(({ reason, why }) => `${reason}: ${why}`);
}

/** The sentences of one reason against the first plan of a story. */
export function whys(story: Story, reason: RefusalReason): readonly string[] {
  return planOf(story).refusals.flatMap((one) => (one.reason === reason ? [one.why] : []));
}
