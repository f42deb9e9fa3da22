import { carryOut, newRecord } from "../../../agent/act/carry-out.ts";
import { recover } from "../../../agent/act/recover.ts";
import type { RemediationRecord } from "../../../agent/model/remediation.ts";
import { createFakeHost, type FakeHost, Killed } from "./fake-host.ts";
import { path, type Story } from "./fake-story.ts";

/** Carries the plan out until the end or the agent's death; the record as its successor finds it. */
export async function begin(host: FakeHost): Promise<RemediationRecord> {
  const record = newRecord(host.plan, "agent", false, host.parts.clock.wallMs());
  await untilKilled(() => carryOut(record, host.parts));
  return host.kept() ?? record;
}

/** Recovers until the end or that agent's death too. */
export async function beginRecovery(
  host: FakeHost,
  record: RemediationRecord,
): Promise<RemediationRecord> {
  await untilKilled(() => recover(record, host.parts));
  return host.kept() ?? record;
}

async function untilKilled(act: () => Promise<unknown>): Promise<void> {
  try {
    await act();
  } catch (error) {
    if (!(error instanceof Killed)) throw error;
  }
}

/** A host whose agent died right after this call, and its record. */
export async function diedAfter(
  wanted: string,
  story: Story = {},
): Promise<{ readonly host: FakeHost; readonly record: RemediationRecord }> {
  const trial = createFakeHost(story);
  await begin(trial);
  const at = trial.calls.indexOf(wanted) + 1;
  if (at === 0) throw new Error(`${wanted} is never called`);
  const host = createFakeHost(story);
  host.killAt(at, "after");
  const record = await begin(host);
  host.revive();
  return { host, record };
}

/** What is not as it must be whatever became of the agent: nobody stopped, the path in place. */
export function wrongs(host: FakeHost, record: RemediationRecord, story: Story = {}): string[] {
  const { files, processes } = host.kernel;
  const found = [...host.crimes];
  if (record.outcome === null || record.endedAt === null) found.push("it has no end");
  if (files.get(path)?.inode !== host.plan.file?.inode) found.push("the path is not as it was");
  if (files.size !== 1) found.push(`files are left: ${[...files.keys()].join(", ")}`);
  const left = [...processes.values()].filter(({ zombie }) => !zombie);
  for (const { pid, stopped } of left) {
    const foundSo = pid === 49 && story.masterStopped === true && record.outcome === "put-back";
    // stories stop the owner, to have all put back
    if (stopped !== foundSo && pid !== 68)
      found.push(`pid ${pid} is left ${stopped ? "" : "un"}stopped`);
  }
  const group = left.map(({ pid }) => pid).filter((pid) => ![1, 68, 69].includes(pid));
  if (record.outcome === "ended" && group.length > 0) found.push(`left: ${group.join(", ")}`);
  // what somebody else tells the master is not undone, but told
  const told = record.ending?.includes("master 49 has ended meanwhile") ?? false;
  if (record.outcome === "put-back" && group.length === 0 && !told) found.push("nothing is left");
  return found;
}
