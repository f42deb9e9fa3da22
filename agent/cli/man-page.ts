import type { Command } from "commander";
import type { CommandText } from "./command-text.ts";
import { commandTexts } from "./command-texts.ts";

/** A text for roff: no escapes of its own, hyphens that can be copied, no line that is a request. */
function roff(text: string): string {
  return text
    .replaceAll("\\", "\\e")
    .replaceAll("-", "\\-")
    .replaceAll(/^(?=[.'])/gm, "\\&");
}

function entry(term: string, says: string): string[] {
  return [".TP", `.B ${roff(term)}`, roff(says)];
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}

function optionLines(command: Command): string[] {
  const help = command.createHelp();
  return help
    .visibleOptions(command)
    .filter(({ long }) => command.parent === null || long !== "--help")
    .flatMap((option) => entry(help.optionTerm(option), sentence(help.optionDescription(option))));
}

/** `onemaster status [--json] [--watch [duration]]` and the like: what can be typed, not how much of it. */
function usage(words: string, command: Command): string {
  const help = command.createHelp();
  const argument = command.registeredArguments.map((known) => help.argumentTerm(known));
  const hasOptions = command.options.length > 0;
  return ["onemaster", words, hasOptions ? "[options]" : "", ...argument]
    .filter((part) => part !== "")
    .join(" ");
}

function heading(title: string): string[] {
  return [".PP", `${title}:`];
}

function commandLines(words: string, text: CommandText, command: Command): string[] {
  const options = optionLines(command);
  return [
    `.SS ${roff(usage(words, command))}`,
    roff(sentence(text.summary)),
    ...text.description.flatMap((paragraph) => [".PP", roff(paragraph)]),
    ...(options.length > 0 ? [...heading("Options"), ...options] : []),
    ...heading("Examples"),
    ...text.examples.flatMap(({ command: example, says }) => entry(example, sentence(says))),
    ...heading("Exit codes"),
    ...text.exits.flatMap(({ code, when }) => entry(String(code), sentence(when))),
  ];
}

/** The command that the words lead to. */
function commandAt(program: Command, words: string): Command {
  let command = program;
  for (const word of words.split(" ")) {
    const next = command.commands.find((child) => child.name() === word);
    if (next === undefined) throw new RangeError(`no command ${words}`);
    command = next;
  }
  return command;
}

/** The manual page onemaster(1) as roff text, made from the same texts as the help. */
export function manPage(program: Command): string {
  const { "": text, ...commands } = commandTexts;
  const lines = [
    '.TH ONEMASTER 1 "" onemaster "User commands"',
    ".SH NAME",
    `onemaster \\- ${roff(text.summary)}`,
    ".SH SYNOPSIS",
    ".B onemaster",
    "[options] [command]",
    ".SH DESCRIPTION",
    ...text.description.flatMap((paragraph) => [".PP", roff(paragraph)]),
    ".SH OPTIONS",
    ...optionLines(program),
    ".SH COMMANDS",
    ...Object.entries(commands).flatMap(([words, about]) =>
      commandLines(words, about, commandAt(program, words)),
    ),
    ".SH EXAMPLES",
    ...text.examples.flatMap(({ command, says }) => entry(command, sentence(says))),
    ".SH EXIT STATUS",
    "Of every command but",
    ".BR check :",
    ...text.exits.flatMap(({ code, when }) => entry(String(code), sentence(when))),
    ".SH FILES",
    ...entry("/etc/onemaster/onemaster.yml", "The settings file that is read when none is named."),
    ".SH ENVIRONMENT",
    ...entry("NO_COLOR", "No colour when it is set and not empty."),
  ];
  return `${lines.join("\n")}\n`;
}
