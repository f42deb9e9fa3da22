import type { RemediationRecord } from "../model/remediation.ts";
import { afterAttempt, withAttempt } from "../detect/breaker.ts";
import { readRemediations, writeRemediation } from "../history/remediation-files.ts";
import { readRemediationState, writeRemediationState } from "../history/remediation-state.ts";
import type { RemediationParts } from "./remediation-parts.ts";

/** What entering an attempt needs. */
type Kept = Pick<RemediationParts, "stateDir" | "clock">;

/** Enters an attempt that is about to begin, with its record. Rejects when it cannot be kept. */
export async function enterAttempt(
  record: RemediationRecord,
  { stateDir, clock }: Kept,
): Promise<void> {
  const state = await readRemediationState(stateDir);
  if (!state.ok) throw new Error(`${state.failure.what}: ${state.failure.why}`);
  const begun = withAttempt(state.value, record.by, clock.wallMs());
  await writeRemediationState(stateDir, { ...begun, pending: record.id });
  // the intent itself: from here on a successor knows of it
  await writeRemediation(stateDir, record);
}

/** Enters the outcome of an attempt that is over. Rejects when it cannot be kept. */
export async function enterOutcome(
  record: RemediationRecord,
  { stateDir, clock }: Kept,
): Promise<void> {
  if (record.outcome === null || record.outcome === "dry-run") return;
  const state = await readRemediationState(stateDir);
  if (!state.ok) throw new Error(`${state.failure.what}: ${state.failure.why}`);
  const { pending, ...others } = state.value;
  const rest = pending === record.id ? others : state.value;
  await writeRemediationState(stateDir, afterAttempt(rest, record.outcome, clock.wallMs()));
}

/**
 * The attempt that was over when its agent died, and whose outcome that agent had not yet entered:
 * the record and the state are two files. Undefined: there is none, or it cannot be told. To be
 * called under the lock: without it, whoever holds that is about to enter it.
 */
export async function unenteredAttempt(stateDir: string): Promise<RemediationRecord | undefined> {
  const state = await readRemediationState(stateDir);
  if (!state.ok || state.value.pending === undefined) return undefined;
  const { records } = await readRemediations(stateDir);
  return records.find(({ id, outcome }) => id === state.value.pending && outcome !== null);
}
