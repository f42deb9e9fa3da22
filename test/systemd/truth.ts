import { readFileSync } from "node:fs";
import type { Role, Verdict } from "../../agent/model/verdict.ts";
import { type Seen, seen, type SeenGroup } from "../support/seen.ts";
import { waitFor } from "../support/wait.ts";
import { platform } from "../testbed/incident.ts";
import type { TestHost } from "../testbed/test-host.ts";

/** What is so at the platform's path, told apart from the agent. Pids are the host's. */
export interface Truth {
  /** Who called listen on the socket that a connection reaches; null: none gets through. */
  readonly owner: number | null;
  readonly masters: readonly {
    readonly pid: number;
    /** Socket inode of its listener; null when it has closed it. */
    readonly listener: number | null;
    readonly workers: readonly number[];
  }[];
  /** Workers whose master is dead, by the listener they hold. */
  readonly orphans: readonly (readonly number[])[];
  /** Gunicorns that have not yet become a master or a worker. */
  readonly starting: readonly number[];
}

const script = readFileSync(new URL("truth.py", import.meta.url));
const wantedWorkers = 4;

/**
 * Finds out what is so at the platform's path. It needs setproctitle on the host, and connects
 * to the path, which makes a worker leave whose master is dead.
 */
export async function truthOf(host: TestHost): Promise<Truth> {
  const text = await host.run(["python3", "-", platform.socket], { stdin: script });
  const parsed: unknown = JSON.parse(text);
  if (!isTruth(parsed)) {
    throw new Error(`not what truth.py prints: ${text}`);
  }
  return parsed;
}

/**
 * Waits until a truth holds in which nobody is on the way: nothing starts, every master that
 * listens has all its workers, and one that does not still waits for some.
 */
export function settledTruth(
  host: TestHost,
  what: string,
  holds: (truth: Truth) => boolean = () => true,
): Promise<Truth> {
  return waitFor(
    what,
    async () => {
      const truth = await truthOf(host);
      return isSettled(truth) && holds(truth) && truth;
    },
    45_000,
  );
}

/** True of a truth with this many masters. */
export function has(count: number): (truth: Truth) => boolean {
  return ({ masters }) => masters.length === count;
}

/** True when nobody is on the way from one state to another. */
function isSettled({ starting, masters }: Truth): boolean {
  return (
    starting.length === 0 &&
    masters.every(({ listener, workers }) =>
      listener === null ? workers.length > 0 : workers.length === wantedWorkers,
    )
  );
}

/** What the agent has to say when asked for the platform's path and this is so. */
export function seenIn({ owner, masters, orphans }: Truth): Seen {
  const groups: readonly SeenGroup[] = [
    ...masters.map(({ pid, listener, workers }) => ({
      role: listener === null ? ("draining" as const) : listeningRole(pid, owner),
      master: pid,
      workers,
    })),
    ...orphans.map((workers) => ({ role: "orphaned" as const, master: null, workers })),
  ];
  const roles = new Set(groups.map(({ role }) => role));
  const evidence = owner === null ? "none" : "bound-file";
  return seen(verdictOn(roles, owner), groups, { evidence });
}

function listeningRole(pid: number, owner: number | null): Role {
  if (owner === null) {
    return "stranded";
  }
  return owner === pid ? "serving" : "stale";
}

function verdictOn(roles: ReadonlySet<Role>, owner: number | null): Verdict {
  if (owner === null && roles.size > 0) {
    return "unreachable";
  }
  if (roles.has("stale")) {
    return "duplicate";
  }
  if (roles.has("orphaned")) {
    return "orphaned-workers";
  }
  if (roles.has("draining")) {
    return "handover";
  }
  return roles.has("serving") ? "one-master" : "no-master";
}

function isTruth(value: unknown): value is Truth {
  return typeof value === "object" && value !== null && "owner" in value && "masters" in value;
}
