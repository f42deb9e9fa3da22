import type { BlindReport } from "./report.ts";

/**
 * What a unit is audited for, in the order of the incident's chain. The label `link` of
 * `onemaster_unit_link_ok`, so the set is fixed.
 */
export const unitLinks = [
  "main-pid", // systemd follows the master that serves
  "kill-mode", // a stop ends every process of the unit
  "type", // systemd can know which process is the main one
  "generated", // it is a native unit, not an init script in disguise
  "init-script", // no init script is left beside a native unit
  "daemonize", // gunicorn stays where systemd has put it
  "pidfile", // it names the right process, where a stop depends on it
  "one-group", // no second group in the unit's cgroup
  "serving", // what systemd calls active serves, and nothing is left of what is not
  "start-works", // `systemctl start` does what it says
  "program", // what ExecStart names can be started
  "workers", // as many as expected
  "socket-mode", // as expected
  "socket-owner", // as expected
  "outside-unit", // no master of its sockets lives elsewhere
] as const;

/** One of the links. */
export type UnitLink = (typeof unitLinks)[number];

/** `warning`: works, yet something about it should be known. `unknown`: could not be told. */
export type LinkState = "ok" | "warning" | "bad" | "unknown";

/** One link of a unit as it was found. A link that a unit does not have to hold has no item. */
export interface AuditItem {
  readonly link: UnitLink;
  readonly state: LinkState;
  /** What was seen, one sentence with values and pids. */
  readonly evidence: string;
  /** Lines to paste into a root shell or a settings file; null where nothing is to be done. */
  readonly fix: string | null;
}

/** The audit of one unit. */
export interface UnitAudit {
  /** Null: masters that are in no service. */
  readonly unit: string | null;
  /** Paths of the sockets that its masters listen at, or that the settings give it. */
  readonly sockets: readonly string[];
  readonly items: readonly AuditItem[];
}

/** What `audit --json` prints, schema 1. */
export interface AuditReport {
  readonly schema: 1;
  /** ISO 8601, UTC. */
  readonly takenAt: string;
  readonly units: readonly UnitAudit[];
  readonly blind: readonly BlindReport[];
}

/** The worst of some states: what is bad is certain, then what could not be told. */
export function worstState(states: readonly LinkState[]): LinkState {
  const worstFirst = ["bad", "unknown", "warning"] as const;
  return worstFirst.find((state) => states.includes(state)) ?? "ok";
}
