import { existsSync, readFileSync } from "node:fs";
import { isReport } from "../support/agent.ts";
import { type MetricsPage, readMetrics } from "../support/metrics.ts";
import { waitFor } from "../support/wait.ts";
import type { Report } from "../../agent/model/report.ts";
import type { HostRan, TestHost } from "./test-host.ts";

const built = new URL("../../dist/main.js", import.meta.url);
const url = "http://127.0.0.1:10709";

const unit = `[Unit]
Description=Keeps it true that a socket has one gunicorn master

[Service]
ExecStart=/usr/local/bin/onemaster run
ExecReload=/bin/kill -HUP $MAINPID
`;

/** Puts the built agent on the host: one file and the command `onemaster`. Starts nothing. */
export async function installAgent(host: TestHost): Promise<void> {
  if (!existsSync(built)) {
    throw new Error("dist/main.js is missing; build it first");
  }
  await host.write("/usr/local/lib/onemaster/onemaster.mjs", readFileSync(built), 0o755);
  await host.run("ln -sf /usr/local/lib/onemaster/onemaster.mjs /usr/local/bin/onemaster");
}

/** Starts the installed agent as a service and waits until it is ready. */
export async function startAgentService(
  host: TestHost,
  settings: Readonly<Record<string, unknown>> = {},
): Promise<void> {
  // JSON is YAML
  await host.write("/etc/onemaster/onemaster.yml", JSON.stringify(settings));
  await host.write("/etc/systemd/system/onemaster.service", unit);
  await host.run("systemctl daemon-reload; systemctl start onemaster.service");
  await waitFor(
    "the agent to be ready",
    async () => (await host.attempt(["curl", "-sf", `${url}/-/ready`])).exitCode === 0,
    60_000,
  );
}

/** One look with `onemaster status --json`. */
export async function statusOn(host: TestHost, ...parameters: readonly string[]): Promise<Report> {
  return readReport(await host.run(["onemaster", "status", "--json", ...parameters]));
}

/** One look with `onemaster check`. */
export function checkOn(host: TestHost, ...parameters: readonly string[]): Promise<HostRan> {
  return host.attempt(["onemaster", "check", ...parameters]);
}

/** What the running agent's /api/v1/status says. */
export async function reportOf(host: TestHost): Promise<Report> {
  return readReport(await host.run(["curl", "-sf", `${url}/api/v1/status`]));
}

/** The running agent's /metrics. */
export async function metricsOf(host: TestHost): Promise<MetricsPage> {
  return readMetrics(await host.run(["curl", "-sf", `${url}/metrics`]));
}

/** What the agent has logged, one JSON object a line. */
export function agentLog(host: TestHost): Promise<string> {
  return host.run(["journalctl", "--unit=onemaster.service", "--output=cat", "--no-pager"]);
}

function readReport(text: string): Report {
  const parsed: unknown = JSON.parse(text);
  if (!isReport(parsed)) {
    throw new Error(`not a report of schema 1: ${text}`);
  }
  return parsed;
}
