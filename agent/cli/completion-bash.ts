import { valueOptions, type Completed, type CompletedCommand } from "./completion-model.ts";

function replies(completed: Completed): string {
  if (completed === "nothing") return ":";
  return completed === "file"
    ? 'compopt -o filenames 2>/dev/null; mapfile -t COMPREPLY < <(compgen -f -- "$word")'
    : `mapfile -t COMPREPLY < <(compgen -W '${completed.join(" ")}' -- "$word")`;
}

function commandCase({ words, options, commands, argument }: CompletedCommand): string {
  const flags = options.flatMap(({ names }) => names).join(" ");
  const next = commands.length > 0 ? commands.map(({ name }) => name) : argument;
  return `    '${words.join(" ")}')
      if [[ $word == -* ]]; then
        ${replies(flags.split(" "))}
      else
        ${replies(next)}
      fi
      ;;`;
}

/** The completion script for bash 4 and newer, with or without bash-completion. */
export function bashCompletion(commands: readonly CompletedCommand[]): string {
  const valued = valueOptions(commands);
  const skip = valued.flatMap(({ names }) => names).join(" | ");
  const afterOption = valued
    .map(
      ({ names, value }) =>
        `    ${names.join(" | ")})\n      ${replies(value)}\n      return\n      ;;`,
    )
    .join("\n");
  const known = commands
    .filter(({ words }) => words.length > 0)
    .map(({ words }) => `'${words.join(" ")}'`)
    .join(" | ");
  return `# bash completion for onemaster; made from its help

_onemaster() {
  local word=\${COMP_WORDS[COMP_CWORD]} before=\${COMP_WORDS[COMP_CWORD - 1]}
  local command='' longer index
  COMPREPLY=()
  for ((index = 1; index < COMP_CWORD; index++)); do
    case \${COMP_WORDS[index]} in
      ${skip}) ((index++)) ;;
      -*) ;;
      *)
        longer="\${command:+$command }\${COMP_WORDS[index]}"
        case $longer in
          ${known}) command=$longer ;;
        esac
        ;;
    esac
  done
  case $before in
${afterOption}
  esac
  case $command in
${commands.map(commandCase).join("\n")}
  esac
}

complete -F _onemaster onemaster
`;
}
