import type { Knock } from "./place.ts";
import type { Role } from "./verdict.ts";

/**
 * `pass`: a start adds no second master. `refuse`: it would. `unsure`: not enough could be seen,
 * which lets a start pass unless the gate is strict.
 */
export type GateDecision = "pass" | "refuse" | "unsure";

/** A living process that listens at the path, or holds a listener of it. */
export interface InTheWay {
  readonly pid: number;
  readonly role: Role;
  /** The innermost systemd unit of its cgroup; null: in none, or it could not be read. */
  readonly unit: string | null;
  /** All of its group, itself first. */
  readonly pids: readonly number[];
}

/** What the gate says of one path. */
export interface GateAnswer {
  /** Absolute path of the socket. */
  readonly path: string;
  readonly decision: GateDecision;
  /** One sentence for people, the path not in it. */
  readonly message: string;
  /** What to do about it, one line; null where nothing is to be done. */
  readonly cure: string | null;
  /** Who would be there beside the new master; empty where that could not be told. */
  readonly inTheWay: readonly InTheWay[];
}

/** Who asks, as the kernel tells it of the gate itself. */
export interface GateCaller {
  /** The unit that it runs in; undefined: none, or it could not be read. */
  readonly unit: string | undefined;
  /** Its own pid, its parent's and so on, up to pid 1. */
  readonly line: readonly number[];
  /** GUNICORN_PID: gunicorn gives it to the new master of a USR2 upgrade, and so to what that runs. */
  readonly upgradeOf: number | undefined;
}

/** What was asked about a listener whose holder is out of sight. */
export interface OutOfSight {
  /** The socket unit of the caller's unit that listens at the path, and nobody else does. */
  readonly activatedBy: string | undefined;
  /** What came of connecting; undefined: nothing stands at the path any more. */
  readonly knock: Knock | undefined;
}

/** What `gate --json` prints, schema 1. */
export interface GateReport {
  readonly schema: 1;
  /** The worst of all paths: `refuse`, then `unsure`. */
  readonly decision: GateDecision;
  readonly sockets: readonly GateAnswer[];
}

/** The decision on several paths: a refusal is certain, then what could not be told. */
export function worstDecision(decisions: readonly GateDecision[]): GateDecision {
  const worstFirst = ["refuse", "unsure"] as const;
  return worstFirst.find((decision) => decisions.includes(decision)) ?? "pass";
}
