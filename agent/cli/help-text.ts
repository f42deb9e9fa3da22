import type { CommandText } from "./command-text.ts";

/** The paragraphs of a command's help, the summary as a sentence first; the reader wraps them. */
export function helpDescription({ summary, description }: CommandText): string {
  const sentence = `${summary.charAt(0).toUpperCase()}${summary.slice(1)}.`;
  return [sentence, ...description].join("\n\n");
}

/** What follows the options in a command's help: examples and exit codes. */
export function helpAfter({ examples, exits }: CommandText): string {
  const exampleLines = examples.flatMap(({ command, says }) => [`  # ${says}`, `  ${command}`]);
  const exitLines = exits.map(({ code, when }) => `  ${String(code).padEnd(4)}${when}`);
  return `\nExamples:\n${exampleLines.join("\n")}\n\nExit codes:\n${exitLines.join("\n")}`;
}
