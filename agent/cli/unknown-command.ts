import type { Command } from "commander";
import { nearestWord } from "../run/settings-nearest.ts";
import { UsageError } from "./usage-error.ts";

/** The error for a first word that is no command: what was typed, and what would be right. */
export function unknownCommand(typed: string, program: Command): UsageError {
  const known = program.commands.map((command) => command.name());
  const near = nearestWord(typed, known);
  const hint = near === undefined ? "" : `; did you mean ${near}?`;
  return new UsageError(
    `unknown command '${typed}'${hint}\nCommands: ${known.join(", ")}\nSee: onemaster --help`,
  );
}
