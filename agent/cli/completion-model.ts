import type { Command } from "commander";

/** What may follow an option or stand as an argument. */
export type Completed = "nothing" | "file" | readonly string[];

/** An option for completion. */
export interface CompletedOption {
  /** As typed: `--config`, `-h`. */
  readonly names: readonly string[];
  readonly says: string;
  /** True when a word must follow. */
  readonly takesValue: boolean;
  readonly value: Completed;
}

/** A command for completion: its options, those of the program included, and what it goes on with. */
export interface CompletedCommand {
  /** The words that lead to it after the program's name: none, `["config"]`, `["config", "check"]`. */
  readonly words: readonly string[];
  readonly summary: string;
  readonly options: readonly CompletedOption[];
  readonly commands: readonly { readonly name: string; readonly summary: string }[];
  readonly argument: Completed;
}

function optionsOf(command: Command): CompletedOption[] {
  const help = command.createHelp();
  const globals = command.parent === null ? [] : help.visibleGlobalOptions(command);
  const all = [...help.visibleOptions(command), ...globals].filter(
    (option, index, options) => options.findIndex(({ long }) => long === option.long) === index,
  );
  return all.map(({ short, long, description, required, flags }) => ({
    names: [short, long].filter((name) => name != null),
    says: description,
    takesValue: required,
    value: /<(?:file|path)>/.test(flags) ? "file" : "nothing",
  }));
}

function argumentOf(command: Command): Completed {
  const [argument] = command.registeredArguments;
  if (argument === undefined) return "nothing";
  return argument.argChoices ?? (argument.name() === "file" ? "file" : "nothing");
}

/** Every command of the program, parents before their children. */
export function completedCommands(
  command: Command,
  words: readonly string[] = [],
): CompletedCommand[] {
  const commands = command.commands.map((child) => ({
    name: child.name(),
    summary: child.summary(),
  }));
  const own = {
    words,
    summary: command.summary(),
    options: optionsOf(command),
    commands,
    argument: argumentOf(command),
  };
  const children = command.commands.flatMap((child) =>
    completedCommands(child, [...words, child.name()]),
  );
  return [own, ...children];
}

/** Names of the options of any command that a word must follow; no command's word comes right after them. */
export function valueOptions(commands: readonly CompletedCommand[]): CompletedOption[] {
  const found = new Map<string, CompletedOption>();
  for (const option of commands.flatMap(({ options }) => options)) {
    if (option.takesValue) found.set(option.names.join(), option);
  }
  return [...found.values()];
}
