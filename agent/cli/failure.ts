import { CommanderError } from "commander";
import { SettingsError } from "../run/settings-error.ts";
import { checkFailure } from "./check-line.ts";
import { ExitCode, PluginState } from "./exit-code.ts";
import type { Surroundings } from "./surroundings.ts";
import { UsageError } from "./usage-error.ts";

/** True when the command line asks for `check`, which has exit codes and a line of its own. */
function asksForCheck(typed: readonly string[]): boolean {
  for (let index = 0; index < typed.length; index += 1) {
    const word = typed[index] ?? "";
    if (word === "--config" || word === "--socket") index += 1;
    else if (!word.startsWith("-")) return word === "check";
  }
  return false;
}

function firstLine(text: string): string {
  return text.split("\n", 1)[0] ?? "";
}

/** What stopped the command: how to say it on stderr, in one line, and what to exit with. */
function explain(error: unknown): { exitCode: number; brief: string; full: string } {
  if (error instanceof CommanderError) {
    // commander has said it already; exit code 0 is help or the version, asked for
    const exitCode = error.exitCode === 0 ? ExitCode.ok : ExitCode.usage;
    return { exitCode, brief: firstLine(error.message).replace(/^error: /, ""), full: "" };
  }
  if (error instanceof UsageError) {
    const full = `onemaster: ${error.message}\n`;
    return { exitCode: ExitCode.usage, brief: firstLine(error.message), full };
  }
  if (error instanceof SettingsError) {
    const more = error.problems.length - 1;
    const brief = `settings: ${error.problems[0]}${more > 0 ? ` (and ${more} more)` : ""}`;
    return { exitCode: ExitCode.usage, brief, full: `${error.message}\n` };
  }
  const what = error instanceof Error ? error.message : String(error);
  const stack = error instanceof Error ? (error.stack ?? "") : "";
  return {
    exitCode: ExitCode.failure,
    brief: `onemaster itself failed: ${firstLine(what)}`,
    full: `onemaster: failed: ${firstLine(what)}\n${stack}\n`,
  };
}

/**
 * Tells the user what stopped the command and gives the exit code. `check` answers as a
 * plug-in even then: one line on stdout and the state unknown.
 */
export function reportFailure(
  error: unknown,
  typed: readonly string[],
  { stdout, stderr }: Pick<Surroundings, "stdout" | "stderr">,
): number {
  const { exitCode, brief, full } = explain(error);
  if (full !== "") stderr.write(full);
  if (exitCode === ExitCode.ok || !asksForCheck(typed)) return exitCode;
  stdout.write(`${checkFailure(brief).line}\n`);
  return PluginState.unknown;
}

/**
 * Waits until all output is through, and gives what to exit with: a success that could not be
 * told is none. A failure stays what it is.
 */
export async function settleOutput(
  exitCode: number,
  typed: readonly string[],
  { stdout, stderr }: Pick<Surroundings, "stdout" | "stderr">,
): Promise<number> {
  const lost = [await stdout.flushed(), await stderr.flushed()].find((why) => why !== undefined);
  if (lost === undefined || exitCode !== ExitCode.ok) return exitCode;
  stderr.write(`onemaster: not all output could be written: ${firstLine(lost.message)}\n`);
  return asksForCheck(typed) ? PluginState.unknown : ExitCode.failure;
}
