import { cutoverFolder } from "../history/cutover-files.ts";
import type { CutoverFlags } from "../model/cutover-flags.ts";
import type { CutoverPlan } from "../model/cutover-plan.ts";
import type { Settings } from "../model/settings.ts";
import { socketAt } from "../model/settings-defaults.ts";
import { chooseEnvironment } from "../detect/cutover-environment.ts";
import type { PlanFacts, PlanParts, PlanSubject } from "../detect/cutover-parts.ts";
import { planCutover, planWithout, subjectOf } from "../detect/cutover-plan.ts";
import { unixPaths } from "../detect/cutover-service.ts";
import { chooseSubject, unitOf } from "../detect/cutover-subject.ts";
import { socketUnit } from "../detect/cutover-unit-file.ts";
import { pathFrom } from "../detect/cutover-choices.ts";
import { chooseValues } from "../detect/cutover-values.ts";
import { withUnits } from "../detect/unit-report.ts";
import { gateAmong } from "../probe/cutover-gate.ts";
import { checkForCutover } from "../probe/cutover-checks.ts";
import { lookForCutover } from "../probe/cutover-look.ts";
import { createFailureLog } from "../probe/failures.ts";
import { createUnitLook, hostUnits } from "../probe/unit-look.ts";
import { systemClock } from "./clock.ts";
import { tellToday } from "./cutover-today.ts";
import { lookForActing } from "./look.ts";

/**
 * Looks at the host and says how its service would be cut over, or why it would not. Changes
 * nothing. What could not be seen is in the plan as a refusal or a question.
 */
export async function planForHost(settings: Settings, flags: CutoverFlags): Promise<CutoverPlan> {
  const { socket: path } = flags;
  const socketSettings = settings.sockets.find((one) => one.path === path);
  const sockets = path === undefined ? settings.sockets : [socketSettings ?? socketAt(path)];
  const look = await lookForActing({ ...settings, sockets });
  const own = look.report.sockets.filter((one) => look.paths.has(one.path));
  const seen = { ...look.report, sockets: own };
  const first = chooseSubject(seen, flags);
  const named = [first.unit, first.name].flatMap((name) => name ?? []);
  const units = await createUnitLook(hostUnits(systemClock.wallMs))(seen, named);
  const report = withUnits(seen, units.units);
  const choice = chooseSubject(report, flags);
  const unit = unitOf(choice.unit, units);
  const backups = cutoverFolder(settings.stateDir);
  // this program as it was called: a single executable is the second of these
  const gate = await gateAmong([process.argv[1], process.execPath], createFailureLog());
  const today = unit === undefined ? [] : await tellToday(unit, report, units, settings);
  const parts: PlanParts = { report, choice, unit, flags, gate, backups, today };
  const subject = subjectOf(parts);
  if ("refusals" in subject) return planWithout(parts, subject.refusals);
  const facts = await factsFor(parts, subject);
  return planCutover(parts, facts, subject);
}

async function factsFor(
  { choice: { model }, unit, flags, gate }: PlanParts,
  { socket, name }: PlanSubject,
): Promise<PlanFacts> {
  const log = createFailureLog();
  const newUnits = [name, ...(flags.socketActivation ? [socketUnit(name)] : [])];
  const { environmentFile, arguments: typed } = flags;
  const asked = { newUnits, environmentFile, typed };
  const { groups } = socket;
  const look = await lookForCutover(
    { unit, group: model, groups, socket: socket.path, ...asked },
    log,
  );
  const values = chooseValues(look, flags, socket);
  const { files, own } = chooseEnvironment(look, flags, name.replace(/\.service$/, ""));
  const logs = values.line.logs.flatMap((path) => pathFrom(values.chdir.value, path) ?? []);
  const trials = {
    user: values.user.value,
    group: values.group.value,
    keepsRoot: flags.keepRoot,
    program: values.program.value,
    socket: socket.path,
    binds: unixPaths(values),
    bindsSocket: !flags.socketActivation,
    rootsFiles: [gate].flatMap((path) => path ?? []),
    code: [values.line.code],
    environment: { files, text: own?.text },
    chdir: values.chdir.value,
    files: [...new Set([...logs, ...(look.master?.writes ?? [])])],
    settingsFile: values.line.settingsFile ?? look.inEnvironment?.settingsFile,
    nginx: values.nginx.value ?? undefined,
  };
  return { look, values, checks: await checkForCutover(trials, log) };
}
