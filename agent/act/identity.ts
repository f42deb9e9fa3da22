import type { Eyes, ProcessNow } from "../model/acting.ts";
import { sameProcess } from "../model/process.ts";
import type { EndingPlan } from "../model/remediation.ts";
import { find, isDead, isStopped, missingText } from "./found.ts";

/** How the host differs from a plan. */
export interface Change {
  /** `young-master`: all is as planned, but a direct child of the master looks like a master. */
  readonly kind: "young-master" | "other";
  /** One sentence with pids. */
  readonly why: string;
}

/**
 * Whether the host is still as the plan says: the group's processes, its listener, the owner of
 * the path and the file there. A sentence on the first difference, or undefined: nothing changed.
 * What cannot be seen is a difference. Looks only, sends no signal.
 */
export function whatChanged(plan: EndingPlan, eyes: Eyes): string | undefined {
  return changeOf(plan, eyes)?.why;
}

/** The same, telling a child that may yet become a worker from all other differences. */
export function changeOf(plan: EndingPlan, eyes: Eyes): Change | undefined {
  const why =
    masterChanged(plan, eyes) ??
    workersChanged(plan, eyes) ??
    ownerChanged(plan, eyes) ??
    fileChanged(plan, eyes);
  if (why !== undefined) return { kind: "other", why };
  return familyChanged(plan, eyes);
}

/** What is different about the stale master itself; undefined for orphaned workers: no master. */
export function masterChanged(
  { master, listenerInode }: EndingPlan,
  eyes: Eyes,
): string | undefined {
  if (master === null) return undefined;
  const found = find(master, eyes);
  if (found.kind !== "same") return missingText("master", master, found);
  if (found.now.signalRole !== "master") {
    return `pid ${master.pid} does not catch the signals of a gunicorn master`;
  }
  const parent = eyes.process(found.now.parentPid);
  if (isLivingMaster(parent)) {
    return `master ${master.pid} is a child of the gunicorn master ${found.now.parentPid}`;
  }
  return listenerChanged("master", master.pid, listenerInode, eyes);
}

function listenerChanged(what: string, pid: number, inode: number, eyes: Eyes): string | undefined {
  const sockets = eyes.sockets(pid);
  if (sockets === undefined) return `the sockets of ${what} ${pid} could not be read`;
  if (!sockets.includes(inode)) return `${what} ${pid} holds its listener ${inode} no more`;
  return undefined;
}

/** Those that have ended by themselves are no surprise. */
function workersChanged(plan: EndingPlan, eyes: Eyes): string | undefined {
  for (const id of plan.workers) {
    const found = find(id, eyes);
    if (found.kind === "gone") continue;
    if (found.kind !== "same") return missingText("worker", id, found);
    const why = workerChanged(plan, found.now, eyes);
    if (why !== undefined) return why;
  }
  return undefined;
}

function workerChanged({ master }: EndingPlan, now: ProcessNow, eyes: Eyes): string | undefined {
  const { pid } = now.id;
  if (master !== null) {
    // one that has just been forked looks like a master for a moment: see familyChanged
    if (now.signalRole === "other") {
      return `pid ${pid} does not catch the signals of a gunicorn worker`;
    }
    if (now.parentPid === master.pid) return undefined;
    return `worker ${pid} is a child of pid ${now.parentPid}, not of master ${master.pid}`;
  }
  if (now.signalRole !== "worker") {
    return `pid ${pid} does not catch the signals of a gunicorn worker`;
  }
  const parent = eyes.process(now.parentPid);
  if (parent === "unreadable") {
    return `pid ${now.parentPid}, the parent of worker ${pid}, could not be looked at`;
  }
  if (!isLivingMaster(parent)) return undefined;
  return `worker ${pid} is no orphan: its parent ${now.parentPid} is a gunicorn master`;
}

function isLivingMaster(now: ProcessNow | "gone" | "unreadable"): boolean {
  return typeof now !== "string" && !isDead(now) && now.signalRole === "master";
}

/**
 * What is different about the master that owns the path. Null in the plan is a difference for a
 * stale group: without an owner there is nobody to serve in its place.
 */
export function ownerChanged({ owner, role }: EndingPlan, eyes: Eyes): string | undefined {
  if (owner === null) return role === "stale" ? "nobody is known to own the path" : undefined;
  const found = find(owner.master, eyes);
  if (found.kind !== "same") return missingText("serving master", owner.master, found);
  const { pid } = owner.master;
  if (found.now.signalRole !== "master") {
    return `serving master ${pid} does not catch the signals of a gunicorn master`;
  }
  if (isStopped(found.now)) return `serving master ${pid} is stopped`;
  return listenerChanged("serving master", pid, owner.listenerInode, eyes);
}

/** What is different about the file at the path. */
export function fileChanged({ socket, file, role }: EndingPlan, eyes: Eyes): string | undefined {
  if (file === null) return role === "stale" ? `no file is known to stand at ${socket}` : undefined;
  const now = eyes.file(socket);
  switch (now.kind) {
    case "absent":
      return `nothing stands at ${socket} any more`;
    case "other":
      return `what stands at ${socket} is no socket`;
    case "unreadable":
      return `${socket} could not be looked at: ${now.why}`;
    case "socket":
      if (now.device === file.device && now.inode === file.inode) return undefined;
      return `another socket file stands at ${socket}: inode ${now.inode}, not ${file.inode}`;
  }
}

/** What is below the group that must never be ended with it. */
export function familyChanged(plan: EndingPlan, eyes: Eyes): Change | undefined {
  const { master, owner } = plan;
  const roots = [...(master === null ? [] : [master]), ...plan.workers].filter(
    (id) => find(id, eyes).kind === "same",
  );
  const below = eyes.below(roots.map(({ pid }) => pid));
  if (below === undefined) {
    return { kind: "other", why: "the processes below the group could not be listed" };
  }
  const masters = [...below]
    .filter((now) => isLivingMaster(now))
    // whoever cannot turn into a worker any more comes first
    .toSorted((one, other) => Number(young(one, plan)) - Number(young(other, plan)));
  const [now] = masters;
  if (owner !== null && below.some(({ id }) => sameProcess(id, owner.master))) {
    return { kind: "other", why: `serving master ${owner.master.pid} is a child of the group` };
  }
  if (now === undefined) return undefined;
  const why = `pid ${now.id.pid}, a child of pid ${now.parentPid}, looks like a gunicorn master`;
  return { kind: young(now, plan) ? "young-master" : "other", why };
}

/** A master's child between fork and its own signal handlers, or after USR2. */
function young(now: ProcessNow, { master }: EndingPlan): boolean {
  return master !== null && now.parentPid === master.pid;
}
