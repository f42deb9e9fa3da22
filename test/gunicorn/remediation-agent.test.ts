import { mkdirSync, statSync, writeFileSync } from "node:fs";
import { beforeEach, expect, test } from "vitest";
import type { RemediationRecord, RemediationState } from "../../agent/model/remediation.ts";
import { readRemediations } from "../../agent/history/remediation-files.ts";
import {
  actingConfig,
  type Duplicate,
  membersOf,
  remediate,
  rescueLinksIn,
  settled,
  startDuplicate,
  startedAs,
  statesOf,
} from "../support/acting.ts";
import { type RunningAgent, runAgent, startAgent } from "../support/agent.ts";
import { subFolder, testFolder, type TestFolder } from "../support/folder.ts";
import { nonZero } from "../support/metrics.ts";
import { requireReal } from "../support/require-real.ts";
import { together } from "../support/together.ts";
import { waitFor } from "../support/wait.ts";

beforeEach((context) => requireReal(context, "root", "gunicorn", "ss"));

/** Who serves has to last for ten seconds first, and a busy machine takes its time. */
const ACTS_WITHIN_MS = 60_000;

test("the agent by itself: ends it, or only says what it would do, or has done enough for now", async () => {
  const folder = testFolder();
  await together([
    expectEnded(await startDuplicate({ folder: subFolder(folder, "on"), workers: 2 })),
    expectDryRun(await startDuplicate({ folder: subFolder(folder, "dry"), workers: 2 })),
    expectRateLimited(await startDuplicate({ folder: subFolder(folder, "limited") })),
    expectBreaker(await startDuplicate({ folder: subFolder(folder, "breaker") })),
    expectOnlyOne(await startDuplicate({ folder: subFolder(folder, "twice") })),
  ]);
});

async function expectEnded(scene: Duplicate): Promise<void> {
  const { folder, path, stale, owner, inode } = scene;
  const agent = await agentFor(scene, { mode: "on" });
  await waitFor(
    "the agent to end it",
    async () => (await counted(agent, path))["ended"] === 1,
    ACTS_WITHIN_MS,
  );
  expect(membersOf(stale)).toEqual([]);
  expect(membersOf(owner)).toEqual(startedAs(owner));
  expect(statSync(path).ino).toBe(inode);
  expect(rescueLinksIn(folder)).toEqual([]);
  expect(await recordsIn(folder)).toMatchObject([
    { by: "agent", dryRun: false, outcome: "ended", plan: { master: stale.master } },
  ]);
  await waitFor(
    "one master to be left",
    async () => (await agent.report()).verdict === "one-master",
  );
  expect(linesOf(agent)).toContainEqual(
    expect.stringMatching(`the stale group of master ${stale.master.pid} is gone`),
  );
  await agent.stop();
}

async function expectDryRun(scene: Duplicate): Promise<void> {
  const { folder, path, stale, owner } = scene;
  const before = statesOf([stale, owner]);
  const agent = await agentFor(scene, { mode: "dry-run" });
  await waitFor(
    "the dry run",
    async () => (await counted(agent, path))["dry-run"] === 1,
    ACTS_WITHIN_MS,
  );
  // once is enough, however often it is looked at
  await agent.report();
  expect(await counted(agent, path)).toEqual({ "dry-run": 1 });
  expect(statesOf([stale, owner])).toEqual(before);
  expect(rescueLinksIn(folder)).toEqual([]);
  const pids = stale.workers.map(({ pid }) => pid).join(", ");
  const said = linesOf(agent);
  for (const text of [
    `a dry run of ending the stale master ${stale.master.pid}`,
    `SIGSTOP to master ${stale.master.pid}`,
    `SIGTERM to the workers among ${pids}`,
    `SIGKILL to master ${stale.master.pid}`,
    "walked through, nothing was done",
  ]) {
    expect(said).toContainEqual(expect.stringContaining(text));
  }
  await agent.stop();
}

/** A person is not limited. */
async function expectRateLimited(scene: Duplicate): Promise<void> {
  const { folder, path, stale, owner } = scene;
  const attempts = [new Date().toISOString()];
  keepState(folder, { schema: 1, failuresInARow: 0, breakerOpenedAt: null, attempts });
  const before = statesOf([stale, owner]);
  const agent = await agentFor(scene, { mode: "on", max_per_hour: 1 });
  await waitFor(
    "the agent to refuse",
    async () => {
      const page = await agent.metrics();
      const refused = nonZero(
        page,
        "onemaster_remediation_refusals_total",
        { socket: path },
        "reason",
      );
      return refused["rate-limited"] === 1;
    },
    ACTS_WITHIN_MS,
  );
  expect(statesOf([stale, owner])).toEqual(before);
  expect(await counted(agent, path)).toEqual({});
  expect(linesOf(agent)).toContainEqual(expect.stringContaining("not ended (rate-limited)"));
  await agent.stop();
  expect(await remediate(scene)).toMatchObject({ exitCode: 0, records: [{ outcome: "ended" }] });
}

async function expectBreaker(scene: Duplicate): Promise<void> {
  const { folder, stale, owner } = scene;
  const breakerOpenedAt = new Date().toISOString();
  keepState(folder, { schema: 1, failuresInARow: 2, breakerOpenedAt, attempts: [] });
  await settled(owner.master);
  const before = statesOf([stale, owner]);
  expect(await remediate(scene)).toMatchObject({ exitCode: 1, reasons: ["breaker-open"] });
  expect(statesOf([stale, owner])).toEqual(before);
  const reset = ["remediate", "--config", actingConfig(scene), "--reset-breaker"];
  expect(await runAgent(reset)).toMatchObject({
    exitCode: 0,
    stdout: expect.stringMatching(
      /^the breaker is closed; .* after 2 failures in a row$/m,
    ) as unknown,
  });
  expect(await remediate(scene)).toMatchObject({ exitCode: 0, reasons: [] });
  expect(membersOf(stale)).toEqual([]);
}

/** Two people at once. */
async function expectOnlyOne(scene: Duplicate): Promise<void> {
  const { folder, stale, owner } = scene;
  await settled(owner.master);
  const both = await together([remediate(scene), remediate(scene)]);
  expect(both.flatMap(({ records }) => records.map(({ outcome }) => outcome))).toEqual(["ended"]);
  expect(await recordsIn(folder)).toHaveLength(1);
  // the other one found nothing more to do, or had to leave it to the first
  for (const { exitCode, reasons } of both) {
    expect([0, 1]).toContain(exitCode);
    expect(reasons).toEqual(exitCode === 0 ? [] : ["locked"]);
  }
  expect(membersOf(stale)).toEqual([]);
  expect(membersOf(owner)).toEqual(startedAs(owner));
}

async function agentFor(
  { folder, path }: Duplicate,
  remediation: Readonly<Record<string, unknown>>,
): Promise<RunningAgent> {
  return await startAgent(folder, {
    sockets: [{ path }],
    scan: { interval: "1s", confirm_for: "500ms" },
    remediation: { confirm_for: "1s", grace: "5s", ...remediation },
  });
}

/** Attempts by outcome, those left out that there was none of. */
async function counted(
  agent: RunningAgent,
  socket: string,
): Promise<Readonly<Record<string, number>>> {
  return nonZero(await agent.metrics(), "onemaster_remediations_total", { socket }, "outcome");
}

function keepState(folder: TestFolder, state: RemediationState): void {
  mkdirSync(folder.at("state"));
  writeFileSync(folder.at("state", "remediation.json"), JSON.stringify(state));
}

async function recordsIn(folder: TestFolder): Promise<readonly RemediationRecord[]> {
  const { records, unread } = await readRemediations(folder.at("state"));
  expect(unread).toEqual([]);
  return records;
}

/** Messages of an agent's log. */
function linesOf(agent: RunningAgent): readonly string[] {
  return agent
    .log()
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => (JSON.parse(line) as { readonly msg: string }).msg);
}
