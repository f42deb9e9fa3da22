import type { CompletedCommand } from "./completion-model.ts";

function quoted(text: string): string {
  return `'${text.replaceAll(/['\\]/g, "\\$&")}'`;
}

function condition({ words }: CompletedCommand): string {
  return quoted(`__onemaster_at ${words.join(" ")}`.trim());
}

function commandLines(command: CompletedCommand): string[] {
  const at = `complete -c onemaster -n ${condition(command)}`;
  const lines = command.commands.map(
    ({ name, summary }) => `${at} -a ${name} -d ${quoted(summary)}`,
  );
  for (const { names, says, takesValue, value } of command.options) {
    const flags = names.map((name) =>
      name.startsWith("--") ? `-l ${name.slice(2)}` : `-s ${name.slice(1)}`,
    );
    const follows = takesValue ? (value === "file" ? " -r -F" : " -x") : "";
    lines.push(`${at} ${flags.join(" ")}${follows} -d ${quoted(says)}`);
  }
  if (command.argument === "file") lines.push(`${at} -F`);
  else if (command.argument !== "nothing") {
    lines.push(`${at} -a ${quoted(command.argument.join(" "))}`);
  }
  return lines;
}

/** The completion script for fish 3 and newer. */
export function fishCompletion(
  commands: readonly CompletedCommand[],
  valueNames: readonly string[],
): string {
  const known = commands
    .filter(({ words }) => words.length > 0)
    .map(({ words }) => quoted(words.join(" ")))
    .join(" ");
  return `# fish completion for onemaster; made from its help

# true when the words typed so far lead to exactly this command
function __onemaster_at
    set -l known ${known}
    set -l command
    set -l skip 0
    for word in (commandline -opc)[2..]
        if test $skip -eq 1
            set skip 0
        else if contains -- $word ${valueNames.join(" ")}
            set skip 1
        else if not string match -q -- '-*' $word
            set -l longer (string join ' ' $command $word)
            contains -- $longer $known; and set command $longer
        end
    end
    test "$command" = "$argv"
end

complete -c onemaster -f
${commands.flatMap(commandLines).join("\n")}
`;
}
