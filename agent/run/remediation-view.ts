import { stat } from "node:fs/promises";
import type { RemediationView } from "../model/remediation.ts";
import type { Settings } from "../model/settings.ts";
import { readRemediations, remediationFolder } from "../history/remediation-files.ts";
import { isPaused, readRemediationState } from "../history/remediation-state.ts";

/** What is to be known about remediation now, from the state directory. Never rejects. */
export async function lookAtRemediation({
  stateDir,
  remediation: { mode },
}: Settings): Promise<RemediationView> {
  return { mode, ...(await conditions(stateDir)), unfinished: await unfinishedIn(stateDir) };
}

/** The same for an agent that looks often: records are read only when one was written. */
export function createRemediationView(): (settings: Settings) => Promise<RemediationView> {
  let readAt: number | undefined;
  let unfinished: readonly string[] | null = null;
  return async ({ stateDir, remediation: { mode } }) => {
    const changedAt = await changeOf(remediationFolder(stateDir));
    if (changedAt === undefined || changedAt !== readAt) unfinished = await unfinishedIn(stateDir);
    readAt = changedAt;
    return { mode, ...(await conditions(stateDir)), unfinished };
  };
}

async function conditions(
  stateDir: string,
): Promise<Pick<RemediationView, "paused" | "breakerOpen">> {
  const paused = await isPaused(stateDir);
  const state = await readRemediationState(stateDir);
  return {
    paused: paused.ok ? paused.value : null,
    breakerOpen: state.ok ? state.value.breakerOpenedAt !== null : null,
  };
}

/** Null: they could not all be read. */
async function unfinishedIn(stateDir: string): Promise<readonly string[] | null> {
  try {
    const { records, unread } = await readRemediations(stateDir);
    if (unread.length > 0) return null;
    return records.filter(({ outcome }) => outcome === null).map(({ id }) => id);
  } catch {
    // said as null: nobody can tell
    return null;
  }
}

/** Undefined: there is none yet, or nobody may look. */
async function changeOf(folder: string): Promise<number | undefined> {
  try {
    return (await stat(folder)).mtimeMs;
  } catch {
    // then it is read each time, which says what is wrong
    return undefined;
  }
}
