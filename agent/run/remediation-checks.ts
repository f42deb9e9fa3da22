import type { Answer, Eyes } from "../model/acting.ts";
import type { EndingPlan } from "../model/remediation.ts";
import type { Report } from "../model/report.ts";
import { whatChanged } from "../act/identity.ts";
import { withClock } from "../detect/breaker.ts";
import { withChecks, type Checks } from "../detect/ending-checks.ts";
import { neededForPlan } from "../detect/handing-over.ts";
import { endingPlans } from "../detect/ending-plans.ts";
import { pauseFile } from "../history/remediation-places.ts";
import { isPaused, readRemediationState } from "../history/remediation-state.ts";
import type { ActingLook, RemediationParts } from "./remediation-parts.ts";

/** How long the owner of a path may take to answer a request, in milliseconds. */
const PATIENCE_MS = 10_000;

/**
 * The plans that follow from a look, each with every reason why it must not be carried out now.
 * Sends no signal but 0. The owner is asked for an answer only where nothing else forbids it.
 */
export async function checkedPlans(
  { report, paths, units }: ActingLook,
  parts: RemediationParts,
): Promise<readonly EndingPlan[]> {
  const { bootId, settings } = parts;
  const plans = endingPlans({ report, units, bootId, graceMs: settings.graceMs });
  const checked: EndingPlan[] = [];
  const own = plans.filter(({ socket }) => paths.has(socket));
  for (const plan of own) checked.push(await checkedPlan(plan, report, parts));
  return checked;
}

async function checkedPlan(
  plan: EndingPlan,
  report: Report,
  parts: RemediationParts,
): Promise<EndingPlan> {
  const checks = await quickChecks(plan, report, parts);
  const so = withChecks(plan, checks);
  if (so.refusals.length > 0) return so;
  const answer = await parts.eyes.answer(plan.socket, PATIENCE_MS);
  return withChecks(plan, { ...checks, answer });
}

/** All checks but the one that costs a request. */
async function quickChecks(
  plan: EndingPlan,
  report: Report,
  parts: RemediationParts,
): Promise<Checks & { readonly answer: Answer | undefined }> {
  const { settings, stateDir, eyes, clock, by } = parts;
  const paused = await isPaused(stateDir);
  const read = await readRemediationState(stateDir);
  const nowMs = clock.wallMs();
  return {
    by,
    standingMs: parts.standingMs(plan, report),
    // a person who asks for it knows of the cutover
    confirmForMs:
      by === "agent" ? neededForPlan(plan, report, settings.confirmForMs) : settings.confirmForMs,
    answer: undefined,
    // nothing is to be compared with a plan that knows no owner
    changed: plan.owner === null || plan.file === null ? undefined : whatChanged(plan, eyes),
    tcpPorts: tcpPortsOf(plan, eyes),
    denied: deniedIn(plan, parts),
    // a folder that cannot be looked into may hold a pause
    pausedBy: paused.ok && !paused.value ? undefined : pauseFile(stateDir),
    state: read.ok
      ? { kind: "known", state: withClock(read.value, nowMs) }
      : { kind: "unreadable", why: `${read.failure.what}: ${read.failure.why}` },
    maxPerHour: settings.maxPerHour,
    nowMs,
  };
}

/** Of the master and its workers; undefined: not of all of them. */
function tcpPortsOf({ master, workers }: EndingPlan, eyes: Eyes): readonly number[] | undefined {
  const ports: number[] = [];
  for (const { pid } of [...(master === null ? [] : [master]), ...workers]) {
    const own = eyes.tcpPorts(pid);
    if (own === undefined) return undefined;
    ports.push(...own);
  }
  return [...new Set(ports)];
}

/** Members of the group that this process has no right to signal, by a real probe. */
function deniedIn(
  plan: EndingPlan,
  { hands }: RemediationParts,
): readonly { readonly pid: number; readonly why: string }[] {
  const members = [
    ...(plan.master === null ? [] : [plan.master.pid]),
    ...plan.workers.map(({ pid }) => pid),
    ...plan.others,
  ];
  return members.flatMap((pid) => {
    const done = hands.signal(pid, 0);
    return done.kind === "denied" || done.kind === "failed" ? [{ pid, why: done.why }] : [];
  });
}
