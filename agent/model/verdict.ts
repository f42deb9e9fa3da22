/** The role of a group on one socket. */
export type Role =
  | "serving" // owns the path: new connections reach it
  | "stale" // master alive and listening, the path belongs to another listener
  | "draining" // master alive but has closed its listener; its workers finish
  | "predecessor" // the old side of a USR2 upgrade
  | "successor" // the new side of a USR2 upgrade
  | "orphaned" // workers whose master is dead
  | "stranded" // master alive and listening, nobody owns the path
  | "unclear"; // could not be told: who owns the path was not to be seen

/** All roles in the order in which people want to read them. */
export const roles: readonly Role[] = [
  "serving",
  "predecessor",
  "successor",
  "draining",
  "stale",
  "stranded",
  "orphaned",
  "unclear",
];

/** The verdict on a socket, worst first. */
export type Verdict =
  | "unreachable"
  | "duplicate"
  | "orphaned-workers"
  | "unknown"
  | "no-master"
  | "handover"
  | "one-master";

/** All verdicts, worst first. */
export const verdicts: readonly Verdict[] = [
  "unreachable",
  "duplicate",
  "orphaned-workers",
  "unknown",
  "no-master",
  "handover",
  "one-master",
];

/** The worse of two verdicts. */
export function worseVerdict(one: Verdict, other: Verdict): Verdict {
  return verdicts.indexOf(one) <= verdicts.indexOf(other) ? one : other;
}

/** What the ownership of a path was told by. */
export type Evidence =
  | "bound-file" // the kernel named the file each listener is bound to
  | "start-time" // it could not be asked: the newest master is taken as the owner
  | "none"; // nothing to own, or nothing could be seen

/** What is wrong with a socket, one at a time. Every verdict but `one-master` has a finding. */
export type FindingKind =
  | "unreachable"
  | "duplicate"
  | "orphaned-workers"
  | "unknown"
  | "no-master"
  | "handover"
  | "handover-stuck";

/** All kinds of finding, worst first. */
export const findingKinds: readonly FindingKind[] = [
  "unreachable",
  "duplicate",
  "orphaned-workers",
  "unknown",
  "no-master",
  "handover-stuck",
  "handover",
];
