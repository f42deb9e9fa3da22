import { describe, expect, it } from "vitest";
import {
  noAttempts,
  type RemediationOutcome,
  type RemediationRecord,
  type RemediationState,
} from "../../../agent/model/remediation.ts";
import { writeRemediation } from "../../../agent/history/remediation-files.ts";
import {
  readRemediationState,
  writeRemediationState,
} from "../../../agent/history/remediation-state.ts";
import { enterAttempt, enterOutcome } from "../../../agent/run/remediation-entry.ts";
import { recoverAt } from "../../support/carry.ts";
import { ended, stateDir, underWay } from "../history/remediations.ts";

const clock = { wallMs: () => Date.now(), monotonicMs: () => 0, sleep: () => Promise.resolve() };
const time = "20261101T000000Z";

async function stateIn(folder: string): Promise<RemediationState> {
  const read = await readRemediationState(folder);
  if (!read.ok) throw new Error(read.failure.why);
  return read.value;
}

/** An agent that died between the two files: the record has its end, the state does not. */
async function diedBetween(outcome: RemediationOutcome, failuresInARow: number): Promise<string> {
  const folder = stateDir();
  await writeRemediationState(folder, { ...noAttempts, failuresInARow });
  await enterAttempt(underWay(time), { stateDir: folder, clock });
  await writeRemediation(folder, { ...ended(time), outcome });
  return folder;
}

/** What the next agent does when it starts. */
async function nextAgent(folder: string): Promise<readonly RemediationRecord[]> {
  const { records, left } = await recoverAt({ path: "/none", stateDir: folder, graceMs: 1_000 });
  expect(left).toEqual([]);
  return records;
}

describe("an attempt that was over as its agent died, and not yet entered", () => {
  it.each<[string, RemediationOutcome, number, Partial<RemediationState>]>([
    ["that was put back is the first failure", "put-back", 0, { failuresInARow: 1 }],
    ["that failed opens the breaker as the second", "failed", 1, { failuresInARow: 2 }],
    ["that went well ends the failures before it", "ended", 1, { failuresInARow: 0 }],
  ])("%s", async (_, outcome, before, after) => {
    const folder = await diedBetween(outcome, before);
    // nothing is taken up: it is over
    expect(await nextAgent(folder)).toEqual([]);
    const state = await stateIn(folder);
    expect(state).toMatchObject(after);
    expect(state.breakerOpenedAt === null).toBe(after.failuresInARow !== 2);
    expect(state).not.toHaveProperty("pending");
    // and once only
    await nextAgent(folder);
    expect(await stateIn(folder)).toEqual(state);
  });
});

it("an outcome that is entered in time is entered once", async () => {
  const folder = await diedBetween("put-back", 0);
  await enterOutcome({ ...ended(time), outcome: "put-back" }, { stateDir: folder, clock });
  await nextAgent(folder);
  expect((await stateIn(folder)).failuresInARow).toBe(1);
});

it("the outcome of another attempt leaves the one that is not entered", async () => {
  const folder = await diedBetween("put-back", 0);
  const other = { ...ended("20261102T000000Z"), outcome: "failed" } as const;
  await enterOutcome(other, { stateDir: folder, clock });
  expect(await stateIn(folder)).toMatchObject({ failuresInARow: 1, pending: underWay(time).id });
});
