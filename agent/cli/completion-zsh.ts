import type { Completed, CompletedCommand, CompletedOption } from "./completion-model.ts";

/** A text inside single quotes of a spec, where colons and brackets mean something to _arguments. */
function escaped(text: string): string {
  return text.replaceAll(/[[\]:\\]/g, "\\$&").replaceAll("'", "'\\''");
}

function action(completed: Completed): string {
  if (completed === "nothing") return " ";
  return completed === "file" ? "_files" : `(${completed.join(" ")})`;
}

function optionSpec({ names, says, takesValue, value }: CompletedOption): string[] {
  const follows = takesValue ? `:value:${action(value)}` : "";
  // --socket can be given again
  const again = takesValue && names.includes("--socket") ? "*" : "";
  return names.map((name) => `'${again}${name}[${escaped(says)}]${follows}'`);
}

function functionName(words: readonly string[]): string {
  return ["_onemaster", ...words].join("_");
}

function commandFunction(command: CompletedCommand): string {
  const { words, options, commands, argument } = command;
  const specs = options.flatMap(optionSpec);
  const name = functionName(words);
  if (commands.length === 0) {
    if (argument !== "nothing") specs.push(`'1:argument:${action(argument)}'`);
    return `${name}() {\n  _arguments ${specs.map((spec) => `\\\n    ${spec}`).join(" ")}\n}`;
  }
  const list = commands.map((child) => `        '${child.name}:${escaped(child.summary)}'`);
  const calls = commands.map(
    (child) => `        ${child.name}) ${functionName([...words, child.name])} ;;`,
  );
  specs.push("'1: :->command'", "'*:: :->rest'");
  return `${name}() {
  local context state state_descr line
  local -A opt_args
  _arguments -C ${specs.map((spec) => `\\\n    ${spec}`).join(" ")}
  case $state in
    command)
      local -a commands=(
${list.join("\n")}
      )
      _describe command commands
      ;;
    rest)
      case $line[1] in
${calls.join("\n")}
      esac
      ;;
  esac
}`;
}

/** The completion script for zsh 5, to be autoloaded from a directory of fpath or sourced after compinit. */
export function zshCompletion(commands: readonly CompletedCommand[]): string {
  return `#compdef onemaster
# zsh completion for onemaster; made from its help

${commands.map(commandFunction).join("\n\n")}

if [ "$funcstack[1]" = "_onemaster" ]; then
  _onemaster "$@"
else
  compdef _onemaster onemaster
fi
`;
}
