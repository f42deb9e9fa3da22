import { spawn } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import type { Report } from "../../agent/model/report.ts";
import type { TestFolder } from "./folder.ts";
import { requestPort } from "./http.ts";
import { type MetricsPage, readMetrics } from "./metrics.ts";
import { freePort } from "./port.ts";
import { exitOf, startProgram } from "./program.ts";
import { waitFor } from "./wait.ts";

/** The built agent, as it is shipped. */
export const builtAgent = new URL("../../dist/main.js", import.meta.url).pathname;

/** What a run of a command left behind. */
export interface Ran {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** In what surroundings a command of the agent runs. */
export interface Surroundings {
  /** A command that runs the command appended to it, e.g. `nsenter -t 7 -m`. */
  readonly inside?: readonly string[];
  /** Added to the test's own environment. */
  readonly env?: Readonly<Record<string, string>>;
  /** Absent: the built agent in the checkout. */
  readonly agentPath?: string;
}

/** Runs one command of the built agent to its end; kills it after two minutes. */
export function runAgent(
  parameters: readonly string[],
  { inside = [], env = {}, agentPath = builtAgent }: Surroundings = {},
): Promise<Ran> {
  if (!existsSync(agentPath)) {
    throw new Error(`${agentPath} is missing; build it first`);
  }
  const command = [...inside, process.execPath, agentPath, ...parameters];
  return new Promise((resolve, reject) => {
    const child = spawn(command[0] ?? "", command.slice(1), {
      env: { ...process.env, ...env },
      stdio: ["ignore", "pipe", "pipe"],
      timeout: 120_000,
      killSignal: "SIGKILL",
    });
    const said = { stdout: "", stderr: "" };
    for (const stream of ["stdout", "stderr"] as const) {
      child[stream].setEncoding("utf8").on("data", (text: string) => {
        said[stream] += text;
      });
    }
    child.once("error", reject);
    child.once("close", (exitCode) => resolve({ exitCode, ...said }));
  });
}

/** One look with `status --json`. Throws unless it exits 0 with a report on stdout. */
export async function status(
  parameters: readonly string[],
  surroundings?: Surroundings,
): Promise<Report> {
  const ran = await runAgent(["status", "--json", ...parameters], surroundings);
  if (ran.exitCode !== 0) {
    throw new Error(`status ended with ${ran.exitCode}: ${ran.stderr}`);
  }
  return readReport(ran.stdout);
}

/** One look with `check`. */
export function check(parameters: readonly string[], surroundings?: Surroundings): Promise<Ran> {
  return runAgent(["check", ...parameters], surroundings);
}

/** An agent that runs until the test ends or `stop` is called. */
export interface RunningAgent {
  readonly pid: number;
  /** Where it serves, at 127.0.0.1. */
  readonly port: number;
  /** The page as it is now. */
  metrics(): Promise<MetricsPage>;
  /** What /api/v1/status says now. */
  report(): Promise<Report>;
  /** All it has written to stdout and stderr. */
  log(): string;
  /** Ends it with SIGTERM. Throws unless it exits 0. */
  stop(): Promise<void>;
}

/** Starts `run` with these settings and a free loopback port, and waits until it is ready. */
export async function startAgent(
  folder: TestFolder,
  settings: Readonly<Record<string, unknown>>,
): Promise<RunningAgent> {
  const port = await freePort();
  const config = folder.at("onemaster.yml");
  // JSON is YAML
  writeFileSync(
    config,
    JSON.stringify({
      state_dir: folder.at("state"),
      ...settings,
      web: { listen: `127.0.0.1:${port}` },
    }),
  );
  const { child, outputPath } = startProgram({
    folder,
    command: [process.execPath, builtAgent, "run", "--config", config],
  });
  const log = (): string => readFileSync(outputPath, "utf8");
  await waitFor("the agent to be ready", async () => {
    if (child.exitCode !== null) {
      throw new Error(`the agent ended with ${child.exitCode}: ${log()}`);
    }
    return (await requestPort(port, "/-/ready")).status === 200;
  });
  return {
    pid: child.pid ?? 0,
    port,
    metrics: async () => readMetrics((await requestPort(port, "/metrics")).body),
    report: async () => readReport((await requestPort(port, "/api/v1/status")).body),
    log,
    stop: async () => {
      child.kill("SIGTERM");
      const exitCode = await exitOf(child);
      if (exitCode !== 0) {
        throw new Error(`the agent ended with ${exitCode} after SIGTERM: ${log()}`);
      }
    },
  };
}

function readReport(text: string): Report {
  const parsed: unknown = JSON.parse(text);
  if (!isReport(parsed)) {
    throw new Error(`not a report of schema 1: ${text}`);
  }
  return parsed;
}

/** True for a report, by its two outermost fields; tests compare what is inside themselves. */
export function isReport(value: unknown): value is Report {
  return (
    typeof value === "object" &&
    value !== null &&
    "schema" in value &&
    value.schema === 1 &&
    "sockets" in value &&
    Array.isArray(value.sockets)
  );
}
