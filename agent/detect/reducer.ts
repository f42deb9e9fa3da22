import type { IncidentChange } from "../model/incident.ts";
import type { FindingReport, Report, SocketReport } from "../model/report.ts";
import { type FindingKind, findingKinds } from "../model/verdict.ts";
import { neededMs } from "./handing-over.ts";
import { stuckFindings } from "./stuck.ts";
import { subjectsOf } from "./subjects.ts";
import { isoTime, msOf } from "./time.ts";

/** Time limits of the settings, in milliseconds. */
export interface Limits {
  readonly confirmForMs: number;
  /** Instead of that, where it is longer, for a duplicate that a cutover has made. */
  readonly cutoverMs: number;
  readonly handoverLimitMs: number;
  readonly drainLimitMs: number;
}

/** What is remembered from scan to scan about one thing that is wrong. */
export interface Suspicion {
  readonly socket: string;
  readonly kind: FindingKind;
  /** Monotonic time of the first sight of each subject still there, by subject. */
  readonly firstSeenMs: ReadonlyMap<string, number>;
  readonly sinceMs: number;
  /** So long it has to last to be confirmed. */
  readonly neededMs: number;
  readonly confirmed: boolean;
}

/** Suspicions by socket and kind. Start with an empty map. */
export type Memory = ReadonlyMap<string, Suspicion>;

/** One step of the reducer. */
export interface Step {
  readonly memory: Memory;
  /** The report with what only time can tell: `confirmed`, `since`, `handover-stuck`. */
  readonly report: Report;
  readonly changes: readonly IncidentChange[];
  /** Monotonic time at which a suspicion comes of age, so that a look is worth while; undefined: none. */
  readonly nextMs: number | undefined;
}

/**
 * Carries suspicion from scan to scan. A finding is suspected when first seen and confirmed
 * once the same subject is still there after `confirmForMs`; it is cleared when a scan that
 * could see says so. A blind scan neither confirms nor clears. While a cutover hands over, a
 * duplicate that was not confirmed before has to last for `cutoverMs`. Pure: the clock is handed in.
 */
export function advance(before: Memory, report: Report, nowMs: number, limits: Limits): Step {
  const memory = new Map<string, Suspicion>();
  const changes: IncidentChange[] = [];
  function suspect(socket: SocketReport, finding: FindingReport): Suspicion {
    const key = keyOf(socket, finding);
    const known = memory.get(key);
    if (known !== undefined) return known;
    const last = before.get(key);
    const old = last !== undefined && goesOn(last, socket) ? last : undefined;
    if (last !== undefined && old === undefined) changes.push(...clearing(last));
    const next = suspicionOf(socket, finding, old, nowMs, limits);
    memory.set(key, next);
    changes.push(...changesBetween(old, next));
    return next;
  }
  const sockets = report.sockets.map((socket) => {
    const stuck = stuckFindings(socket, before, report, nowMs, limits);
    const findings = [...socket.findings, ...stuck]
      .map((finding) => ({ ...finding, since: isoTime(suspect(socket, finding).sinceMs) }))
      .toSorted((one, other) => rank(one) - rank(other));
    const [worst] = findings;
    const confirmed = worst !== undefined && suspect(socket, worst).confirmed;
    return { ...socket, findings, confirmed };
  });
  for (const [key, old] of before) {
    if (memory.has(key)) continue;
    if (couldNotSee(old, report)) memory.set(key, old);
    else changes.push(...clearing(old));
  }
  const nextMs = nextDeadline(memory, nowMs);
  return { memory, report: { ...report, sockets }, changes, nextMs };
}

function keyOf({ path }: SocketReport, { kind }: FindingReport): string {
  return `${kind} ${path}`;
}

/** Still about one of the same processes: a stale master that was replaced by another is over. */
function goesOn({ kind, firstSeenMs }: Suspicion, socket: SocketReport): boolean {
  return subjectsOf(socket, kind).some((subject) => firstSeenMs.has(subject));
}

function clearing(old: Suspicion): IncidentChange[] {
  return old.kind === "handover" ? [] : [change("cleared", old)];
}

function suspicionOf(
  socket: SocketReport,
  finding: FindingReport,
  old: Suspicion | undefined,
  nowMs: number,
  limits: Limits,
): Suspicion {
  const { kind, since } = finding;
  const firstSeenMs = new Map(
    subjectsOf(socket, kind).map((subject) => [subject, old?.firstSeenMs.get(subject) ?? nowMs]),
  );
  const oldest = Math.min(...firstSeenMs.values());
  const sinceMs = old?.sinceMs ?? msOf(since);
  const needed = neededMs(finding.cutover, limits.confirmForMs, limits.cutoverMs);
  // what somebody was told of before the cutover is not taken back by it
  const told = finding.cutover !== undefined && old?.confirmed === true;
  const confirmed = told || isConfirmed(kind, nowMs - oldest, needed);
  return { socket: socket.path, kind, firstSeenMs, sinceMs, neededMs: needed, confirmed };
}

/** A hand-over is no fault until its limit has passed, and then it has already lasted. */
function isConfirmed(kind: FindingKind, lastedMs: number, needed: number): boolean {
  if (kind === "handover") return false;
  return kind === "handover-stuck" || lastedMs >= needed;
}

function changesBetween(old: Suspicion | undefined, next: Suspicion): IncidentChange[] {
  if (next.kind === "handover") return [];
  const changes: IncidentChange[] = [];
  if (old === undefined) changes.push(change("suspected", next));
  if (next.confirmed && old?.confirmed !== true) changes.push(change("confirmed", next));
  return changes;
}

/** True when a look that does not show this may have missed it. */
export function couldNotSee(old: Pick<Suspicion, "kind" | "socket">, report: Report): boolean {
  if (old.kind === "unknown") return false;
  const socket = report.sockets.find(({ path }) => path === old.socket);
  if (socket !== undefined) return socket.verdict === "unknown";
  // a worse verdict on another socket hides that this one could not be looked for
  return report.verdict === "unknown" || report.blind.some(({ what }) => hidesSockets.has(what));
}

/** Blind spots in which a whole socket can disappear. */
const hidesSockets: ReadonlySet<string> = new Set(["processes", "fd-links", "listeners"]);

function change(what: IncidentChange["change"], of: Suspicion): IncidentChange {
  const { socket, kind, sinceMs } = of;
  return { change: what, socket, kind, sinceMs, wasConfirmed: what === "cleared" && of.confirmed };
}

function rank({ kind }: FindingReport): number {
  return findingKinds.indexOf(kind);
}

/** What came of age in a blind scan waits for the next one that can see. */
function nextDeadline(memory: Memory, nowMs: number): number | undefined {
  const deadlines: number[] = [];
  for (const { kind, confirmed, firstSeenMs, neededMs: needed } of memory.values()) {
    if (confirmed || kind === "handover") continue;
    const deadlineMs = Math.min(...firstSeenMs.values()) + needed;
    if (deadlineMs > nowMs) deadlines.push(deadlineMs);
  }
  return deadlines.length === 0 ? undefined : Math.min(...deadlines);
}
