import type { Command } from "commander";
import { bashCompletion } from "./completion-bash.ts";
import { fishCompletion } from "./completion-fish.ts";
import { completedCommands, valueOptions } from "./completion-model.ts";
import { zshCompletion } from "./completion-zsh.ts";
import type { Shell } from "./program.ts";

/** The completion script of a shell for this program. */
export function completionScript(shell: Shell, program: Command): string {
  const commands = completedCommands(program);
  switch (shell) {
    case "bash":
      return bashCompletion(commands);
    case "zsh":
      return zshCompletion(commands);
    case "fish":
      return fishCompletion(
        commands,
        valueOptions(commands).flatMap(({ names }) => names),
      );
  }
}
