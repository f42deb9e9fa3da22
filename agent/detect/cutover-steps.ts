import type { CutoverStep } from "../model/cutover-plan.ts";
import { shellWord } from "./audit-shell.ts";
import type { StepParts } from "./cutover-step-parts.ts";
import { installStep, ownershipSteps, putAwayStep, recordStep } from "./cutover-steps-files.ts";
import { answerStep, preflightStep, startStep } from "./cutover-steps-new.ts";
import { endOldStep, keptName, setAsideSteps, stopAllStep } from "./cutover-steps-old.ts";

function finish({ target }: StepParts): CutoverStep {
  const { service, socket } = target;
  return {
    step: "finish",
    text: "the second name and the scope go, the record is closed; the backup stays for onemaster cutover rollback",
    commands: [
      `rm -f ${shellWord(keptName(socket.path))}`,
      `onemaster cutover verify --unit ${shellWord(service.name)}`,
      `onemaster drill --unit ${shellWord(service.name)} --cycles 5 --yes`,
    ],
    check: "one master, no leftover process, and so after every restart",
    undo: null,
  };
}

/** The steps in their order. Pure: what a person reads is what is carried out. */
export function cutoverSteps(parts: StepParts): readonly CutoverStep[] {
  const before = [preflightStep(parts), recordStep(parts), ...ownershipSteps(parts)];
  if (parts.mode === "clean") {
    return [
      ...before,
      stopAllStep(parts),
      installStep(parts),
      putAwayStep(parts),
      startStep(parts),
      answerStep(parts),
      finish(parts),
    ];
  }
  return [
    ...before,
    ...setAsideSteps(parts),
    installStep(parts),
    putAwayStep(parts),
    startStep(parts),
    answerStep(parts),
    endOldStep(parts),
    finish(parts),
  ];
}
