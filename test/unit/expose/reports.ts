import type { GroupMemory } from "../../../agent/model/memory.ts";
import type { GroupReport, Report, SocketReport } from "../../../agent/model/report.ts";
import { path, socket } from "../cli/reports.ts";

const mebibyte = 1024 * 1024;

/** The socket of the incident. */
export const socketPath = path;

/** A report on the given sockets by a host of 2 GB that could see everything. */
export function reportOf(sockets: readonly SocketReport[], changes: Partial<Report> = {}): Report {
  return {
    schema: 1,
    takenAt: "2026-11-22T13:20:09.123Z",
    host: { name: "vm", memoryTotalBytes: 2_147_483_648, memoryAvailableBytes: 1_700_000_000 },
    verdict: sockets[0]?.verdict ?? "no-master",
    blind: [],
    sockets,
    ...changes,
  };
}

/** A socket with one serving group of four workers and nothing else. */
export function soundSocket(changes: Partial<SocketReport> = {}): SocketReport {
  return socket({ groups: [servingGroup()], ...changes });
}

/** The same socket after a second start: one group serves, one is stale. */
export function duplicateSocket(changes: Partial<SocketReport> = {}): SocketReport {
  return soundSocket({
    verdict: "duplicate",
    confirmed: true,
    masters: 2,
    findings: [
      {
        kind: "duplicate",
        since: "2026-11-22T13:19:58.500Z",
        message: "2 masters: 68 serves, 41 is stale and holds 369 MB",
      },
    ],
    groups: [servingGroup(), staleGroup()],
    orphanMemory: {
      rssBytes: 451 * mebibyte,
      reclaimableBytes: 369 * mebibyte,
      budgetBytes: 2_147_483_648,
      budgetRatio: 0.18017578125,
    },
    ...changes,
  });
}

/** A master with four workers that owns the path. */
export function servingGroup(changes: Partial<GroupReport> = {}): GroupReport {
  return {
    role: "serving",
    listener: { inode: 25453, fileInode: 2172946 },
    master: {
      pid: 68,
      startTicks: 55634,
      startedAt: "2026-11-22T13:19:58.500Z",
      user: "root",
      unit: "platform.service",
      command: "gunicorn: master [run:app]",
    },
    workers: [69, 70, 71, 72].map((pid) => ({ pid, startTicks: 55660 })),
    others: [{ pid: 90, command: "git" }],
    memory: memoryOf(380),
    ...changes,
  };
}

/** A master with three workers whose listener nobody can reach any more. */
export function staleGroup(changes: Partial<GroupReport> = {}): GroupReport {
  return servingGroup({
    role: "stale",
    listener: { inode: 20011, fileInode: 2172801 },
    master: {
      pid: 41,
      startTicks: 1200,
      startedAt: "2026-11-22T13:10:54.160Z",
      user: "root",
      unit: "platform.service",
      command: "gunicorn: master [run:app]",
    },
    workers: [42, 43, 44].map((pid) => ({ pid, startTicks: 1230 })),
    others: [],
    memory: memoryOf(369),
    ...changes,
  });
}

/** Workers whose master is dead. */
export function orphanedGroup(changes: Partial<GroupReport> = {}): GroupReport {
  return staleGroup({ role: "orphaned", master: null, ...changes });
}

/** Five different figures around `reclaimable` mebibytes, so that no two can be mixed up. */
export function memoryOf(reclaimable: number): GroupMemory {
  return {
    rssBytes: (reclaimable + 82) * mebibyte,
    pssBytes: (reclaimable + 21) * mebibyte,
    ussBytes: (reclaimable - 9) * mebibyte,
    swapBytes: 3 * mebibyte,
    reclaimableBytes: reclaimable * mebibyte,
  };
}
