import type { GroupMemory } from "../../../agent/model/memory.ts";
import type {
  BlindReport,
  FindingReport,
  GroupReport,
  Report,
  SocketReport,
} from "../../../agent/model/report.ts";
import type { FindingKind, Role } from "../../../agent/model/verdict.ts";

export const path = "/var/www/sample-platform/sampleplatform.sock";
const takenAt = "2026-11-22T13:20:09.123Z";
const MiB = 1_048_576;

function memory(rssMiB: number, reclaimableMiB: number): GroupMemory {
  return {
    rssBytes: rssMiB * MiB,
    pssBytes: rssMiB * MiB,
    ussBytes: reclaimableMiB * MiB,
    swapBytes: 0,
    reclaimableBytes: reclaimableMiB * MiB,
  };
}

/** A group of a role whose master is `pid`, with four workers; `change` overrides. */
export function group(role: Role, pid: number, change: Partial<GroupReport> = {}): GroupReport {
  return {
    role,
    listener: { inode: 25_000 + pid, fileInode: role === "serving" ? 2_172_946 : 2_170_001 },
    master: {
      pid,
      startTicks: pid * 100,
      startedAt: role === "stale" ? "2026-11-20T10:00:00.000Z" : "2026-11-22T12:20:09.000Z",
      user: "root",
      unit: "platform.service",
      command: "gunicorn: master [run:app]",
    },
    workers: [1, 2, 3, 4].map((next) => ({ pid: pid + next, startTicks: pid * 100 + next })),
    others: [],
    memory: memory(412, 370),
    ...change,
  };
}

/** A finding that says this. */
export function finding(kind: FindingKind, message: string): FindingReport {
  return { kind, since: "2026-11-22T12:20:09.000Z", message };
}

/** A socket with one serving master; `change` overrides. */
export function socket(change: Partial<SocketReport> = {}): SocketReport {
  return {
    path,
    boundAs: "sampleplatform.sock",
    file: { device: 65_024, inode: 2_172_946, mode: "0770", owner: "www-data", group: "www-data" },
    verdict: "one-master",
    confirmed: false,
    evidence: "bound-file",
    masters: 1,
    findings: [],
    groups: [group("serving", 68)],
    orphanMemory: {
      rssBytes: 0,
      reclaimableBytes: 0,
      budgetBytes: 2_147_483_648,
      budgetRatio: 0,
    },
    unit: {
      name: "platform.service",
      mainPid: 0,
      killMode: "process",
      generated: true,
      activeState: "active",
    },
    pidfile: {
      path: "/var/www/sample-platform/gunicorn.pid",
      pid: 68,
      names: "serving",
    },
    ...change,
  };
}

/** What a stale or orphaned group holds, of a budget of 2 GiB. */
const orphanMemory = {
  rssBytes: 412 * MiB,
  reclaimableBytes: 370 * MiB,
  budgetBytes: 2_147_483_648,
  budgetRatio: 370 / 2048,
};

export const duplicate = socket({
  verdict: "duplicate",
  masters: 2,
  findings: [
    finding(
      "duplicate",
      "master 49 with 4 workers is stale: it listens, but the path belongs to master 68",
    ),
  ],
  groups: [
    group("serving", 68, { others: [{ pid: 90, command: "git fetch --all" }] }),
    group("stale", 49),
  ],
  orphanMemory,
});

export const unreachable = socket({
  verdict: "unreachable",
  file: null,
  masters: 1,
  findings: [finding("unreachable", `no new connection can reach master 49: ${path} is missing`)],
  groups: [group("stranded", 49)],
  orphanMemory,
  pidfile: { path: "/var/www/sample-platform/gunicorn.pid", pid: null, names: "missing" },
});

export const orphaned = socket({
  verdict: "orphaned-workers",
  findings: [
    finding("orphaned-workers", "4 workers (50, 51, 52, 53) are left of a master that is dead"),
  ],
  groups: [group("serving", 68), group("orphaned", 49, { master: null })],
  orphanMemory,
});

export const noMaster = socket({
  verdict: "no-master",
  boundAs: null,
  file: null,
  evidence: "none",
  masters: 0,
  findings: [finding("no-master", `nothing listens: ${path} is missing`)],
  groups: [],
  unit: null,
  pidfile: null,
});

export const handover = socket({
  verdict: "handover",
  masters: 2,
  findings: [finding("handover", "USR2 upgrade: master 80 is to replace master 68")],
  groups: [group("predecessor", 68), group("successor", 80)],
});

export const stuck = socket({
  ...handover,
  findings: [
    finding("handover-stuck", "USR2 upgrade: master 80 is to replace master 68, for 1h by now"),
  ],
});

export const unclear = socket({
  verdict: "unknown",
  evidence: "none",
  masters: null,
  findings: [finding("unknown", `who owns ${path} could not be told: it could not be read`)],
  groups: [group("unclear", 68, { memory: null })],
  orphanMemory: { rssBytes: null, reclaimableBytes: null, budgetBytes: null, budgetRatio: null },
  pidfile: null,
});

export const denied: readonly BlindReport[] = [
  { what: "fd-links", pid: 812, reason: "denied" },
  { what: "fd-links", pid: 813, reason: "denied" },
  { what: "bound-file", reason: "ss is not installed" },
];

/** A report on these sockets; the verdict is that of the first unless `change` says otherwise. */
export function report(sockets: readonly SocketReport[], change: Partial<Report> = {}): Report {
  return {
    schema: 1,
    takenAt,
    host: {
      name: "vm",
      memoryTotalBytes: 2_075_000_000,
      memoryAvailableBytes: 1_700_000_000,
    },
    verdict: sockets[0]?.verdict ?? "no-master",
    blind: [],
    sockets,
    ...change,
  };
}
