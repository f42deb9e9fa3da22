import type { RemediationRecord } from "../model/remediation.ts";
import { pinFolder } from "../act/pinned-folder.ts";
import { realPathOf } from "../act/real-path.ts";
import { recover } from "../act/recover.ts";
import type { UnreadRecord } from "../history/record-folder.ts";
import { readRemediations, writeRemediation } from "../history/remediation-files.ts";
import { lockFolderOf } from "./remediation-lock.ts";
import type { AttemptTold, RemediationParts } from "./remediation-parts.ts";

/** What came of attempts that their agents did not finish. */
export interface Recovered {
  readonly records: readonly RemediationRecord[];
  /** Records that cannot be read: each may be of an attempt that was never finished. */
  readonly unread: readonly UnreadRecord[];
  /** Those that had to be left as they are, and why. */
  readonly left: readonly { readonly record: RemediationRecord; readonly why: string }[];
}

/**
 * Finishes or undoes the attempts that died with their agents. To be called under the lock: a
 * record without an outcome is then nobody's. What must not be signalled is left alone, and so is
 * a socket at which an agent with another state directory is at work.
 */
export async function recoverUnfinished(
  parts: Pick<RemediationParts, "stateDir" | "bootId" | "eyes" | "hands" | "clock">,
  told: AttemptTold,
): Promise<Recovered> {
  const { stateDir, bootId } = parts;
  const { records, unread } = await readRemediations(stateDir);
  const done: RemediationRecord[] = [];
  const left: { record: RemediationRecord; why: string }[] = [];
  for (const record of records.filter(({ outcome }) => outcome === null)) {
    const why = record.plan.bootId === bootId ? whyNot(record, parts) : undefined;
    if (why !== undefined) {
      left.push({ record, why });
      continue;
    }
    const folder = await lockFolderOf(record.plan.socket);
    if (folder.kind !== "taken" && folder.refusal.reason === "locked") {
      left.push({ record, why: folder.refusal.why });
      continue;
    }
    try {
      const finished = await recover(record, {
        ...parts,
        realPath: realPathOf,
        folder: pinFolder,
        // what was begun is brought to an end in any case
        calledOff: () => undefined,
        keep: (next) => writeRemediation(stateDir, next),
        told: told.step,
      });
      told.finished(finished);
      done.push(finished);
    } finally {
      // a folder that is gone or closed to us keeps nobody from taking up what was begun
      if (folder.kind === "taken") await folder.release();
    }
  }
  return { records: done, left, unread };
}

/** Undefined: whoever of the group is there may be signalled. */
function whyNot(
  { plan }: RemediationRecord,
  { eyes, hands }: Pick<RemediationParts, "eyes" | "hands">,
): string | undefined {
  const members = [...(plan.master === null ? [] : [plan.master]), ...plan.workers];
  for (const { pid, startTicks } of members) {
    const now = eyes.process(pid);
    // its pid may be anybody's by now
    if (typeof now === "object" && now.id.startTicks !== startTicks) continue;
    const done = hands.signal(pid, 0);
    if (done.kind === "denied" || done.kind === "failed") {
      return `process ${pid} cannot be signalled: ${done.why}`;
    }
  }
  return undefined;
}
