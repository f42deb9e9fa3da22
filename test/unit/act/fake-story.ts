import type { EndingPlan } from "../../../agent/model/remediation.ts";
import type { FakeKernel } from "./fake-kernel.ts";
import type { FakeProcess } from "./fake-process.ts";

export const path = "/srv/app/app.sock";
export const rescue = "/srv/app/.app.sock.onemaster-49";
export const orphanRescue = "/srv/app/.app.sock.onemaster-50";
/** The live socket file. */
export const FILE_INODE = 900;
const STALE_LISTENER = 111;
export const OWNER_LISTENER = 222;

/** What kind of group is to be ended, and what is odd about the host. */
export interface Story {
  readonly orphaned?: boolean;
  readonly git?: boolean;
  readonly deafWorker?: boolean;
  /** The directory takes no second name. */
  readonly linkDenied?: boolean;
  readonly masterStopped?: boolean;
  /** Workers are at a request for so long. */
  readonly busyMs?: number;
  readonly graceMs?: number;
}

/** Puts the processes and files of a story on the host, and gives the plan that fits them. */
export function populate(kernel: FakeKernel, story: Story): EndingPlan {
  const busy = { busyUntilMs: story.busyMs ?? 0 };
  kernel.birth({ pid: 1, program: "other" });
  const stale = kernel.birth({
    pid: 49,
    program: "master",
    wantedWorkers: 2,
    boundPath: path,
    sockets: new Set([STALE_LISTENER]),
    stopped: story.masterStopped ?? false,
  });
  const sockets = new Set([STALE_LISTENER]);
  const workers = [50, 51].map((pid) =>
    kernel.birth({ pid, program: "worker", parentPid: 49, sockets: new Set(sockets), ...busy }),
  );
  const deaf = workers.find(({ pid }) => pid === 51);
  if (deaf !== undefined) deaf.deafToTerm = story.deafWorker ?? false;
  if (story.git === true) {
    kernel.birth({ pid: 90, program: "other", parentPid: 50, endsAtMs: 600_000 });
  }
  if (story.orphaned === true) {
    kernel.processes.delete(49);
    for (const worker of workers) worker.parentPid = 1;
  }
  const owner = kernel.birth({
    pid: 68,
    program: "master",
    wantedWorkers: 1,
    boundPath: path,
    sockets: new Set([OWNER_LISTENER]),
  });
  kernel.birth({ pid: 69, program: "worker", parentPid: 68, sockets: new Set([OWNER_LISTENER]) });
  kernel.files.set(path, { kind: "socket", device: 7, inode: FILE_INODE });
  return {
    schema: 1,
    socket: path,
    role: story.orphaned === true ? "orphaned" : "stale",
    bootId: "boot-1",
    master: story.orphaned === true ? null : idOf(stale),
    workers: workers.map(idOf),
    others: story.git === true ? [90] : [],
    listenerInode: STALE_LISTENER,
    owner: { master: idOf(owner), listenerInode: OWNER_LISTENER },
    file: { device: 7, inode: FILE_INODE },
    graceMs: story.graceMs ?? 3_000,
    reclaimableBytes: 60_000_000,
    steps: [],
    refusals: [],
  };
}

function idOf({ pid, startTicks }: FakeProcess): { pid: number; startTicks: number } {
  return { pid, startTicks };
}
