import type { ProcessId } from "../../agent/model/process.ts";
import type { GroupReport, SocketReport } from "../../agent/model/report.ts";
import { type Evidence, type Role, roles, type Verdict } from "../../agent/model/verdict.ts";
import { check, status, type Surroundings } from "./agent.ts";

/** What is compared of one group: whole pids, nothing that changes from run to run. */
export interface SeenGroup {
  readonly role: Role;
  /** Null: dead. */
  readonly master: number | null;
  readonly workers: readonly number[];
}

/** What is compared of one socket, with the exit code of `check` for it. */
export interface Seen {
  readonly verdict: Verdict;
  readonly checkExit: number | null;
  readonly evidence: Evidence;
  readonly masters: number | null;
  readonly groups: readonly SeenGroup[];
}

/** The contract of `check`. */
const checkExits: Readonly<Record<Verdict, number>> = {
  unreachable: 2,
  duplicate: 2,
  "orphaned-workers": 1,
  unknown: 3,
  "no-master": 2,
  handover: 0,
  "one-master": 0,
};

/** Looks at one socket with the built agent: `status` and `check` with `--socket`. */
export async function look(path: string, surroundings?: Surroundings): Promise<Seen> {
  const [report, checked] = await Promise.all([
    status(["--socket", path], surroundings),
    check(["--socket", path], surroundings),
  ]);
  const [socket] = report.sockets;
  if (socket === undefined || report.sockets.length > 1) {
    throw new Error(`${report.sockets.length} sockets were reported for --socket ${path}`);
  }
  return { ...reduced(socket), checkExit: checked.exitCode };
}

/** What is to be seen: the verdict, its exit code, and groups in any order. */
export function seen(
  verdict: Verdict,
  groups: readonly SeenGroup[],
  others: Partial<Omit<Seen, "verdict" | "groups">> = {},
): Seen {
  return {
    ...expected(verdict, groups, others),
    checkExit: others.checkExit ?? checkExits[verdict],
  };
}

/** As `seen`, for a socket found in a report of the whole host, where no `check` was asked. */
export function expected(
  verdict: Verdict,
  groups: readonly SeenGroup[],
  others: Partial<Omit<Seen, "verdict" | "groups">> = {},
): Omit<Seen, "checkExit"> {
  return {
    verdict,
    evidence: others.evidence ?? "bound-file",
    masters: others.masters ?? groups.filter(({ master }) => master !== null).length,
    groups: inOrder(groups),
  };
}

/** A group with these members, for `seen`. */
export function group(
  role: Role,
  {
    master,
    workers,
  }: { readonly master: ProcessId | null; readonly workers: readonly ProcessId[] },
): SeenGroup {
  return { role, master: master?.pid ?? null, workers: ascending(workers) };
}

/** What is compared of a socket's report. */
export function reduced(socket: SocketReport): Omit<Seen, "checkExit"> {
  return {
    verdict: socket.verdict,
    evidence: socket.evidence,
    masters: socket.masters,
    groups: inOrder(socket.groups.map((one: GroupReport) => group(one.role, one))),
  };
}

/** The one socket of a report on which this master is. Throws unless there is exactly one. */
export function socketOf(sockets: readonly SocketReport[], { pid }: ProcessId): SocketReport {
  const [found, ...more] = sockets.filter((socket) =>
    socket.groups.some((one) => one.master?.pid === pid),
  );
  if (found === undefined || more.length > 0) {
    const paths = [found, ...more].map((one) => JSON.stringify(one?.path)).join(", ");
    throw new Error(`master ${pid} should be on one socket, is on: ${paths}`);
  }
  return found;
}

function inOrder(groups: readonly SeenGroup[]): readonly SeenGroup[] {
  return groups.toSorted(
    (one, other) =>
      roles.indexOf(one.role) - roles.indexOf(other.role) ||
      (one.master ?? 0) - (other.master ?? 0) ||
      (one.workers[0] ?? 0) - (other.workers[0] ?? 0),
  );
}

function ascending(ids: readonly ProcessId[]): readonly number[] {
  return ids.map(({ pid }) => pid).toSorted((one, other) => one - other);
}
