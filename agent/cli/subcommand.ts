import type { Command } from "commander";
import type { CommandText } from "./command-text.ts";
import type { CommonOptions } from "./common-options.ts";
import type { JsonOption } from "./config-command.ts";
import { helpAfter, helpDescription } from "./help-text.ts";

interface CommonTyped {
  readonly config?: string;
  readonly socket?: readonly string[];
  readonly color: boolean;
  readonly json?: true;
}

/** The option of commands that can print JSON. */
export const jsonOption = ["--json", "print JSON, for programs"] as const;

/** The command with what its help says. */
export function described(command: Command, text: CommandText): Command {
  return command
    .summary(text.summary)
    .description(helpDescription(text))
    .addHelpText("after", helpAfter(text));
}

/** A command below another; `nameAndArguments` as commander takes them. */
export function subcommand(parent: Command, nameAndArguments: string, text: CommandText): Command {
  const command = parent.command(nameAndArguments);
  const path = parent.parent === null ? command.name() : `${parent.name()} ${command.name()}`;
  command.allowExcessArguments(false).showHelpAfterError(`See: onemaster ${path} --help`);
  return described(command, text);
}

/** The options that every command takes. */
export function common(command: Command): CommonOptions {
  const { config, socket, color } = command.optsWithGlobals<CommonTyped>();
  return { config, socket: socket ?? [], color };
}

/** Whether a command was asked for JSON. */
export function json(command: Command): JsonOption {
  return { json: command.opts<CommonTyped>().json === true };
}

/** A subcommand of one with --json has the option twice: either place counts. */
export function jsonOf(command: Command): JsonOption {
  return { json: command.optsWithGlobals<CommonTyped>().json === true };
}
