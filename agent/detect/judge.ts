import type { FindingKind, Verdict } from "../model/verdict.ts";
import { findingKinds, verdicts } from "../model/verdict.ts";
import { handingOver } from "./handing-over.ts";
import * as say from "./messages.ts";
import type { Owner } from "./owner.ts";
import type { Roles, RoledGroup } from "./roles.ts";
import { startedAtMs } from "./time.ts";

/** One thing wrong with a socket. */
export interface Finding {
  readonly kind: FindingKind;
  /** When it came to be as far as start times tell, else the time of this look. */
  readonly sinceMs: number;
  readonly message: string;
  /** As in `FindingReport`. */
  readonly cutover?: string;
}

/** What is said of a socket: its verdict and every finding behind it, worst first. */
export interface Judgement {
  readonly verdict: Verdict;
  readonly findings: readonly Finding[];
}

/** All that a judgement of one socket stands on. */
export interface Case {
  readonly path: string;
  readonly configured: boolean;
  readonly owner: Owner;
  readonly roles: Roles;
  /** Some process is known to hold the listener that owns the path. */
  readonly ownerHeld: boolean;
  /** What could not be seen and could change the verdict, as sentences. */
  readonly unseen: readonly string[];
  readonly takenAtMs: number;
  readonly bootTimeMs: number;
}

/** Judges one socket. Pure: same facts, same answer. */
export function judge(facts: Case): Judgement {
  const findings: Finding[] = [];
  const { groups, evidence } = facts.roles;
  const add = (kind: FindingKind, message: string, sinceMs = facts.takenAtMs): void => {
    findings.push({ kind, message, sinceMs });
  };

  const unreachable = unreachableMessage(facts);
  if (unreachable !== undefined) add("unreachable", unreachable);
  const since = newestStart(groups, facts);
  const cutover = handingOver(facts.roles, facts.unseen);
  for (const stale of having(groups, "stale")) {
    const message = say.stale(stale, facts.owner, groups, evidence);
    if (cutover === undefined) add("duplicate", message, since);
    else findings.push(duringCutover(cutover, message, since));
  }
  const serving = having(groups, "serving");
  if (serving.length > 1) add("duplicate", say.shared(serving), since);
  for (const orphaned of having(groups, "orphaned")) {
    add("orphaned-workers", say.orphaned(orphaned));
  }
  for (const successor of having(groups, "successor")) {
    const startedMs = newestStart([successor], facts);
    add("handover", say.upgrade(successor, having(groups, "predecessor")), startedMs);
  }
  for (const draining of having(groups, "draining")) add("handover", say.draining(draining));
  const unseen = findings.some(isCertain) ? [] : whatWasUnseen(facts);
  if (unseen.length > 0) add("unknown", unseen.join("; "));
  else if (groups.length === 0 && facts.configured && facts.owner.kind !== "unknown") {
    add("no-master", say.noMaster(facts.path, facts.owner));
  } else if (findings.length === 0 && serving.length !== 1) add("unknown", say.inBetween(facts));

  findings.sort((one, other) => rank(one) - rank(other));
  return { verdict: verdictOf(findings), findings };
}

function duringCutover(cutover: string, stale: string, sinceMs: number): Finding {
  const message = `${stale}; ${say.handsOver(cutover)}`;
  return { kind: "duplicate", sinceMs, message, cutover };
}

function having(groups: readonly RoledGroup[], role: RoledGroup["role"]): readonly RoledGroup[] {
  return groups.filter((group) => group.role === role);
}

function unreachableMessage(facts: Case): string | undefined {
  if (facts.owner.kind !== "nobody") return undefined;
  const { path, owner, roles } = facts;
  const stranded = having(roles.groups, "stranded");
  if (stranded.length > 0) return say.unreachable(path, owner.why, stranded);
  // a graceful stop takes the path away first, and may then wait long for its workers
  const draining = having(roles.groups, "draining");
  if (draining.length > 0) return say.unserved(path, owner.why, draining);
  const orphaned = having(roles.groups, "orphaned");
  return orphaned.length === 0 ? undefined : say.unreachable(path, owner.why, orphaned);
}

/** Findings that stay true whatever else could not be seen. */
function isCertain({ kind }: Finding): boolean {
  return kind === "unreachable" || kind === "duplicate" || kind === "orphaned-workers";
}

function whatWasUnseen(facts: Case): readonly string[] {
  const { owner, path, roles, ownerHeld } = facts;
  const hidden = roles.groups.filter(({ state }) => state === "unseen").map(say.masterUnseen);
  const unled = roles.groups.filter(({ state }) => state === "unled");
  const unsure = unled.length > 0 ? [...hidden, say.unled(unled)] : hidden;
  const unseen = facts.unseen.length > 0 ? facts.unseen : unsure;
  switch (owner.kind) {
    case "nobody":
      return unseen;
    case "unknown":
      return [say.ownerUnknown(path, owner.why), ...unseen];
    case "listener":
      // a holder without a group is a socket activator
      if (roles.groups.length > 0 || ownerHeld) return unseen;
      return [say.holderUnknown(path, owner.listener.inode), ...unseen];
  }
}

function newestStart(groups: readonly RoledGroup[], facts: Case): number {
  const starts = groups.flatMap(({ master }) =>
    master === undefined ? [] : [startedAtMs(master.id, facts.bootTimeMs)],
  );
  return Math.max(...starts);
}

function rank({ kind }: Finding): number {
  return findingKinds.indexOf(kind);
}

function verdictOf(findings: readonly Finding[]): Verdict {
  const kinds = new Set<FindingKind | Verdict>(findings.map(({ kind }) => kind));
  return verdicts.find((verdict) => verdict !== "one-master" && kinds.has(verdict)) ?? "one-master";
}
