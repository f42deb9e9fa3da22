import type { EndingPlan, RemediationRecord, StepName } from "../../agent/model/remediation.ts";
import type { Verdict } from "../../agent/model/verdict.ts";
import { nonZero } from "../support/metrics.ts";
import { waitFor } from "../support/wait.ts";
import { platform } from "../testbed/incident.ts";
import { metricsOf } from "../testbed/installed-agent.ts";
import type { HostRan, TestHost } from "../testbed/test-host.ts";

/** Where records of attempts are kept. */
export const stateDir = "/var/lib/onemaster";

/** Settings for tests that do not wait long; what is given is added to `remediation`. */
export function actingSettings(
  remediation: Readonly<Record<string, unknown>> = {},
): Readonly<Record<string, unknown>> {
  return {
    sockets: [{ path: platform.socket, unit: platform.unit, pidfile: platform.pidfile }],
    scan: { interval: "1s", confirm_for: "500ms" },
    remediation: { confirm_for: "1s", grace: "30s", ...remediation },
  };
}

/** What `onemaster remediate --json` prints, as far as it is used here. */
export interface Remediate {
  readonly verdict: Verdict;
  readonly plans: readonly EndingPlan[];
}

/** One look of `onemaster remediate`. Throws unless it exits 0. */
export async function planOn(host: TestHost): Promise<Remediate> {
  const parsed: unknown = JSON.parse(await host.run(["onemaster", "remediate", "--json"]));
  if (typeof parsed !== "object" || parsed === null || !("plans" in parsed)) {
    throw new Error(`not what remediate prints: ${JSON.stringify(parsed)}`);
  }
  return parsed as Remediate;
}

/** Who serves has to last for ten seconds first, and a busy machine takes its time. */
const endableMs = 40_000;

/** Waits until there is one plan and nothing against it, and gives it. */
export async function endablePlan(host: TestHost): Promise<EndingPlan> {
  return await waitFor(
    "a plan that nothing speaks against",
    async () => {
      const { plans } = await planOn(host);
      const [plan, ...more] = plans;
      if (plan === undefined || more.length > 0 || plan.refusals.length > 0) {
        throw new Error(JSON.stringify(plans.map(({ refusals }) => refusals)));
      }
      return plan;
    },
    endableMs,
  );
}

/**
 * How long tests wait for a command that ends a group to get from its start to its first signal.
 * It looks at all that runs twice before, which on a busy machine takes more than ten seconds.
 */
export const beginsMs = 30_000;

/** Runs `onemaster remediate --yes`. */
export function remediateOn(host: TestHost): Promise<HostRan> {
  return host.attempt(["onemaster", "remediate", "--yes"]);
}

/** Which reasons speak against ending anything, each once. */
export async function refusalsOn(host: TestHost): Promise<readonly string[]> {
  const { plans } = await planOn(host);
  return [...new Set(plans.flatMap(({ refusals }) => refusals.map(({ reason }) => reason)))];
}

const readRecords = `
import glob, json, sys
print(json.dumps([json.load(open(path)) for path in sorted(glob.glob(sys.argv[1]))]))
`;

/** The records of all attempts, oldest first. */
export async function recordsOn(host: TestHost): Promise<readonly RemediationRecord[]> {
  const command = ["python3", "-", `${stateDir}/remediations/*.json`];
  return JSON.parse(await host.run(command, { stdin: readRecords })) as RemediationRecord[];
}

/** The newest record. Throws when there is none. */
export async function lastRecord(host: TestHost): Promise<RemediationRecord> {
  const record = (await recordsOn(host)).at(-1);
  if (record === undefined) {
    throw new Error("there is no record of an attempt");
  }
  return record;
}

/** Waits until an attempt is under way that has begun to end workers. */
export async function untilEndingWorkers(host: TestHost): Promise<void> {
  await waitFor(
    "the end of the workers to be begun",
    async () => {
      const { outcome, steps } = await lastRecord(host);
      return outcome === null && steps.some(({ step }) => step === "end-workers");
    },
    beginsMs,
  );
}

/** The steps of a record that went as planned, in their order. */
export function doneSteps({ steps }: RemediationRecord): readonly StepName[] {
  return steps.flatMap(({ step, result }) =>
    result === "done" && step !== "recover" ? [step] : [],
  );
}

/** Counts of the running agent that are not zero, by outcome and by reason. */
export async function countedOn(host: TestHost): Promise<{
  readonly outcomes: Readonly<Record<string, number>>;
  readonly refusals: Readonly<Record<string, number>>;
}> {
  const page = await metricsOf(host);
  const { socket } = platform;
  return {
    outcomes: nonZero(page, "onemaster_remediations_total", { socket }, "outcome"),
    refusals: nonZero(page, "onemaster_remediation_refusals_total", { socket }, "reason"),
  };
}

/** A sample of the running agent's metrics page. Throws when it has none with these labels. */
export async function sampleOn(
  host: TestHost,
  name: string,
  labels: Readonly<Record<string, string>> = {},
): Promise<number> {
  const found = (await metricsOf(host)).find(
    (one) =>
      one.name === name && Object.entries(labels).every(([key, text]) => one.labels[key] === text),
  );
  if (found === undefined) {
    throw new Error(`no sample ${name} ${JSON.stringify(labels)}`);
  }
  return found.value;
}

/** Waits until the running agent has counted this outcome so often. */
export async function untilOutcome(host: TestHost, outcome: string, times = 1): Promise<void> {
  await waitFor(
    `the agent to have counted ${times} × ${outcome}`,
    async () => {
      const counted = await countedOn(host);
      if (counted.outcomes[outcome] === times) return true;
      throw new Error(JSON.stringify(counted));
    },
    endableMs,
  );
}

/** Waits until the running agent has refused for this reason. */
export async function untilRefused(host: TestHost, reason: string): Promise<void> {
  await waitFor(
    `the agent to refuse: ${reason}`,
    async () => {
      const counted = await countedOn(host);
      if ((counted.refusals[reason] ?? 0) > 0) return true;
      throw new Error(JSON.stringify(counted));
    },
    endableMs,
  );
}
