import type { CutoverChecks, CutoverLook } from "../model/cutover-facts.ts";
import {
  asideScope,
  type CutoverFlags,
  type CutoverOld,
  type CutoverPlan,
  type CutoverQuestion,
  type CutoverRefusal,
  type CutoverService,
  type CutoverSocket,
  type CutoverTarget,
  type CutoverValue,
  type CutoverValueName,
} from "../model/cutover.ts";
import type { Report, SocketReport } from "../model/report.ts";
import type { UnitFacts } from "../model/unit.ts";
import { chooseEnvironment, type ChosenEnvironment } from "./cutover-environment.ts";
import { cutoverRefusals, ownershipOf } from "./cutover-refusals.ts";
import { cutoverSteps } from "./cutover-steps.ts";
import { type CutoverChoice, nativeRefusal, unitKind } from "./cutover-subject.ts";
import { socketUnit, unitFiles } from "./cutover-unit-file.ts";
import { type Chosen, type ChosenValues, modeText, pathFrom } from "./cutover-values.ts";

/** Everything a plan is made of. */
export interface PlanParts {
  readonly report: Report;
  readonly choice: CutoverChoice;
  readonly unit: UnitFacts | undefined;
  readonly flags: CutoverFlags;
  /** Absolute path of the program that has the gate; undefined: the unit gets none. */
  readonly gate: string | undefined;
  /** Folder for backups. */
  readonly backups: string;
  /** What audit and journal say of today. */
  readonly today: readonly string[];
}

/** What was looked at and tried for it. */
export interface PlanFacts {
  readonly look: CutoverLook;
  readonly values: ChosenValues;
  readonly checks: CutoverChecks;
}

type Head = Omit<CutoverPlan, "target" | "values" | "refusals" | "questions" | "notes" | "steps">;

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

const nothing = { target: null, values: [], questions: [], notes: [], steps: [] } as const;

/** What a cutover is about, once it is known. */
export interface PlanSubject {
  readonly socket: SocketReport;
  /** The native unit's name, with its suffix. */
  readonly name: string;
}

/** What is cut over, or why nothing is: it is not known, or there is nothing to do. */
export function subjectOf({
  choice,
  unit,
}: PlanParts): PlanSubject | { readonly refusals: readonly CutoverRefusal[] } {
  const { socket, name } = choice;
  const native = nativeRefusal(unit, socket);
  const refusals = [...choice.refusals, ...(native === undefined ? [] : [native])];
  if (refusals.length > 0 || socket === undefined || name === undefined) return { refusals };
  return { socket, name };
}

/** A plan in which there is nothing but why there is none. */
export function planWithout(parts: PlanParts, refusals: readonly CutoverRefusal[]): CutoverPlan {
  return { ...head(parts), ...nothing, refusals };
}

function optionsOf({ line, umask }: ChosenValues, mask: number): readonly string[] {
  return [
    ...line.kept,
    ...(umask.value === undefined ? [] : ["-m", mask.toString(8).padStart(3, "0")]),
  ];
}

/** Type=notify since gunicorn 20.0.0 (arbiter.py, systemd.sd_notify). */
function typeFor(version: string): CutoverService["serviceType"] {
  return Number(version.split(".")[0]) >= 20 ? "notify" : "simple";
}

const graceSeconds = 30;

interface Sure {
  readonly program: string;
  readonly app: string;
  readonly chdir: string;
  readonly workers: number;
  readonly umask: number;
}

function sureOf({ program, app, chdir, workers, umask }: ChosenValues): Sure | undefined {
  const all = [program.value, app.value, chdir.value, workers.value, umask.value];
  if (all.includes(undefined)) return undefined;
  return {
    program: program.value ?? "",
    app: app.value ?? "",
    chdir: chdir.value ?? "",
    workers: workers.value ?? 0,
    umask: umask.value ?? 0,
  };
}

/** True where the command line itself says how many workers there are to be. */
function namesWorkers({ line }: ChosenValues, { workers }: CutoverFlags): boolean {
  return workers !== undefined || line.workers !== undefined;
}

function serviceOf(
  name: string,
  sure: Sure,
  { values, checks }: PlanFacts,
  environment: ChosenEnvironment,
  flags: CutoverFlags,
  socket: SocketReport,
  otherBinds: readonly string[],
): CutoverService | undefined {
  const { user, group, version } = checks;
  if (user === undefined || group === undefined || version === undefined) return undefined;
  const root = flags.keepRoot ? ["-u", user.name, "-g", group.name] : [];
  const initGroups = flags.keepRoot && values.line.initGroups ? ["--initgroups"] : [];
  const workers = namesWorkers(values, flags) ? ["-w", String(sure.workers)] : [];
  const binds = otherBinds.flatMap((bind) => ["-b", bind]);
  return {
    name,
    program: sure.program,
    words: [...workers, ...optionsOf(values, sure.umask), ...root, ...initGroups, ...binds],
    app: sure.app,
    bind: flags.socketActivation ? null : `unix:${socket.path}`,
    serviceType: typeFor(version),
    user: { name: user.name, uid: user.id },
    group: { name: group.name, gid: group.id },
    keepsRoot: flags.keepRoot,
    workingDirectory: sure.chdir,
    environmentFiles: environment.files,
    workers: sure.workers,
    version,
    stopTimeoutMs: ((values.line.graceSeconds ?? graceSeconds) + 5) * 1000,
  };
}

function oldOf({ choice, unit }: PlanParts, { look }: PlanFacts, socket: SocketReport): CutoverOld {
  const properties = unit?.properties.ok === true ? unit.properties.value : undefined;
  return {
    unit: choice.unit ?? choice.name ?? "",
    kind: unitKind(properties) === "sysv" ? "sysv" : "no-unit",
    initScript: look.scripts.initScript ?? null,
    links: look.links,
    launcher: look.scripts.launcher ?? null,
    pidfile:
      socket.pidfile === null ? null : { path: socket.pidfile.path, pid: socket.pidfile.pid },
    fragmentPath: properties?.fragmentPath ?? null,
    activeState: properties?.activeState ?? null,
    groups: socket.groups.map(({ role, master, workers, others }) => ({
      role,
      master: master === null ? null : { pid: master.pid, startTicks: master.startTicks },
      workers: workers.map(({ pid, startTicks }) => ({ pid, startTicks })),
      others: others.map(({ pid }) => pid),
      unit: master?.unit ?? null,
      serves: role === "serving" || role === "predecessor" || role === "successor",
    })),
    inCgroup: unit?.processes.ok === true ? unit.processes.value : null,
  };
}

function socketOf(
  socket: SocketReport,
  umask: number,
  service: CutoverService,
  { url = "/" }: CutoverFlags,
): CutoverSocket {
  const { file } = socket;
  return {
    path: socket.path,
    file: file === null ? null : { device: file.device, inode: file.inode },
    mode: 0o777 & ~umask,
    uid: service.user.uid,
    gid: service.group.gid,
    ownerText: `${service.user.name}:${service.group.name}`,
    url,
  };
}

function shown(name: CutoverValueName, { value, source }: Chosen<string>): CutoverValue {
  return { name, value: value ?? null, source };
}

function valuesOf(
  { values, checks }: PlanFacts,
  environment: ChosenEnvironment,
  socket: SocketReport,
): readonly CutoverValue[] {
  const { nginx, umask, workers, user, group } = values;
  const site = nginx.value ?? undefined;
  const nginxText = site && `${site.url}${site.host === null ? "" : ` (Host: ${site.host})`}`;
  return [
    shown("socket", { value: socket.path, source: "what gunicorn listens at" }),
    shown("program", values.program),
    shown("app", values.app),
    shown("arguments", values.arguments),
    shown("chdir", values.chdir),
    shown("user", { ...user, value: checks.user?.name ?? user.value }),
    shown("group", { ...group, value: checks.group?.name ?? group.value }),
    shown("workers", {
      ...workers,
      value: workers.value === undefined ? undefined : String(workers.value),
    }),
    shown("umask", {
      ...umask,
      value:
        umask.value === undefined
          ? undefined
          : `${umask.value.toString(8).padStart(3, "0")} (mode ${modeText(umask.value)})`,
    }),
    shown("nginx", { value: nginx.value === null ? "not asked" : nginxText, source: nginx.source }),
    shown("environment", { value: environment.text, source: environment.source }),
  ];
}

/** What changes for the application beside who starts it. */
function notesOf(
  parts: PlanParts,
  { look, values }: PlanFacts,
  environment: ChosenEnvironment,
  service: CutoverService | undefined,
): readonly string[] {
  const { choice, flags } = parts;
  const wasRoot = choice.model?.master?.user === "root";
  const user = service?.user.name;
  const bootsToday = look.links.some(({ path }) => /\/S\d\d/.test(path));
  return [
    ...values.notes,
    ...environment.notes,
    ...(wasRoot && user !== undefined && user !== "root" && !flags.keepRoot
      ? [
          `gunicorn's master runs as ${user} from its start, no more as root, with HOME, USER and SHELL of ${user}`,
        ]
      : []),
    ...(look.dropIns.length === 0
      ? []
      : [`${look.dropIns.join(", ")} will hold for the native unit too`]),
    ...(bootsToday
      ? []
      : ["it is not started at boot today, and will not be: systemctl enable changes that"]),
    ...(values.line.pidfile === undefined
      ? []
      : [
          `no pidfile is written any more: ${pathFrom(values.chdir.value, values.line.pidfile) ?? values.line.pidfile} is out of use; systemd knows the master itself`,
        ]),
  ];
}

function targetOf(
  parts: PlanParts,
  facts: PlanFacts,
  environment: ChosenEnvironment,
  service: CutoverService,
  socket: SocketReport,
  umask: number,
): CutoverTarget {
  const { flags, gate, backups } = parts;
  const { look, values, checks } = facts;
  const expected = socketOf(socket, umask, service, flags);
  const files = unitFiles({
    service,
    socket: expected,
    header: look.scripts.header,
    gate,
    socketActivation: flags.socketActivation,
  });
  const old = oldOf(parts, facts, socket);
  const units = [...(flags.socketActivation ? [socketUnit(service.name)] : []), service.name];
  const bootsToday = old.links.some(({ path }) => /\/S\d\d/.test(path));
  return {
    service,
    socket: expected,
    nginx: values.nginx.value ?? null,
    old,
    files: [...files, ...(environment.own === undefined ? [] : [environment.own])],
    enable: bootsToday ? units : [],
    start: units,
    ownership: flags.fixOwnership ? ownershipOf(checks.files, checks) : [],
    scope: asideScope(old.unit),
    backup: `${backups}/${old.unit}.backup`,
  };
}

/** Binds beside the socket. A relative one leads from the working directory. */
export function bindsBeside({ line, chdir }: ChosenValues, socket: string): readonly string[] {
  return line.binds.filter((bind) => {
    const path = /^unix:(?:\/\/)?(.+)$/s.exec(bind)?.[1];
    return path === undefined || pathFrom(chdir.value, path) !== socket;
  });
}

/** Makes the plan of what was chosen and tried. Pure: same facts, same plan. */
export function planCutover(
  parts: PlanParts,
  facts: PlanFacts,
  { socket, name }: PlanSubject,
): CutoverPlan {
  const { report, unit, flags } = parts;
  const { look, values, checks } = facts;
  const environment = chooseEnvironment(look, flags, name.replace(/\.service$/, ""));
  const otherBinds = bindsBeside(values, socket.path);
  const sure = sureOf(values);
  const service = sure && serviceOf(name, sure, facts, environment, flags, socket, otherBinds);
  const refusals: readonly CutoverRefusal[] = cutoverRefusals({
    report,
    socket,
    properties: unit?.properties.ok === true ? unit.properties.value : undefined,
    look,
    checks,
    values,
    flags,
    otherBinds,
    ownership: flags.keepRoot ? [] : ownershipOf(checks.files, checks),
  });
  const questions: readonly CutoverQuestion[] = [...values.questions, ...environment.questions];
  const target =
    sure === undefined || service === undefined
      ? null
      : targetOf(parts, facts, environment, service, socket, sure.umask);
  const { mode, socketActivation } = head(parts);
  return {
    ...head(parts),
    target,
    values: valuesOf(facts, environment, socket),
    refusals,
    questions,
    notes: notesOf(parts, facts, environment, service),
    steps: target === null ? [] : cutoverSteps({ target, mode, socketActivation }),
  };
}
