import type { ProcessId } from "../model/process.ts";
import type { EndingPlan, Refusal } from "../model/remediation.ts";
import { whyBlind } from "./ending-blind.ts";
import { type PlanCase, servingIn, type Target } from "./ending-case.ts";
import { whyHandover } from "./ending-handover.ts";
import { whyEvidenceWeak, whyNoOwner, whyOwnerTooYoung } from "./ending-owner.ts";
import { stepsOf } from "./ending-steps.ts";
import { whySupervised, whyUnitJob } from "./ending-units.ts";
import { inOrder, refusals } from "./refusals.ts";

/**
 * A plan for every stale and every orphaned group of a report, in the order in which they should
 * be ended: the oldest master first, orphaned workers last. Each has all reasons against it that
 * one look can tell; what time, rights and the state directory say is added by `withChecks`.
 * Pure: same facts, same plans.
 */
export function endingPlans(one: PlanCase): readonly EndingPlan[] {
  return targetsOf(one)
    .toSorted((first, second) => rank(first) - rank(second) || age(first) - age(second))
    .map((target) => planOf(target, one));
}

function targetsOf({ report, units }: PlanCase): readonly Target[] {
  return report.sockets.flatMap((socket) => {
    const [owner, second] = servingIn(socket);
    const alone = second === undefined ? owner : undefined;
    return socket.groups.flatMap((group) => {
      const { role } = group;
      if (role !== "stale" && role !== "orphaned") return [];
      return [{ report, units, socket, group, role, owner: alone }];
    });
  });
}

function rank({ role }: Target): number {
  return role === "stale" ? 0 : 1;
}

function age({ group }: Target): number {
  return Math.min(...[group.master ?? group.workers].flat().map(({ startTicks }) => startTicks));
}

function planOf(target: Target, { bootId, graceMs }: PlanCase): EndingPlan {
  const { socket, group, role, owner } = target;
  const { file } = socket;
  const { master, listener } = group;
  return {
    schema: 1,
    socket: socket.path,
    role,
    bootId,
    master: master === null ? null : idOf(master),
    workers: group.workers.map(idOf),
    others: group.others.map(({ pid }) => pid),
    listenerInode: listener.inode,
    owner:
      owner === undefined
        ? null
        : { master: idOf(owner.master), listenerInode: owner.listener.inode },
    file: file === null ? null : { device: file.device, inode: file.inode },
    graceMs,
    reclaimableBytes: group.memory?.reclaimableBytes ?? null,
    steps: stepsOf(target, graceMs),
    refusals: refusalsOf(target),
  };
}

/** Without what only a report says of a process. */
function idOf({ pid, startTicks }: ProcessId): ProcessId {
  return { pid, startTicks };
}

function refusalsOf(target: Target): readonly Refusal[] {
  return inOrder([
    ...refusals("no-owner", whyNoOwner(target)),
    ...refusals("evidence-weak", whyEvidenceWeak(target)),
    ...refusals("handover", whyHandover(target)),
    ...refusals("supervised", whySupervised(target)),
    ...refusals("unit-job-running", whyUnitJob(target.units, target.socket)),
    ...refusals("owner-too-young", whyOwnerTooYoung(target)),
    ...refusals("blind", whyBlind(target)),
  ]);
}
