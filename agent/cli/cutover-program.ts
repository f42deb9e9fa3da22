import { type Command, Option } from "commander";
import type { CommonOptions } from "./common-options.ts";
import type { JsonOption } from "./config-command.ts";
import type { CutoverRollbackOptions } from "./cutover-carry-out.ts";
import { type TypedCutover, unitTyped, withCutoverFlags } from "./cutover-options.ts";
import { cutoverTexts } from "./cutover-texts.ts";
import type { VerifyOptions } from "./cutover-verify-command.ts";
import { common, json, jsonOption, subcommand } from "./subcommand.ts";

/** What the commands of a cutover do. */
export interface CutoverActions {
  cutoverPlan(common: CommonOptions, typed: TypedCutover, options: JsonOption): Promise<void>;
  cutoverApply(common: CommonOptions, typed: TypedCutover, options: JsonOption): Promise<void>;
  cutoverRollback(common: CommonOptions, options: CutoverRollbackOptions): Promise<void>;
  cutoverVerify(common: CommonOptions, options: VerifyOptions): Promise<void>;
}

interface TypedVerify {
  readonly unit?: string;
}

interface TypedYes {
  readonly yes?: true;
}

/** Adds `cutover` with all below it to the program. */
export function addCutover(program: Command, actions: CutoverActions): void {
  const cutover = subcommand(program, "cutover", cutoverTexts.cutover).helpCommand(false);
  const plan = withCutoverFlags(
    subcommand(cutover, "plan", cutoverTexts["cutover plan"]).option(...jsonOption),
  );
  plan.action(() => actions.cutoverPlan(common(plan), plan.opts<TypedCutover>(), json(plan)));
  const apply = withCutoverFlags(
    subcommand(cutover, "apply", cutoverTexts["cutover apply"])
      .option("--yes", "carry the plan out")
      .option(...jsonOption),
  );
  apply.action(() => {
    const { yes } = apply.opts<TypedYes>();
    const act = yes === true ? actions.cutoverApply : actions.cutoverPlan;
    return act(common(apply), apply.opts<TypedCutover>(), json(apply));
  });
  const rollback = subcommand(cutover, "rollback", cutoverTexts["cutover rollback"])
    .option("--yes", "carry it out")
    .option(...jsonOption)
    .addOption(new Option("--unit <name>", "the service that was cut over").argParser(unitTyped));
  rollback.action(() => {
    const { yes, unit } = rollback.opts<TypedYes & TypedCutover>();
    return actions.cutoverRollback(common(rollback), {
      ...json(rollback),
      yes: yes === true,
      unit,
    });
  });
  const verify = subcommand(cutover, "verify", cutoverTexts["cutover verify"])
    .option("--unit <name>", "this unit alone (default: as the sockets tell)")
    .option(...jsonOption);
  verify.action(() => {
    const { unit } = verify.opts<TypedVerify>();
    return actions.cutoverVerify(common(verify), { ...json(verify), unit });
  });
}
