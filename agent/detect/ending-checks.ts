import type { Answer } from "../model/acting.ts";
import type { EndingPlan, Refusal, RemediationState } from "../model/remediation.ts";
import { pidsText, secondsText } from "./ending-case.ts";
import { inOrder, refusals } from "./refusals.ts";
import { isoTime, msOf } from "./time.ts";

/** What is known of a plan beside the report and the units: time, rights, the state directory. */
export interface Checks {
  /** Who asks for it: only the agent by itself is limited in how often. */
  readonly by: "agent" | "person";
  /** How long it has been seen so; undefined: it is seen for the first time. */
  readonly standingMs: number | undefined;
  readonly confirmForMs: number;
  /** Undefined: not asked, as where other reasons forbid it already. */
  readonly answer: Answer | undefined;
  /** What differs from the plan on a fresh look; undefined: nothing. */
  readonly changed: string | undefined;
  /**
   * TCP ports that the group's master listens on besides, where it may serve whatever becomes of
   * the path; undefined: that could not be read.
   */
  readonly tcpPorts: readonly number[] | undefined;
  /** Processes that this agent must not signal, and why. */
  readonly denied: readonly { readonly pid: number; readonly why: string }[];
  /** Path of the pause file; undefined: it does not stand. */
  readonly pausedBy: string | undefined;
  readonly state:
    | { readonly kind: "known"; readonly state: RemediationState }
    | { readonly kind: "unreadable"; readonly why: string };
  readonly maxPerHour: number;
  /** Wall clock, milliseconds since 1970. */
  readonly nowMs: number;
}

const HOUR_MS = 3_600_000;

/**
 * The plan with the reasons of these checks beside its own. An owner that was not asked adds none:
 * a plan that nothing else forbids has to be checked again with its answer. Pure.
 */
export function withChecks(plan: EndingPlan, checks: Checks): EndingPlan {
  const all: readonly Refusal[] = [
    ...plan.refusals,
    ...refusals("not-confirmed", whyNotConfirmed(checks)),
    ...refusals("evidence-weak", whyServesTcp(plan, checks)),
    ...refusals("owner-not-answering", whySilent(plan, checks)),
    ...refusals("rate-limited", whyRateLimited(checks)),
    ...refusals("breaker-open", whyBreakerOpen(checks)),
    ...refusals("not-permitted", whyNotPermitted(checks)),
    ...refusals("identity-changed", whyChanged(checks)),
    ...refusals("paused", whyPaused(checks)),
  ];
  return { ...plan, refusals: inOrder(all) };
}

function whyNotConfirmed({ standingMs, confirmForMs }: Checks): readonly string[] {
  const needed = `it has to last for ${secondsText(confirmForMs)}`;
  if (standingMs === undefined) return [`it is seen for the first time: ${needed}`];
  if (standingMs >= confirmForMs) return [];
  return [`it has lasted for ${secondsText(standingMs)}: ${needed}`];
}

function whyServesTcp({ master, workers }: EndingPlan, { tcpPorts }: Checks): readonly string[] {
  const does =
    master === null ? `workers ${pidsText(workers)} listen` : `master ${master.pid} listens`;
  if (tcpPorts === undefined) return [`whether ${does} on TCP as well could not be read`];
  if (tcpPorts.length === 0) return [];
  return [`${does} on TCP port ${tcpPorts.join(", ")} as well: requests may still come there`];
}

function whySilent({ owner, socket }: EndingPlan, { answer }: Checks): readonly string[] {
  if (answer?.kind !== "silent") return [];
  const who = owner === null ? "whoever owns the path" : `master ${owner.master.pid}`;
  const help = "see its error log, what is to be ended may be all that is left otherwise";
  return [`${who} does not answer OPTIONS / at ${socket} (${answer.why}): ${help}`];
}

function whyChanged({ changed }: Checks): readonly string[] {
  return changed === undefined ? [] : [`the host has changed since the plan was made: ${changed}`];
}

function whyNotPermitted({ denied }: Checks): readonly string[] {
  const help = "it takes root, or CAP_KILL from the drop-in for acting";
  return [...new Set(denied.map(({ why }) => why))].map((why) => {
    const pids = pidsText(denied.filter((process) => process.why === why));
    return `this agent must not signal ${pids}: ${why}; ${help}`;
  });
}

function whyPaused({ pausedBy }: Checks): readonly string[] {
  return pausedBy === undefined ? [] : [`${pausedBy} stands: remove it to let groups be ended`];
}

/** Who closes it has read why it opened; a state that cannot be read may hold an open one. */
function whyBreakerOpen({ state }: Checks): readonly string[] {
  const help = "see onemaster incidents, then onemaster remediate --reset-breaker";
  if (state.kind === "unreadable") {
    return [`whether the breaker is open could not be read: ${state.why}; ${help}`];
  }
  const { breakerOpenedAt, failuresInARow } = state.state;
  if (breakerOpenedAt === null) return [];
  const since = `${failuresInARow} attempts in a row did not end as planned`;
  return [`the breaker is open since ${breakerOpenedAt}, after ${since}: ${help}`];
}

/** An attempt in the future, as after the clock was set back, counts as one of this moment. */
function whyRateLimited({ by, state, maxPerHour, nowMs }: Checks): readonly string[] {
  if (by === "person" || state.kind === "unreadable") return [];
  const recent = state.state.attempts
    .map((at) => notAfter(msOf(at), nowMs))
    .filter((atMs) => nowMs - atMs < HOUR_MS)
    .toSorted((one, other) => one - other);
  if (recent.length < maxPerHour) return [];
  const what = `${recent.length} attempts within an hour, and max_per_hour is ${maxPerHour}`;
  const frees = recent[recent.length - maxPerHour];
  if (frees === undefined) return [`${what}: only a person may end groups`];
  const next = isoTime(frees + HOUR_MS);
  return [`${what}: the next is allowed at ${next}, or at once by onemaster remediate --yes`];
}

/** A time that cannot be read counts as this moment too. */
function notAfter(atMs: number, nowMs: number): number {
  return atMs <= nowMs ? atMs : nowMs;
}
