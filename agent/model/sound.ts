import type { UnitLink } from "./audit.ts";

/** What a unit is checked for beside the links of its audit. */
export const soundNames = [
  "one-master", // exactly one master on each of its sockets, and nothing left of another
  "answers", // the application answers a request through the socket
  "processes", // no more of them than before
  "enabled", // it starts at boot
] as const;

/** A check of a unit that is to have one master and keep it. */
export type SoundName = UnitLink | (typeof soundNames)[number];

/** `note`: should be known, and does not count. `unknown`: could not be told. */
export type SoundState = "ok" | "note" | "not" | "unknown";

/** One check with what was seen. */
export interface SoundCheck {
  readonly check: SoundName;
  readonly state: SoundState;
  /** One sentence with values and pids. */
  readonly evidence: string;
  /** Lines to paste into a root shell; null where nothing is to be done. */
  readonly fix: string | null;
}

/** What all checks come to: what is not so is certain, then what could not be told. */
export type Soundness = "sound" | "not-sound" | "unknown";

/** The soundness that some checks come to. No check at all proves nothing. */
export function soundness(checks: readonly SoundCheck[]): Soundness {
  const states = new Set(checks.map(({ state }) => state));
  if (states.has("not")) return "not-sound";
  return states.has("unknown") || checks.length === 0 ? "unknown" : "sound";
}

/** The checks of one unit. */
export interface UnitSoundness {
  /** Null: masters that are in no service. */
  readonly unit: string | null;
  /** Paths of its sockets. */
  readonly sockets: readonly string[];
  readonly soundness: Soundness;
  readonly checks: readonly SoundCheck[];
}

/** What `cutover verify --json` prints, schema 1. */
export interface VerifyReport {
  readonly schema: 1;
  /** ISO 8601, UTC. */
  readonly takenAt: string;
  readonly soundness: Soundness;
  readonly units: readonly UnitSoundness[];
}
