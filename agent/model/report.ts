import type { GroupMemory } from "./memory.ts";
import type { RemediationView } from "./remediation.ts";
import type { Evidence, FindingKind, Role, Verdict } from "./verdict.ts";

/**
 * What `status --json` and /api/v1/status print, schema 1. Field names are an interface:
 * deploy/status.schema.json describes them for others. Times are ISO 8601 in UTC.
 */
export interface Report {
  readonly schema: 1;
  readonly takenAt: string;
  readonly host: HostReport;
  /** The worst verdict of all sockets; `no-master` when there is none to watch. */
  readonly verdict: Verdict;
  readonly blind: readonly BlindReport[];
  readonly sockets: readonly SocketReport[];
  /** What is done about groups that should not be there; absent: not looked at. */
  readonly remediation?: RemediationView;
}

export interface HostReport {
  readonly name: string;
  readonly memoryTotalBytes: number | null;
  readonly memoryAvailableBytes: number | null;
}

export interface BlindReport {
  readonly what: string;
  readonly pid?: number;
  readonly reason: string;
}

export interface SocketReport {
  /** Absolute path; the value of the label `socket`. */
  readonly path: string;
  /** The name as bound by the serving group, else by the first; null when nothing is bound. */
  readonly boundAs: string | null;
  /** The socket file at the path now; null when there is none. */
  readonly file: FileReport | null;
  readonly verdict: Verdict;
  /** True once a duplicate, or any finding that pages, has lasted for `confirm_for`. Always false in a single look. */
  readonly confirmed: boolean;
  readonly evidence: Evidence;
  /** Living masters on this path; null when that could not be told. */
  readonly masters: number | null;
  readonly findings: readonly FindingReport[];
  readonly groups: readonly GroupReport[];
  readonly orphanMemory: OrphanMemoryReport;
  readonly unit: UnitReport | null;
  readonly pidfile: PidfileReport | null;
}

export interface FileReport {
  readonly device: number;
  readonly inode: number;
  readonly mode: string;
  /** Names, or the number where no name is known. */
  readonly owner: string;
  readonly group: string;
}

export interface FindingReport {
  readonly kind: FindingKind;
  /** When it came to be as far as the kernel tells (start of the newer master), else when first seen. */
  readonly since: string;
  /** One sentence for people, with pids and values. */
  readonly message: string;
  /**
   * The unit whose cutover has set every stale master aside and hands over from it: such a
   * duplicate is confirmed later. Absent: there is none, or it is not certain.
   */
  readonly cutover?: string;
}

export interface GroupReport {
  readonly role: Role;
  readonly listener: { readonly inode: number; readonly fileInode: number | null };
  /** Null: the master is dead. */
  readonly master: MasterReport | null;
  readonly workers: readonly { readonly pid: number; readonly startTicks: number }[];
  /** Descendants that are no workers, such as git. */
  readonly others: readonly { readonly pid: number; readonly command: string }[];
  /** Null: could not be read for every member. */
  readonly memory: GroupMemory | null;
}

export interface MasterReport {
  readonly pid: number;
  readonly startTicks: number;
  readonly startedAt: string;
  readonly user: string | null;
  readonly unit: string | null;
  readonly command: string;
}

/** What groups hold that new connections cannot reach: stale, stranded and orphaned ones. */
export interface OrphanMemoryReport {
  /**
   * Zero: there are none. Null: what they hold could not be read, or the verdict is `unknown`,
   * so that there may be more than was seen.
   */
  readonly rssBytes: number | null;
  readonly reclaimableBytes: number | null;
  /** Null: neither set, nor to be had from the host. */
  readonly budgetBytes: number | null;
  /** reclaimableBytes / budgetBytes; null where one of them is null, or the budget is zero. */
  readonly budgetRatio: number | null;
}

/** The unit of a socket; null where systemd was not asked, or does not know it. */
export interface UnitReport {
  readonly name: string;
  /** 0: systemd follows no process of it. */
  readonly mainPid: number | null;
  readonly killMode: string | null;
  /** True: made by systemd-sysv-generator from an init script. */
  readonly generated: boolean | null;
  readonly activeState: string | null;
}

export interface PidfileReport {
  readonly path: string;
  readonly pid: number | null;
  /** Role of the group whose master it names, else `missing`, `empty`, `malformed`, `unreadable`, `dead` or `stranger`. */
  readonly names: Role | "missing" | "empty" | "malformed" | "unreadable" | "dead" | "stranger";
}

/** The unit whose cutover hands over at this socket; undefined: none does, or it is not certain. */
export function cutoverAt({ findings }: Pick<SocketReport, "findings">): string | undefined {
  return findings.find(({ cutover }) => cutover !== undefined)?.cutover;
}
