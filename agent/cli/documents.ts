import { completionScript } from "./completion-script.ts";
import { manPage } from "./man-page.ts";
import { buildProgram, shells, type Actions } from "./program.ts";

/** A file that is made from the program's own texts. */
export interface GeneratedDocument {
  /** From the root of the repository. */
  readonly path: string;
  readonly text: string;
}

function notRun(): never {
  throw new Error("the program is only looked at, not run");
}

const noActions: Actions = {
  run: notRun,
  status: notRun,
  check: notRun,
  history: notRun,
  audit: notRun,
  incidents: notRun,
  incidentShow: notRun,
  remediate: notRun,
  gate: notRun,
  drill: notRun,
  cutoverVerify: notRun,
  cutoverPlan: notRun,
  cutoverApply: notRun,
  cutoverRollback: notRun,
  configCheck: notRun,
  configShow: notRun,
  completion: notRun,
};

/** The manual page and the completion scripts, as they are to stand in deploy/. */
export function documents(): GeneratedDocument[] {
  const program = buildProgram(noActions, { out: notRun, err: notRun, helpWidth: 80 });
  return [
    { path: "deploy/man/onemaster.1", text: manPage(program) },
    ...shells.map((shell) => ({
      path: `deploy/completion/onemaster.${shell}`,
      text: completionScript(shell, program),
    })),
  ];
}
