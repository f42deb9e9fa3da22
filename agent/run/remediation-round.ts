import type { EndingPlan, Refusal, RemediationRecord } from "../model/remediation.ts";
import { carryOut, newRecord } from "../act/carry-out.ts";
import { pinFolder } from "../act/pinned-folder.ts";
import { realPathOf } from "../act/real-path.ts";
import { withClock } from "../detect/breaker.ts";
import {
  pruneRemediations,
  readRemediations,
  writeRemediation,
} from "../history/remediation-files.ts";
import { readRemediationState, writeRemediationState } from "../history/remediation-state.ts";
import { lockFolderOf, lockForActing, reasonOf } from "./remediation-lock.ts";
import { checkedPlans } from "./remediation-checks.ts";
import { enterAttempt, enterOutcome, unenteredAttempt } from "./remediation-entry.ts";
import type { ActingLook, AttemptTold, RemediationParts } from "./remediation-parts.ts";
import { type Recovered, recoverUnfinished } from "./remediation-recovery.ts";

/** What came of one round: at most one group is ended in it. */
export type RoundResult =
  | { readonly kind: "nothing" } // no group is left that should not be there
  | { readonly kind: "refused"; readonly plans: readonly EndingPlan[] }
  | { readonly kind: "attempted"; readonly record: RemediationRecord };

/** A round, and what it found unfinished before it. */
export interface Round {
  readonly result: RoundResult;
  readonly recovered: Recovered;
}

/** A dry run is in nobody's way. */
const unlocked = { kind: "taken", release: () => Promise.resolve() } as const;

const nothingRecovered: Recovered = { records: [], left: [], unread: [] };

/**
 * One round under the lock: brings unfinished attempts to an end, looks afresh, and ends the first
 * group that nothing forbids to end. `wanted` narrows it to some of the plans. Rejects only for
 * bugs.
 */
export async function remediationRound(
  parts: RemediationParts,
  wanted: (plan: EndingPlan) => boolean,
  told: AttemptTold,
): Promise<Round> {
  const lock = await lockForActing(parts.stateDir);
  if (lock.kind !== "taken") {
    const look = await parts.look();
    const refused = await refusedAll(look, parts, wanted, lock.refusal);
    return { result: refused, recovered: nothingRecovered };
  }
  try {
    // a dry run changes nothing, what another left halfway included
    const recovered = parts.dryRun ? nothingRecovered : await recoveredAndEntered(parts, told);
    const unfit = whyNoRecord(recovered, parts) ?? (await settleState(parts));
    const look = await parts.look();
    if (unfit !== undefined) {
      return { result: await refusedAll(look, parts, wanted, unfit), recovered };
    }
    const plans = (await checkedPlans(look, parts)).filter(wanted);
    const [plan] = plans.filter(({ refusals }) => refusals.length === 0);
    if (plans.length === 0) return { result: { kind: "nothing" }, recovered };
    if (plan === undefined) return { result: { kind: "refused", plans }, recovered };
    const folder = parts.dryRun ? unlocked : await lockFolderOf(plan.socket);
    if (folder.kind !== "taken") {
      const refused = plans.map((one) => refusedFor(one, folder.refusal));
      return { result: { kind: "refused", plans: refused }, recovered };
    }
    try {
      return { result: await attempt(plan, plans, parts, told), recovered };
    } finally {
      await folder.release();
    }
  } finally {
    await lock.release();
  }
}

/**
 * Takes up what is unfinished, under the lock, and does nothing else. Without the lock all is left
 * as it is: whoever holds it is at work.
 */
export async function recoveryRound(
  parts: RemediationParts,
  told: AttemptTold,
): Promise<Recovered> {
  const { records, unread } = await readRemediations(parts.stateDir);
  const unfinished = records.filter(({ outcome }) => outcome === null);
  const unentered = await unenteredAttempt(parts.stateDir);
  if (unfinished.length === 0 && unentered === undefined) return { ...nothingRecovered, unread };
  const lock = await lockForActing(parts.stateDir);
  if (lock.kind !== "taken") {
    const { reason, why } = lock.refusal;
    // whoever holds it is at work on it
    if (reason === "locked") return { ...nothingRecovered, unread };
    return { records: [], unread, left: unfinished.map((record) => ({ record, why })) };
  }
  try {
    return await recoveredAndEntered(parts, told);
  } finally {
    await lock.release();
  }
}

/** Takes up what is unfinished; an attempt that killed its agent counts like any other. */
async function recoveredAndEntered(parts: RemediationParts, told: AttemptTold): Promise<Recovered> {
  const over = await unenteredAttempt(parts.stateDir);
  const { records, left, unread } = await recoverUnfinished(parts, told);
  const unentered: { record: RemediationRecord; why: string }[] = [];
  for (const record of [...(over === undefined ? [] : [over]), ...records]) {
    const why = await written(() => enterOutcome(record, parts));
    if (why !== undefined) unentered.push({ record, why: `its outcome could not be kept: ${why}` });
  }
  return { records, left: [...left, ...unentered], unread };
}

/** A record that cannot be read may be of an attempt under way: nothing else may begin. */
function whyNoRecord(
  { unread, left }: Recovered,
  { stateDir }: RemediationParts,
): Refusal | undefined {
  const [first] = unread;
  if (first !== undefined) {
    const why = `${first.path} cannot be read (${first.reason}) and may be of an unfinished attempt`;
    return { reason: "no-record", why: `${why}: look at it, then remove it` };
  }
  const [unfinished] = left;
  if (unfinished === undefined) return undefined;
  const why = `the attempt ${unfinished.record.id} in ${stateDir} is unfinished: ${unfinished.why}`;
  return { reason: "no-record", why };
}

/** Keeps what changed while nobody looked: a clock that was set back, records over their limit. */
async function settleState({
  stateDir,
  clock,
  dryRun,
}: RemediationParts): Promise<Refusal | undefined> {
  if (dryRun) return undefined;
  const why = await written(async () => {
    await pruneRemediations(stateDir);
    const state = await readRemediationState(stateDir);
    // one that cannot be read is a reason of its own
    if (!state.ok) return;
    const settled = withClock(state.value, clock.wallMs());
    if (settled !== state.value) await writeRemediationState(stateDir, settled);
  });
  if (why === undefined) return undefined;
  return { reason: "no-record", why: `${stateDir} cannot be kept in order: ${why}` };
}

async function refusedAll(
  look: ActingLook,
  parts: RemediationParts,
  wanted: (plan: EndingPlan) => boolean,
  refusal: Refusal,
): Promise<RoundResult> {
  const plans = (await checkedPlans(look, parts)).filter(wanted);
  if (plans.length === 0) return { kind: "nothing" };
  return { kind: "refused", plans: plans.map((plan) => refusedFor(plan, refusal)) };
}

function refusedFor(plan: EndingPlan, refusal: Refusal): EndingPlan {
  return { ...plan, refusals: [...plan.refusals, refusal] };
}

/** The attempt is entered before it begins: one that kills its agent must not be tried for ever. */
async function attempt(
  plan: EndingPlan,
  plans: readonly EndingPlan[],
  parts: RemediationParts,
  told: AttemptTold,
): Promise<RoundResult> {
  const { stateDir, by, dryRun, clock } = parts;
  const record = newRecord(plan, by, dryRun, clock.wallMs());
  const keep = (next: RemediationRecord): Promise<void> => writeRemediation(stateDir, next);
  if (!dryRun) {
    const entered = await written(() => enterAttempt(record, parts));
    if (entered !== undefined) {
      const why = `${stateDir} cannot be written, and nothing is done without a record: ${entered}`;
      const refused = plans.map((one) => refusedFor(one, { reason: "no-record", why }));
      return { kind: "refused", plans: refused };
    }
  }
  told.planned(plan);
  const finished = await carryOut(record, {
    ...parts,
    realPath: realPathOf,
    folder: pinFolder,
    calledOff: parts.calledOff,
    keep,
    told: told.step,
  });
  const kept = await written(() => enterOutcome(finished, parts));
  const result =
    kept === undefined
      ? finished
      : {
          ...finished,
          ending: `${finished.ending ?? ""} (the outcome could not be kept: ${kept})`,
        };
  told.finished(result);
  return { kind: "attempted", record: result };
}

async function written(write: () => Promise<void>): Promise<string | undefined> {
  try {
    await write();
    return undefined;
  } catch (error) {
    return reasonOf(error);
  }
}
