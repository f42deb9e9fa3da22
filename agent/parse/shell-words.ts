import { shellCommands } from "./shell-commands.ts";

/** The words of one command as a shell would read them; undefined: it is more than words. */
export function shellWords(text: string): readonly string[] | undefined {
  const context = {
    path: "",
    directory: undefined,
    environment: new Map<string, string>(),
    readFile: () => undefined,
  };
  // a word in front, since the first of them may look like an assignment
  const { commands } = shellCommands(`: ${text}`, context);
  const [only] = commands;
  if (commands.length !== 1 || only === undefined) return undefined;
  const words = only.words.slice(1).flatMap((word) => word ?? []);
  return words.length === only.words.length - 1 ? words : undefined;
}
