import type { CutoverFlags } from "../model/cutover-flags.ts";
import type { CutoverPlan } from "../model/cutover-plan.ts";
import type { Settings } from "../model/settings.ts";
import { type CommonOptions, effectiveSettings } from "./common-options.ts";
import { cutoverPlanText, shownPlan } from "./cutover-plan-text.ts";
import { ExitCode } from "./exit-code.ts";
import type { Surroundings } from "./surroundings.ts";
import { textStyleFor } from "./text-style.ts";

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
  const { stdout } = surroundings;
  const plan = await makePlan(await effectiveSettings(common, surroundings), flags);
  if (json) {
    stdout.write(`${JSON.stringify(shownPlan(plan), undefined, 2)}\n`);
    return ExitCode.ok;
  }
  stdout.write(cutoverPlanText(plan, { ...textStyleFor(common, surroundings), typed }));
  return ExitCode.ok;
}
