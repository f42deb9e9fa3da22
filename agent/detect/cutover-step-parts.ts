import type { CutoverTarget } from "../model/cutover.ts";
import type { CutoverPlan } from "../model/cutover-plan.ts";

/** What the steps are told of. */
export interface StepParts extends Pick<CutoverPlan, "mode" | "socketActivation"> {
  readonly target: CutoverTarget;
}
