import { type ChildProcess, spawn } from "node:child_process";
import {
  appendFileSync,
  chmodSync,
  copyFileSync,
  existsSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { once } from "node:events";
import { createServer } from "node:net";
import { dirname, join } from "node:path";
import { onTestFinished } from "vitest";
import { builtAgent, type Surroundings } from "../support/agent.ts";
import { atRest } from "../support/at-rest.ts";
import type { TestFolder } from "../support/folder.ts";
import { type Answer, requestPort } from "../support/http.ts";
import { type MetricsPage, readMetrics } from "../support/metrics.ts";
import { freePort } from "../support/port.ts";
import { exitOf, startProgram } from "../support/program.ts";
import { waitFor } from "../support/wait.ts";

/** What a run of a command left behind. */
export interface Ran {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A line of the agent's log, without its time. */
export interface LogLine {
  readonly level: number;
  readonly msg: string;
}

/** pino's numbers. */
export const level = { info: 30, warn: 40, error: 50 } as const;

/** An agent that was started with a settings file; it ends with the test. */
export interface Agent {
  readonly child: ChildProcess;
  readonly port: number;
  /** Its settings file. */
  readonly config: string;
  /** All it has written to stdout and stderr. */
  output(): string;
  /** Its log. Throws on a line that is no JSON. */
  log(): readonly LogLine[];
  get(path: string): Promise<Answer>;
  metrics(): Promise<MetricsPage>;
}

/** How an agent is started; what is absent is as in production. */
export interface Start {
  readonly folder: TestFolder;
  /** Beside `web`, which the test gives a free port. */
  readonly settings?: Readonly<Record<string, unknown>>;
  /** Before the interpreter, e.g. to become another user. */
  readonly inside?: readonly string[];
  readonly agentPath?: string;
  /** As it is typed after `--config`, from the test's folder. */
  readonly typedConfig?: string;
}

/** Starts `run`, and waits until it is ready. */
export async function start(options: Start): Promise<Agent> {
  const { folder, settings = {}, inside = [], agentPath = builtAgent } = options;
  const port = await freePort();
  const config = folder.at("onemaster.yml");
  writeSettings(config, port, settings);
  chmodSync(config, 0o644);
  const typed = options.typedConfig ?? config;
  const command = [...inside, process.execPath, agentPath, "run", "--config", typed];
  const { child, outputPath } = startProgram({ folder, command });
  const output = (): string => readFileSync(outputPath, "utf8");
  const get = (path: string): Promise<Answer> => requestPort(port, path);
  await waitFor("the agent to be ready", async () => {
    if (child.exitCode !== null) throw new Error(`it ended with ${child.exitCode}: ${output()}`);
    return (await get("/-/ready")).status === 200;
  });
  return {
    child,
    port,
    config,
    output,
    log: () => readLog(output()),
    get,
    metrics: async () => readMetrics((await get("/metrics")).body),
  };
}

/** Writes a settings file in place. JSON is YAML. */
export function writeSettings(
  path: string,
  port: number,
  settings: Readonly<Record<string, unknown>>,
): void {
  writeFileSync(path, settingsOf(path, port, settings));
}

/** The text of a settings file at `path`, beside which the agent keeps its state. */
export function settingsOf(
  path: string,
  port: number,
  settings: Readonly<Record<string, unknown>>,
): string {
  const own = { state_dir: join(dirname(path), "state"), web: { listen: `127.0.0.1:${port}` } };
  return `${JSON.stringify({ ...settings, ...own })}\n`;
}

/** Writes a settings file in three pieces, and gives how many ms the longest pause in between was. */
export async function inPieces(
  agent: Agent,
  settings: Readonly<Record<string, unknown>>,
): Promise<number> {
  const text = settingsOf(agent.config, agent.port, settings);
  let longestMs = 0;
  let lastMs = performance.now();
  writeFileSync(agent.config, ""); // an empty file would be settings too
  for (const piece of [text.slice(0, 20), text.slice(20)]) {
    await pause(20);
    appendFileSync(agent.config, piece);
    longestMs = Math.max(longestMs, performance.now() - lastMs);
    lastMs = performance.now();
  }
  return longestMs;
}

/** Ends an agent, and answers its exit code and how long it took. */
export async function end(
  { child }: Agent,
  signal: NodeJS.Signals,
): Promise<{ readonly exitCode: number | null; readonly tookMs: number }> {
  const startedMs = performance.now();
  child.kill(signal);
  const exitCode = await exitOf(child);
  return { exitCode, tookMs: performance.now() - startedMs };
}

/** Waits for a line of the log, and answers it. */
export function logged(agent: Agent, pattern: RegExp): Promise<LogLine> {
  return waitFor(`the line ${pattern}`, () => agent.log().find(({ msg }) => pattern.test(msg)));
}

/** Waits until file events of this folder reach the agent: before, changes wait for a scan. */
export async function watching({ child }: Agent, folder: TestFolder): Promise<void> {
  const inode = statSync(folder.path).ino.toString(16);
  const watched = new RegExp(`^inotify wd:\\S+ ino:${inode} `, "m");
  await waitFor(`a watch on ${folder.path}`, () => {
    const own = `/proc/${child.pid}`;
    return readdirSync(`${own}/fd`).some((fd) => {
      if (!existsSync(`${own}/fdinfo/${fd}`)) return false;
      return watched.test(readFileSync(`${own}/fdinfo/${fd}`, "latin1"));
    });
  });
  // the folder is watched first and listed then: what comes in between counts as there before
  await atRest(child.pid ?? 0);
}

/** The samples of a metric by the value of a label; by its name where there are no labels. */
export function samples(
  page: MetricsPage,
  name: string,
  label = "",
): Readonly<Record<string, number>> {
  const found = page.filter((sample) => sample.name === name);
  return Object.fromEntries(found.map(({ labels, value }) => [labels[label] ?? name, value]));
}

/** Listens at a path until the test ends: a server that is no gunicorn, in the test's own process. */
export async function listen(path: string): Promise<void> {
  const server = createServer().listen(path);
  await once(server, "listening");
  onTestFinished(() => void server.close());
}

/** The agent as the user nobody, who may read the program but not what others run. */
export function asNobody(folder: TestFolder): Required<Pick<Surroundings, "inside" | "agentPath">> {
  // outside of a package the suffix says that it is a module
  const agentPath = folder.at("agent.mjs");
  copyFileSync(builtAgent, agentPath);
  chmodSync(agentPath, 0o644);
  chmodSync(folder.path, 0o755);
  const inside = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--"];
  return { inside, agentPath };
}

/** Runs one command of the built agent to its end; kills it after a minute. */
export async function onemaster(typed: readonly string[]): Promise<Ran> {
  const child = spawn(process.execPath, [builtAgent, ...typed], {
    stdio: ["ignore", "pipe", "pipe"],
    timeout: 60_000,
    killSignal: "SIGKILL",
  });
  const said = { stdout: "", stderr: "" };
  for (const stream of ["stdout", "stderr"] as const) {
    child[stream].setEncoding("utf8").on("data", (text: string) => {
      said[stream] += text;
    });
  }
  await once(child, "close");
  return { exitCode: child.exitCode, ...said };
}

/** Lets `ms` pass. */
export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
}

/** Runs a shell script in which `$ONEMASTER` is the program, and answers what it wrote. */
export async function shell(script: string): Promise<{ exitCode: number | null; output: string }> {
  const child = spawn("bash", ["-c", script], {
    env: { ...process.env, ONEMASTER: `${process.execPath} ${builtAgent}` },
    stdio: ["ignore", "pipe", "pipe"],
    timeout: 60_000,
    killSignal: "SIGKILL",
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => {
      output += text;
    });
  }
  await once(child, "close");
  return { exitCode: child.exitCode, output };
}

function readLog(output: string): readonly LogLine[] {
  return output
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => {
      const { level: number, msg } = JSON.parse(line) as LogLine;
      return { level: number, msg };
    });
}
