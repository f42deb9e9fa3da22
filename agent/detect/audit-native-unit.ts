import type { HeadFacts, UnitFacts } from "../model/unit.ts";
import type { SocketReport } from "../model/report.ts";
import {
  type Expectation,
  type LivingGroup,
  living,
  type PlacedGroup,
  serves,
} from "./audit-case.ts";
import { shellWord, shellWords, unitWord, writeFile } from "./audit-shell.ts";

/** What a native unit is written from. */
export interface NativeUnitParts {
  /** With its suffix. */
  readonly name: string;
  /** Undefined: there is no unit yet. */
  readonly unit: UnitFacts | undefined;
  readonly groups: readonly PlacedGroup[];
  readonly expectations: readonly Expectation[];
}

/** Stands where the application's name could not be seen. */
const applicationUnknown = "APPLICATION";

/**
 * Shell lines that put a native unit in place of what runs now: its file, the old init script
 * out of the way, and a restart, which ends what runs in the unit's cgroup and starts one master.
 */
export function nativeUnitLines(parts: NativeUnitParts): readonly string[] {
  const { name, unit } = parts;
  const master = model(parts.groups);
  const script = unit?.initScript.ok === true ? unit.initScript.value : undefined;
  const base = name.replace(/\.service$/, "");
  const old = script?.path;
  const links = script?.links ?? [];
  return [
    ...notes(parts, master),
    ...writeFile(`/etc/systemd/system/${name}`, unitFile(base, parts, master)),
    // not beside it: the generator would make a unit of the copy as well
    ...(old === undefined ? [] : [`mv ${shellWord(old)} ${shellWord(`/root/${base}.init`)}`]),
    ...(links.length === 0 ? [] : [`rm -f ${shellWords(links)}`]),
    "systemctl daemon-reload",
    `systemctl enable ${shellWord(name)}`,
    `systemctl restart ${shellWord(name)}`,
  ];
}

/** The group that the unit is to do the work of. */
function model(groups: readonly PlacedGroup[]): LivingGroup | undefined {
  const masters = living(groups);
  return masters.find(serves) ?? masters.at(-1);
}

function unitFile(
  base: string,
  { unit, groups, expectations }: NativeUnitParts,
  master: LivingGroup | undefined,
): readonly string[] {
  const socket = master?.socket ?? groups[0]?.socket;
  const expected = expectations.find(({ path }) => path === socket?.path);
  const { owner, group } = socket?.file ?? {};
  const directory = master?.head?.workingDirectory;
  const defaults = unit?.defaultsFile;
  return [
    "[Unit]",
    `Description=${base}`,
    "After=network.target",
    "",
    "[Service]",
    "Type=simple",
    ...(owner === undefined ? [] : [`User=${owner}`]),
    ...(group === undefined ? [] : [`Group=${group}`]),
    ...(directory === undefined ? [] : [`WorkingDirectory=${directory.replaceAll("%", "%%")}`]),
    ...(defaults === undefined ? [] : [`EnvironmentFile=-${defaults}`]),
    `ExecStart=${command(unit, socket, master, expected).map(unitWord).join(" ")}`,
    "ExecReload=/bin/kill -HUP $MAINPID",
    "KillMode=control-group",
    "TimeoutStopSec=35",
    "Restart=on-failure",
    "",
    "[Install]",
    "WantedBy=multi-user.target",
  ];
}

function command(
  unit: UnitFacts | undefined,
  socket: SocketReport | undefined,
  master: LivingGroup | undefined,
  expected: Expectation | undefined,
): readonly string[] {
  const shown = master?.head === undefined ? undefined : ownCommand(master.head);
  if (shown !== undefined) return shown;
  const workers = expected?.expectedWorkers ?? master?.group.workers.length ?? 0;
  const mode = socket?.file?.mode;
  return [
    unit?.gunicorns[0] ?? "/usr/bin/gunicorn",
    ...(workers === 0 ? [] : ["-w", String(workers)]),
    ...(socket === undefined ? [] : ["-b", `unix:${socket.path}`]),
    ...(mode === undefined ? [] : ["-m", umaskFor(mode)]),
    applicationOf(master),
  ];
}

/** The umask under which gunicorn binds a socket file of this mode, three octal digits. */
export function umaskFor(mode: string): string {
  return (0o777 & ~Number.parseInt(mode, 8)).toString(8).padStart(3, "0");
}

/** gunicorn's title has the application in it, unless --name gave it another. */
function applicationOf(master: LivingGroup | undefined): string {
  const title = master?.head?.args[0] ?? master?.master.command ?? "";
  return /^gunicorn: master \[(.+?)(?:\.2)?\]$/.exec(title)?.[1] ?? applicationUnknown;
}

/**
 * The command line that a master was started with, without what makes a daemon of it;
 * undefined when a title has taken its place. Not to be trusted with what breaks lines.
 */
function ownCommand({ args }: HeadFacts): readonly string[] | undefined {
  const path = args.slice(0, 2).find((arg) => /(?:^|\/)gunicorn3?$/.test(arg));
  if (path === undefined || args.some((arg) => /[^\x20-\x7e]/.test(arg))) return undefined;
  const kept: string[] = [];
  let dropNext = false;
  for (const arg of args.slice(args.indexOf(path) + 1)) {
    if (dropNext) dropNext = false;
    else if (arg === "-p" || arg === "--pid") dropNext = true;
    else if (!/^(?:-D|--daemon|--pid=.*|-p.+)$/.test(arg)) kept.push(arg);
  }
  return [path.startsWith("/") ? path : "/usr/bin/gunicorn", ...kept];
}

/** What has to be looked at before the lines are pasted. */
function notes(
  { unit, name }: NativeUnitParts,
  master: LivingGroup | undefined,
): readonly string[] {
  const lines: string[] = [];
  const from = unit?.initScript.ok === true ? unit.initScript.value.path : undefined;
  if (master?.head === undefined || ownCommand(master.head) === undefined) {
    const source = from === undefined ? "whatever starts it" : from;
    lines.push(`# add to ExecStart the other options that ${source} gives gunicorn`);
  }
  if (applicationOf(master) === applicationUnknown && lines.length > 0) {
    lines.push(`# and write the application, such as run:app, for ${applicationUnknown}`);
  }
  if (unit === undefined) lines.push(`# ${name} is a suggestion; first end what runs now`);
  // the plan finds the options in the script, and keeps the site up meanwhile
  if (from !== undefined) lines.unshift("# live, with every option: onemaster cutover plan");
  return lines;
}
