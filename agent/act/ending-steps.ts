import type { StepName } from "../model/remediation.ts";

/** The steps that end somebody, and those after them: once begun, what is left is ended too. */
export const endingSteps: ReadonlySet<string> = new Set<StepName>([
  "end-workers",
  "end-master",
  "verify",
  "unlink",
]);
