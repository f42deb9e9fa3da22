import { planCutover } from "../../../agent/detect/cutover-plan.ts";
import type { PlanParts } from "../../../agent/detect/cutover-parts.ts";
import { chooseSubject } from "../../../agent/detect/cutover-subject.ts";
import { chooseValues } from "../../../agent/detect/cutover-values.ts";
import type {
  CutoverChecks,
  CutoverLook,
  LaunchFacts,
  ModelMaster,
  ScriptFacts,
} from "../../../agent/model/cutover-facts.ts";
import type { CutoverTarget } from "../../../agent/model/cutover.ts";
import type { CutoverFlags } from "../../../agent/model/cutover-flags.ts";
import type { CutoverPlan } from "../../../agent/model/cutover-plan.ts";
import type { GunicornLine } from "../../../agent/model/gunicorn-line.ts";
import type { Report, SocketReport } from "../../../agent/model/report.ts";
import type { UnitFacts } from "../../../agent/model/unit.ts";
import { duplicate, report } from "../cli/reports.ts";
import { unit, wrapped } from "./audit-build.ts";

export const folder = "/var/www/sample-platform";
const source = `${folder}/bootstrap_gunicorn.py line 7`;

/** No flag; `change` overrides. */
export function flags(change: Partial<CutoverFlags> = {}): CutoverFlags {
  return {
    unit: undefined,
    socket: undefined,
    name: undefined,
    program: undefined,
    app: undefined,
    arguments: undefined,
    chdir: undefined,
    user: undefined,
    group: undefined,
    workers: undefined,
    umask: undefined,
    environmentFile: undefined,
    nginx: undefined,
    url: undefined,
    keepRoot: false,
    fixOwnership: false,
    clean: false,
    socketActivation: false,
    ...change,
  };
}

/** As in production, short; `change` overrides. */
export function line(change: Partial<GunicornLine> = {}): GunicornLine {
  return {
    kept: ["--log-file", `${folder}/logs/error.log`],
    binds: ["unix:sampleplatform.sock"],
    pidfile: "gunicorn.pid",
    daemon: true,
    user: "www-data",
    group: "www-data",
    initGroups: false,
    chdir: folder,
    workers: 4,
    umask: 7,
    settingsFile: undefined,
    code: { folders: [], files: [], scratch: [], variables: [] },
    logs: [`${folder}/logs/error.log`],
    graceSeconds: undefined,
    app: "run:app",
    unknown: [],
    ...change,
  };
}

/** What the launcher says; `change` overrides. */
export function launch(change: Partial<LaunchFacts> = {}): LaunchFacts {
  return {
    kind: "script",
    source,
    program: "gunicorn",
    line: line(),
    isWhole: true,
    directory: folder,
    ...change,
  };
}

/** What the init script and its launcher say; `change` overrides. */
export function scripts(change: Partial<ScriptFacts> = {}): ScriptFacts {
  return {
    initScript: "/etc/init.d/platform",
    launcher: `${folder}/bootstrap_gunicorn.py`,
    launches: [launch()],
    sourced: [],
    exported: new Map(),
    ownEnvironment: false,
    header: { description: "The sample platform", starts: ["$local_fs", "$network"] },
    ...change,
  };
}

/** Master 68 behind a title; `change` overrides. */
export function master(change: Partial<ModelMaster> = {}): ModelMaster {
  return {
    pid: 68,
    isRoots: true,
    listens: [],
    title: "run:app",
    workingDirectory: folder,
    environment: undefined,
    workers: 4,
    account: { uid: 33, gid: 33 },
    openFiles: { soft: 1024, hard: 524_288 },
    priorities: { nice: 0, oomScoreAdjust: 0 },
    writes: [],
    ...change,
  };
}

/** What is seen of the production host; `change` overrides. */
export function look(change: Partial<CutoverLook> = {}): CutoverLook {
  return {
    isRoot: true,
    systemdVersion: 252,
    master: master(),
    defaultOpenFiles: { soft: 1024, hard: 524_288 },
    defaultPriorities: { nice: 0, oomScoreAdjust: 0 },
    ownLaunch: undefined,
    scripts: scripts(),
    inEnvironment: undefined,
    namedFileIsOpen: false,
    typed: undefined,
    links: [{ path: "/etc/rc2.d/S01platform", target: "../init.d/platform" }],
    nginx: { kind: "read", sites: [{ url: "http://127.0.0.1:80/", host: undefined }] },
    programs: ["/usr/bin/gunicorn"],
    inTheWay: [],
    dropIns: [],
    dropInCommands: [],
    dropInStarts: [],
    besides: [],
    unit: undefined,
    ...change,
  };
}

/** All that was tried went well; `change` overrides. */
function checks(change: Partial<CutoverChecks> = {}): CutoverChecks {
  return {
    openToOthers: [],
    untrusted: [],
    realPaths: new Map(),
    user: { name: "www-data", id: 33 },
    group: { name: "www-data", id: 33 },
    version: "20.1.0",
    programProblem: undefined,
    socketFolder: { path: folder, state: "writable", owner: { uid: 33, gid: 33 }, folders: [] },
    canEnterDirectory: true,
    lostAtBoot: [],
    files: [],
    settingsProblems: [],
    nginx: { kind: "answered", status: 200 },
    ...change,
  };
}

/** What a plan is made of; what is left out is production with two masters. */
export interface PlanCase {
  readonly flags?: Partial<CutoverFlags>;
  readonly look?: Partial<CutoverLook>;
  readonly checks?: Partial<CutoverChecks>;
  readonly socket?: Partial<SocketReport>;
  readonly report?: Partial<Report>;
  readonly unit?: UnitFacts;
  readonly gate?: string;
}

/** The socket of a case. */
function socketOf(saw: PlanCase): SocketReport {
  return { ...duplicate, ...saw.socket };
}

/** The parts of a case. */
export function parts(saw: PlanCase = {}): PlanParts {
  const all = report([socketOf(saw)], saw.report);
  const typed = flags(saw.flags);
  return {
    report: all,
    choice: chooseSubject(all, typed),
    unit: saw.unit ?? unit(wrapped, { processes: { ok: true, value: [49, 68] } }),
    flags: typed,
    gate: saw.gate,
    backups: "/var/lib/onemaster-cutover",
    today: ["kill-mode: KillMode=process: a stop ends no process"],
  };
}

/** The plan of a case. */
export function plan(saw: PlanCase = {}): CutoverPlan {
  const socket = socketOf(saw);
  const seen = look(saw.look);
  const values = chooseValues(seen, flags(saw.flags), socket);
  const name = saw.flags?.name ?? "platform.service";
  return planCutover(
    parts(saw),
    { look: seen, values, checks: checks(saw.checks) },
    { socket, name },
  );
}

/** What a case is cut over to; throws where the plan has none. */
export function target(saw: PlanCase = {}): CutoverTarget {
  const made = plan(saw);
  if (made.target === null) throw new Error(JSON.stringify(made.questions));
  return made.target;
}
