import { isDeepStrictEqual } from "node:util";
import { nonZero } from "../support/metrics.ts";
import { waitFor } from "../support/wait.ts";
import { platform } from "../testbed/incident.ts";
import { agentLog, metricsOf, reportOf } from "../testbed/installed-agent.ts";
import type { TestHost } from "../testbed/test-host.ts";
import { told, type Told } from "./support-told.ts";

/**
 * Settings in which the platform's socket is asked for by name, and what lasts longer than a
 * graceful restart between two looks counts as an incident.
 */
export const platformAsked = {
  sockets: [{ path: platform.socket, unit: platform.unit }],
  scan: { confirm_for: "200ms" },
} as const;

/**
 * Has the running agent look again and again while `work` goes on, so that it meets what lasts
 * only a moment, and answers what `work` answered.
 */
export async function whileLooking<T>(host: TestHost, work: () => Promise<T>): Promise<T> {
  const over = new AbortController();
  const answer = work().finally(() => over.abort());
  // who awaits the answer below sees the failure, unless a look fails first
  answer.catch(() => undefined);
  while (!over.signal.aborted) {
    await reportOf(host);
  }
  return await answer;
}

/**
 * Has the running agent look until it tells what is awaited, and gives the last it told. After
 * 5 s, a third of the ordinary time between two looks, that is whatever it tells then.
 */
export async function toldSoon(host: TestHost, awaited: readonly Told[]): Promise<readonly Told[]> {
  let last: readonly Told[] = [];
  const look = async (): Promise<boolean> => {
    last = told(await reportOf(host));
    return isDeepStrictEqual(last, awaited);
  };
  const deadlineMs = performance.now() + 5_000;
  await waitFor("the agent to tell", async () => (await look()) || performance.now() > deadlineMs);
  return last;
}

/** What the running agent has ever told of the platform's socket: verdicts and findings. */
export async function everTold(host: TestHost): Promise<readonly string[]> {
  const logged = (await agentLog(host)).split("\n").flatMap(kindsIn);
  return [...new Set(logged)].toSorted();
}

/** Of which kinds of finding the running agent has counted incidents on the platform's socket. */
export async function incidentsOf(host: TestHost): Promise<Readonly<Record<string, number>>> {
  const page = await metricsOf(host);
  return nonZero(page, "onemaster_incidents_total", { socket: platform.socket }, "kind");
}

/** Waits until a unit of the host is in this state, e.g. `inactive`. */
export async function unitIn(host: TestHost, state: string, unit: string): Promise<void> {
  await waitFor(`${unit} to be ${state}`, async () => {
    const { stdout } = await host.attempt(["systemctl", "is-active", unit]);
    return stdout.trim() === state;
  });
}

function kindsIn(line: string): readonly string[] {
  // systemd's own lines about the service stand among those of the agent
  if (!line.startsWith("{")) {
    return [];
  }
  const said: unknown = JSON.parse(line);
  const facts = typeof said === "object" && said !== null ? said : {};
  if (!("socket" in facts) || facts.socket !== platform.socket || !("verdict" in facts)) {
    return [];
  }
  const findings = "findings" in facts && Array.isArray(facts.findings) ? facts.findings : [];
  const kinds = findings.map((finding: unknown) =>
    typeof finding === "object" && finding !== null && "kind" in finding ? finding.kind : "?",
  );
  return [facts.verdict, ...kinds].map(String);
}
