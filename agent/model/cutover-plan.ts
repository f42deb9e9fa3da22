import type { CutoverStepName, CutoverTarget } from "./cutover.ts";

/** Values that the native unit stands on, each of which a flag can give. */
export const cutoverValues = [
  "socket",
  "program",
  "app",
  "arguments",
  "chdir",
  "user",
  "group",
  "workers",
  "umask",
  "nginx",
  "environment",
] as const;

/** One of them. */
export type CutoverValueName = (typeof cutoverValues)[number];

/** One value, as it will be used, and where it is from. */
export interface CutoverValue {
  readonly name: CutoverValueName;
  /** Null: nothing is known of it, or it is not used. */
  readonly value: string | null;
  /** Where it was found, for people: `/etc/init.d/platform line 17`, `command line of master 68`. */
  readonly source: string;
}

/** What cannot be found out well enough to act on: to be answered by a flag. */
export interface CutoverQuestion {
  readonly about: CutoverValueName;
  /** The flag that answers it: `--app`. */
  readonly flag: string;
  /** What would be written after the flag; null: there is no guess. */
  readonly guess: string | null;
  /** Why it is asked, one sentence. */
  readonly why: string;
}

/** Why a plan must not be carried out. */
export type CutoverRefusalReason =
  | "already-native" // there is nothing to do
  | "no-unit"
  | "no-socket"
  | "several-sockets"
  | "not-root"
  | "systemd-too-old"
  | "unit-job-running"
  | "unit-unsuitable" // neither a wrapped init script nor anything that can be put away
  | "not-sound" // nobody owns the path, and it is not --clean
  | "handover" // a USR2 upgrade or a graceful stop is under way
  | "blind"
  | "evidence-weak"
  | "program" // it is missing, cannot be run by the user, or says no version
  | "settings-file" // gunicorn's own settings make a daemon of it
  | "user" // there is no such account
  | "folder" // the user cannot bind in the socket's folder, or not enter the working directory
  | "ownership" // files that the service writes belong to somebody else
  | "environment" // it cannot be carried over as it is
  | "value" // it holds what no unit may hold
  | "not-roots" // with --keep-root, somebody else decides what root runs
  | "in-the-way" // something stands where the unit's file is to be written
  | "nginx"; // it does not answer now, or does not use the socket

/** One reason, with what was seen and what would help. */
export interface CutoverRefusal {
  readonly reason: CutoverRefusalReason;
  readonly why: string;
}

/** A step, for people; what carries it out knows it by its name. */
export interface CutoverStep {
  readonly step: CutoverStepName;
  /** What is done, one sentence. */
  readonly text: string;
  /** Lines for a root shell that do the same, or come near it. */
  readonly commands: readonly string[];
  /** What is checked after it, one sentence. */
  readonly check: string;
  /** What is done when it, or one after it, goes wrong; null: there is nothing to undo. */
  readonly undo: string | null;
}

/** A cutover as planned: what is found, what would be done, and why not. Plain data. */
export interface CutoverPlan {
  readonly schema: 1;
  /** ISO 8601, UTC. */
  readonly takenAt: string;
  readonly host: string;
  readonly mode: "live" | "clean";
  readonly socketActivation: boolean;
  /** Null: not enough is known, `refusals` or `questions` say what is missing. */
  readonly target: CutoverTarget | null;
  readonly values: readonly CutoverValue[];
  /** To be carried out only when both are empty. */
  readonly refusals: readonly CutoverRefusal[];
  readonly questions: readonly CutoverQuestion[];
  /** Why it should be done, and what is so today: one sentence each. */
  readonly today: readonly string[];
  /** What will be otherwise than before, or deserves a look: one sentence each. */
  readonly notes: readonly string[];
  readonly steps: readonly CutoverStep[];
}

/** True for a plan that may be carried out. */
export function isReady({ target, refusals, questions }: CutoverPlan): boolean {
  return target !== null && refusals.length === 0 && questions.length === 0;
}

/** True where the unit is native already, so that there is nothing to do. */
export function isAlreadyNative({ refusals }: CutoverPlan): boolean {
  return refusals.some(({ reason }) => reason === "already-native");
}
