import type { Report } from "../../../agent/model/report.ts";
import type { Settings } from "../../../agent/model/settings.ts";
import { runCli } from "../../../agent/cli/run-cli.ts";
import type { Surroundings } from "../../../agent/cli/surroundings.ts";
import type { AgentOptions } from "../../../agent/run/agent.ts";

/** What a command did. */
export interface Ran {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
  readonly lookedWith: readonly Settings[];
  readonly agents: readonly AgentOptions[];
  readonly slept: readonly number[];
}

/** What the command finds around it. */
export interface Around {
  /** What each look gives, in turn; after the last one the command is told to stop. */
  readonly reports?: readonly (Report | Error)[];
  readonly terminal?: boolean;
  readonly columns?: number;
  readonly plainText?: boolean;
  readonly agentExits?: number;
}

/** Runs a command line in the given surroundings; no settings file is at the default place. */
export async function run(typed: readonly string[], around: Around = {}): Promise<Ran> {
  const { reports = [], terminal = false, columns, plainText = false } = around;
  const written = { stdout: "", stderr: "" };
  const lookedWith: Settings[] = [];
  const agents: AgentOptions[] = [];
  const slept: number[] = [];
  const stop = new AbortController();
  const output = (name: "stdout" | "stderr") => ({
    write: (text: string) => void (written[name] += text),
    flushed: () => Promise.resolve(undefined),
    isTerminal: terminal,
    columns,
  });
  const surroundings: Surroundings = {
    workingDirectory: "/srv/shop",
    defaultSettingsPath: "/nonexistent/onemaster.yml",
    plainText,
    stdout: output("stdout"),
    stderr: output("stderr"),
    async look(settings) {
      const next = reports[lookedWith.length];
      lookedWith.push(settings);
      if (next === undefined) throw new RangeError("more looks than reports");
      if (next instanceof Error) throw next;
      return next;
    },
    async runAgent(options) {
      agents.push(options);
      return around.agentExits ?? 0;
    },
    stopSignal: () => stop.signal,
    inBackground: () => false,
    async sleep(ms) {
      slept.push(ms);
      if (lookedWith.length === reports.length) stop.abort();
    },
  };
  const exitCode = await runCli(typed, surroundings);
  return { exitCode, ...written, lookedWith, agents, slept };
}
