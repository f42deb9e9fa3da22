import { unitOnly } from "../../../agent/detect/unit-report.ts";
import type { GroupReport, Report, SocketReport } from "../../../agent/model/report.ts";

export const path = "/run/app/app.sock";

/** A serving group of two workers whose master is `pid`; `change` overrides. */
export function group(pid: number, change: Partial<GroupReport> = {}): GroupReport {
  return {
    role: "serving",
    listener: { inode: 25_000 + pid, fileInode: 77 },
    master: {
      pid,
      startTicks: pid * 100,
      startedAt: "2026-11-22T12:20:09.000Z",
      user: "www-data",
      unit: "app.service",
      command: "gunicorn: master [app]",
    },
    workers: [1, 2].map((next) => ({ pid: pid + next, startTicks: pid * 100 + next })),
    others: [],
    memory: {
      rssBytes: 400 * 2 ** 20,
      pssBytes: 390 * 2 ** 20,
      ussBytes: 380 * 2 ** 20,
      swapBytes: 0,
      reclaimableBytes: 370 * 2 ** 20,
    },
    ...change,
  };
}

/** A socket with one serving master; `change` overrides. */
export function socket(change: Partial<SocketReport> = {}): SocketReport {
  return {
    path,
    boundAs: "app.sock",
    file: { device: 1, inode: 77, mode: "0770", owner: "www-data", group: "www-data" },
    verdict: "one-master",
    confirmed: false,
    evidence: "bound-file",
    masters: 1,
    findings: [],
    groups: [group(68)],
    orphanMemory: { rssBytes: 0, reclaimableBytes: 0, budgetBytes: null, budgetRatio: null },
    unit: unitOnly("app.service"),
    pidfile: null,
    ...change,
  };
}

/** Two masters: 68 serves, 49 is stale. */
export const duplicate = socket({
  verdict: "duplicate",
  masters: 2,
  findings: [
    { kind: "duplicate", since: "2026-11-22T12:20:09.000Z", message: "master 49 is stale" },
  ],
  groups: [group(68), group(49, { role: "stale" })],
});

/** A report on these sockets. */
export function report(sockets: readonly SocketReport[], blind: Report["blind"] = []): Report {
  return {
    schema: 1,
    takenAt: "2026-11-22T13:20:09.123Z",
    host: { name: "vm", memoryTotalBytes: null, memoryAvailableBytes: null },
    verdict: sockets[0]?.verdict ?? "no-master",
    blind,
    sockets,
  };
}
