import type { FindingKind } from "../model/verdict.ts";
import { leadingPids, nameOf, pidsText, type Target } from "./ending-case.ts";

/** Why an upgrade, a graceful stop or kinship with who serves forbids it. */
export function whyHandover(target: Target): readonly string[] {
  const upgrade = whyUpgrade(target);
  return [
    // an upgrade has a finding of its own
    ...(upgrade.length > 0 ? upgrade : whyGracefulStop(target)),
    ...whyLiveListener(target),
    ...whyUpgradeOfTarget(target),
    ...whyAncestor(target),
  ];
}

function whyUpgrade({ socket }: Target): readonly string[] {
  const sides = socket.groups.filter(({ role }) => role === "predecessor" || role === "successor");
  if (sides.length === 0) return [];
  const who = sides.map((side) => `${side.role} ${nameOf(side)}`).join(", ");
  return [`a USR2 upgrade is under way (${who}): it has to be ended or taken back first`];
}

/** A stop that is over its limit is stuck and no hand-over any more; each has a finding then. */
function whyGracefulStop({ socket }: Target): readonly string[] {
  const draining = socket.groups.filter(({ role }) => role === "draining");
  const count = (wanted: FindingKind): number =>
    socket.findings.filter(({ kind }) => kind === wanted).length;
  if (count("handover") <= count("handover-stuck")) return [];
  const who = draining.length === 0 ? "" : `: ${draining.map(nameOf).join(", ")}`;
  return [`a graceful stop is under way on the socket${who}; wait until it is over`];
}

/** Workers that accept on the live listener may be in the middle of a request that it took. */
function whyLiveListener({ socket, group, owner }: Target): readonly string[] {
  if (owner === undefined) return [];
  const { inode } = owner.listener;
  const pids = new Set(leadingPids(group));
  const sharing = socket.groups.some(
    (other) => other.listener.inode === inode && leadingPids(other).some((pid) => pids.has(pid)),
  );
  if (!sharing) return [];
  const whose = `listener ${inode} of master ${owner.master.pid}, which serves`;
  return [`${nameOf(group)} may still accept requests on ${whose}: let them end by themselves`];
}

/** Two masters on one listener that is not live: the sides of an upgrade that lost the path. */
function whyUpgradeOfTarget({ socket, group, owner }: Target): readonly string[] {
  const { listener, master } = group;
  if (master === null || listener.inode === owner?.listener.inode) return [];
  const others = socket.groups.flatMap((other) =>
    other !== group && other.listener.inode === listener.inode ? (other.master ?? []) : [],
  );
  if (others.length === 0) return [];
  const who = `master ${master.pid} shares listener ${listener.inode} with master`;
  return [`${who} ${pidsText(others)}: an upgrade of what is stale has to be over first`];
}

/** What descends from the target is killed with it. */
function whyAncestor({ report, units, group }: Target): readonly string[] {
  const own = new Set(leadingPids(group));
  const below = new Set(group.others.map(({ pid }) => pid));
  const heads = units?.heads ?? [];
  return report.sockets.flatMap((socket) =>
    socket.groups.flatMap((other) => {
      const pids = leadingPids(other).filter((pid) => !own.has(pid));
      const isBelow = pids.some(
        (pid) =>
          below.has(pid) ||
          heads.some(({ id, ancestors }) => id.pid === pid && ancestors.some((up) => own.has(up))),
      );
      if (other === group || !isBelow) return [];
      const who = `${other.role} ${nameOf(other)} of ${socket.path}`;
      return [`${who} descends from ${nameOf(group)} and would be killed with it`];
    }),
  );
}
