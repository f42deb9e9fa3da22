import type { CutoverFlags } from "../model/cutover-flags.ts";
import type { CutoverPlan } from "../model/cutover-plan.ts";
import type { Settings } from "../model/settings.ts";
import { type CommonOptions, effectiveSettings } from "./common-options.ts";
import { cutoverPlanText, shownPlan } from "./cutover-plan-text.ts";
import { ExitCode } from "./exit-code.ts";
import { coloursFor } from "./status-colours.ts";
import type { Surroundings } from "./surroundings.ts";

const widthWithoutTerminal = 80;

/** Looks at the host and makes the plan; changes nothing. */
export type MakePlan = (settings: Settings, flags: CutoverFlags) => Promise<CutoverPlan>;

/**
 * `cutover plan`, and `cutover apply` without --yes: what would be done, step by step, or why it
 * would not. Ends with `ExitCode.ok` whatever it found: nothing is changed by it.
 */
export async function cutoverPlanCommand(
  common: CommonOptions,
  flags: CutoverFlags,
  { json, typed }: { readonly json: boolean; readonly typed: readonly string[] },
  surroundings: Surroundings,
  makePlan: MakePlan,
): Promise<number> {
  const { stdout, plainText } = surroundings;
  const plan = await makePlan(await effectiveSettings(common, surroundings), flags);
  if (json) {
    stdout.write(`${JSON.stringify(shownPlan(plan), undefined, 2)}\n`);
    return ExitCode.ok;
  }
  const width = stdout.columns ?? widthWithoutTerminal;
  const colours = coloursFor(common.color && stdout.isTerminal && !plainText);
  stdout.write(cutoverPlanText(plan, { width, colours, typed }));
  return ExitCode.ok;
}
