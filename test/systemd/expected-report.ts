import { expect } from "vitest";
import type {
  GroupReport,
  PidfileReport,
  Report,
  SocketReport,
  UnitReport,
} from "../../agent/model/report.ts";
import type { FindingKind, Role } from "../../agent/model/verdict.ts";
import { platform } from "../testbed/incident.ts";
import type { TestHost } from "../testbed/test-host.ts";
import { seenIn, type Truth } from "./truth.ts";

/** What a report has to say beside the groups, which the truth names. */
export interface Expected {
  readonly truth: Truth;
  /** Inodes of the files that listeners are bound to, by master. */
  readonly boundTo: Readonly<Record<number, number>>;
  readonly findings: readonly { readonly kind: FindingKind; readonly message: string }[];
  readonly pidfile: PidfileReport | null;
  readonly confirmed?: boolean;
}

/** The inode of the file at the platform's path. Throws when there is none. */
export async function inodeAtPath(host: TestHost): Promise<number> {
  return Number(await host.run(["stat", "--format=%i", platform.socket]));
}

/** Matches a whole report of schema 1; only times and amounts of memory are left open. */
export function expectedReport(expected: Expected): Report {
  return {
    schema: 1,
    takenAt: anyText(),
    host: { name: "web1", memoryTotalBytes: anyNumber(), memoryAvailableBytes: anyNumber() },
    verdict: seenIn(expected.truth).verdict,
    blind: [],
    sockets: [expectedSocket(expected)],
    remediation: { mode: "off", paused: false, breakerOpen: false, unfinished: [] },
  };
}

/** What systemd knows of the wrapped init script: nothing of its processes. */
export function sysvUnit(activeState: string): UnitReport {
  return { name: platform.unit, mainPid: 0, killMode: "process", generated: true, activeState };
}

function expectedSocket(expected: Expected): SocketReport {
  const { truth, boundTo, pidfile, confirmed = false } = expected;
  const { verdict, evidence, masters } = seenIn(truth);
  const wasted = seenIn(truth).groups.some(({ role }) => role === "stale" || role === "stranded");
  const owned = truth.owner === null ? undefined : boundTo[truth.owner];
  return {
    path: platform.socket,
    boundAs: "sampleplatform.sock",
    file:
      owned === undefined
        ? null
        : { device: anyNumber(), inode: owned, mode: "0770", owner: "www-data", group: "www-data" },
    verdict,
    confirmed,
    evidence,
    masters,
    findings: expected.findings.map((finding) => ({ ...finding, since: anyText() })),
    groups: expectedGroups(expected),
    orphanMemory: {
      rssBytes: wasted ? anyNumber() : 0,
      reclaimableBytes: wasted ? anyNumber() : 0,
      budgetBytes: anyNumber(),
      budgetRatio: wasted ? anyNumber() : 0,
    },
    unit: sysvUnit("active"),
    pidfile,
  };
}

/** In the order of a report: what serves first, then by age, which pids here follow. */
function expectedGroups({ truth, boundTo }: Expected): readonly GroupReport[] {
  const { groups } = seenIn(truth);
  const role = (pid: number): Role =>
    groups.find(({ master }) => master === pid)?.role ?? "unclear";
  return truth.masters
    .toSorted((one, other) => rank(truth, one.pid) - rank(truth, other.pid))
    .map(({ pid, listener, workers }) => ({
      role: role(pid),
      listener: { inode: listener ?? 0, fileInode: boundTo[pid] ?? null },
      master: {
        pid,
        startTicks: anyNumber(),
        startedAt: anyText(),
        user: "root",
        unit: platform.unit,
        command: "gunicorn: master [run:app]",
      },
      workers: workers.map((worker) => ({ pid: worker, startTicks: anyNumber() })),
      others: [],
      memory: {
        rssBytes: anyNumber(),
        pssBytes: anyNumber(),
        ussBytes: anyNumber(),
        swapBytes: anyNumber(),
        reclaimableBytes: anyNumber(),
      },
    }));
}

function rank({ owner }: Truth, pid: number): number {
  return pid === owner ? 0 : pid;
}

function anyNumber(): number {
  return expect.any(Number);
}

function anyText(): string {
  return expect.any(String);
}
