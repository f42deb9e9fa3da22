import { asideScope, type CutoverService, type CutoverTarget } from "../model/cutover.ts";
import type { CutoverPlan, CutoverRefusal } from "../model/cutover-plan.ts";
import { chooseEnvironment, type ChosenEnvironment } from "./cutover-environment.ts";
import { oldOf, startsAtBoot } from "./cutover-old.ts";
import { type PlanFacts, type PlanParts, type PlanSubject, propertiesOf } from "./cutover-parts.ts";
import { blindness, cutoverRefusals, ownershipOf, unfitText } from "./cutover-refusals.ts";
import { bindsBeside, serviceOf } from "./cutover-service.ts";
import { cutoverSteps } from "./cutover-steps.ts";
import { nativeRefusal } from "./cutover-subject.ts";
import { notesTold, valuesTold } from "./cutover-told.ts";
import { execWords, socketUnit, unitFiles } from "./cutover-unit-file.ts";

type Head = Pick<
  CutoverPlan,
  "schema" | "takenAt" | "host" | "mode" | "socketActivation" | "today"
>;

function head({ report, flags, today }: PlanParts): Head {
  return {
    schema: 1,
    takenAt: report.takenAt,
    host: report.host.name,
    mode: flags.clean ? "clean" : "live",
    socketActivation: flags.socketActivation,
    today,
  };
}

/** What is cut over, or why nothing is: it is not known, or there is nothing to do. */
export function subjectOf({
  report,
  choice,
  unit,
}: PlanParts): PlanSubject | { readonly refusals: readonly CutoverRefusal[] } {
  const { socket, name } = choice;
  const native = nativeRefusal(unit, socket);
  const unseen = socket === undefined ? blindness(report) : [];
  const refusals = [...choice.refusals, ...(native === undefined ? [] : [native]), ...unseen];
  if (refusals.length > 0 || socket === undefined || name === undefined) return { refusals };
  return { socket, name };
}

/** A plan in which there is nothing but why there is none. */
export function planWithout(parts: PlanParts, refusals: readonly CutoverRefusal[]): CutoverPlan {
  return {
    ...head(parts),
    target: null,
    values: [],
    refusals,
    questions: [],
    notes: [],
    steps: [],
  };
}

function targetOf(
  parts: PlanParts,
  facts: PlanFacts,
  subject: PlanSubject,
  environment: ChosenEnvironment,
  { service, socket }: Pick<CutoverTarget, "service" | "socket">,
): CutoverTarget {
  const { flags, gate, backups } = parts;
  const { look, values, checks } = facts;
  const old = oldOf(parts, facts, subject);
  const units = [...(flags.socketActivation ? [socketUnit(service.name)] : []), service.name];
  const { header, initScript } = look.scripts;
  const { socketActivation } = flags;
  const about = { service, socket, header, gate, initScript, socketActivation };
  const written = unitFiles({ ...about, look });
  return {
    service,
    socket,
    nginx: values.nginx.value ?? null,
    old,
    files: [...written, ...(environment.own === undefined ? [] : [environment.own])],
    enable: startsAtBoot(old.links) ? units : [],
    start: units,
    ownership: flags.fixOwnership ? ownershipOf(checks.files, checks) : [],
    scope: asideScope(service.name),
    backup: `${backups}/${old.unit}.backup`,
  };
}

/** All texts that come from elsewhere and stand in the unit, or name it. */
function textsIn(
  { gate }: PlanParts,
  { look }: PlanFacts,
  { files }: ChosenEnvironment,
  service: CutoverService | undefined,
): readonly string[] {
  if (service === undefined) return [];
  const { description, starts } = look.scripts.header;
  const { initScript } = look.scripts;
  const { user, group, name, workingDirectory } = service;
  return [
    ...execWords(service),
    workingDirectory,
    user.name,
    group.name,
    name,
    ...files,
    ...starts,
    ...[gate, description, initScript].flatMap((text) => text ?? []),
  ];
}

/** Makes the plan of what was chosen and tried. Pure: same facts, same plan. */
export function planCutover(parts: PlanParts, facts: PlanFacts, subject: PlanSubject): CutoverPlan {
  const { report, flags } = parts;
  const { look, values, checks } = facts;
  const { socket, name } = subject;
  const environment = chooseEnvironment(look, flags, name.replace(/\.service$/, ""));
  const found = serviceOf(facts, subject, flags, environment.files);
  const texts = textsIn(parts, facts, environment, found?.service);
  // what cannot be written is not shown as if it could
  const both = unfitText(texts) === undefined ? found : undefined;
  const target = both && targetOf(parts, facts, subject, environment, both);
  const { mode, socketActivation } = head(parts);
  return {
    ...head(parts),
    target: target ?? null,
    values: valuesTold(facts, environment, subject),
    refusals: cutoverRefusals({
      report,
      socket,
      properties: propertiesOf(parts),
      look,
      checks,
      values,
      flags,
      otherBinds: bindsBeside(values, socket.path, checks.realPaths),
      ownership: flags.keepRoot ? [] : ownershipOf(checks.files, checks),
      written: target?.files.map(({ path }) => path),
      units: [parts.choice.unit ?? name, name],
      texts,
    }),
    questions: [...values.questions, ...environment.questions],
    notes: notesTold(parts, facts, environment, both?.service),
    steps: target === undefined ? [] : cutoverSteps({ target, mode, socketActivation }),
  };
}
