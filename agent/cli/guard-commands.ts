import { type Command, InvalidArgumentError, Option } from "commander";
import type { CommonOptions } from "./common-options.ts";
import type { DrillOptions } from "./drill-command.ts";
import type { GateOptions } from "./gate-command.ts";
import { drillText, gateText } from "./guard-texts.ts";
import { common, json, jsonOption, subcommand } from "./subcommand.ts";

/** What the commands do that keep a unit at one master. */
export interface GuardActions {
  gate(common: CommonOptions, options: GateOptions): Promise<void>;
  drill(common: CommonOptions, options: DrillOptions): Promise<void>;
}

interface TypedOptions {
  readonly yes?: true;
  readonly strict?: true;
  readonly unit?: string;
  readonly cycles?: number;
  readonly evenIfUnsound?: true;
}

const unitOption = ["--unit <name>", "this unit alone (default: as the sockets tell)"] as const;

function cycleCount(typed: string): number {
  const count = /^\d{1,4}$/.test(typed) ? Number(typed) : 0;
  if (count < 1 || count > 1_000) throw new InvalidArgumentError("Write a number from 1 to 1000.");
  return count;
}

/** Adds the commands that keep a unit at one master: `gate` and `drill`. */
export function addGuardCommands(program: Command, actions: GuardActions): void {
  const gate = subcommand(program, "gate", gateText)
    .option("--strict", "refuse as well what could not be told")
    .option(...jsonOption);
  gate.action(() => {
    const { strict } = gate.opts<TypedOptions>();
    return actions.gate(common(gate), { ...json(gate), strict: strict === true });
  });

  const drill = subcommand(program, "drill", drillText)
    .addOption(new Option("--cycles <number>", "so many restarts").argParser(cycleCount).default(5))
    .option(...unitOption)
    .option("--yes", "do it")
    .option("--even-if-unsound", "begin on a unit that is not sound")
    .option(...jsonOption);
  drill.action(() => {
    const { cycles, unit, yes, evenIfUnsound } = drill.opts<TypedOptions>();
    return actions.drill(common(drill), {
      ...json(drill),
      cycles: cycles ?? 5,
      unit,
      yes: yes === true,
      evenIfUnsound: evenIfUnsound === true,
    });
  });
}
