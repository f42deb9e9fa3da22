import type { CutoverLook, ScriptFacts } from "../model/cutover-facts.ts";
import { type CutoverLink, nativeEnvironmentFile } from "../model/cutover.ts";
import type { GroupReport } from "../model/report.ts";
import type { UnitFacts } from "../model/unit.ts";
import { dropInCommands, dropInStarts } from "../parse/drop-in-commands.ts";
import { ownVariables } from "../parse/environment-file.ts";
import { gunicornLine } from "../parse/gunicorn-words.ts";
import { parseDefaultOpenFiles } from "../parse/open-files.ts";
import { parseDefaultOomScoreAdjust } from "../parse/priorities.ts";
import { pathText } from "../parse/path-text.ts";
import { shellWords } from "../parse/shell-words.ts";
import { lastingBesides } from "./cutover-besides.ts";
import { type ReadMaster, readMaster } from "./cutover-master.ts";
import { readNginx } from "./cutover-nginx.ts";
import { readScripts } from "./cutover-scripts.ts";
import { dropInsOf, settingsIn } from "./drop-ins.ts";
import type { FailureLog } from "./failures.ts";
import { createFiles, type Files, pathBytes } from "./files.ts";
import { procPaths } from "./paths.ts";
import { readPriorities } from "./priorities.ts";
import { isRootsToChange } from "./roots-alone.ts";
import { runTool } from "./run-tool.ts";

/** What is looked at. */
export interface CutoverSubject {
  /** The service of today; undefined: systemd was not asked. */
  readonly unit: UnitFacts | undefined;
  /** The group whose work the new unit will do; undefined: none lives. */
  readonly group: GroupReport | undefined;
  /** All groups at the socket. */
  readonly groups: readonly GroupReport[];
  /** Absolute path. */
  readonly socket: string;
  /** Names of the units whose files will be written. */
  readonly newUnits: readonly string[];
  /** Of --environment-file: an absolute path. */
  readonly environmentFile: string | undefined;
  /** The words of --arguments. */
  readonly typed: readonly string[] | undefined;
}

const PATIENCE_MS = 5_000;
const unitFolder = "/etc/systemd/system";

/** Looks at all that a native unit is made from. Changes nothing; takes root to see everything. */
export async function lookForCutover(
  { unit, group, groups, socket, newUnits, environmentFile, typed }: CutoverSubject,
  log: FailureLog,
): Promise<CutoverLook> {
  const files = createFiles(log);
  const proc = procPaths("/proc");
  const init = unit?.initScript.ok === true ? unit.initScript.value : undefined;
  const master = group?.master ?? undefined;
  const read =
    group === undefined || master === undefined
      ? undefined
      : readMaster(master, group, proc, files);
  const told = "--property=DefaultLimitNOFILE,DefaultLimitNOFILESoft,DefaultOOMScoreAdjust";
  const [version, environment, defaults] = await Promise.all([
    runTool(["systemctl", "--version"], { patienceMs: PATIENCE_MS, log }),
    runTool(["systemctl", "show-environment"], { patienceMs: PATIENCE_MS, log }),
    runTool(["systemctl", "show", told], { patienceMs: PATIENCE_MS, log }),
  ]);
  const scripts = readScripts(init?.path, files);
  const given = environment.ok ? variablesIn(environment.value) : new Map<string, string>();
  function own<T extends string | null>(
    variables: ReadonlyMap<string, T> | undefined,
  ): ReadonlyMap<string, T> | undefined {
    if (variables === undefined) return undefined;
    const kept = [...ownVariables(variables)].filter(([name, value]) => given.get(name) !== value);
    return new Map(kept);
  }
  const variables = read?.master.environment ?? scripts.exported;
  const commandArguments = shellWords(variables.get("GUNICORN_CMD_ARGS") ?? "");
  const dropIns = newUnits.flatMap((name) => dropInsOf(name, files));
  const number = version.ok ? /^systemd (\d+)/.exec(version.value)?.[1] : undefined;
  return {
    isRoot: process.geteuid?.() === 0,
    systemdVersion: number === undefined ? undefined : Number(number),
    master: read && { ...read.master, environment: own(read.master.environment) },
    defaultOpenFiles: defaults.ok ? parseDefaultOpenFiles(defaults.value) : undefined,
    defaultPriorities: {
      // a service that says nothing of it has what systemd itself has
      nice: readPriorities(1, proc, files).nice,
      oomScoreAdjust: defaults.ok ? parseDefaultOomScoreAdjust(defaults.value) : undefined,
    },
    ownLaunch: read?.ownLaunch,
    scripts: { ...scripts, exported: own(scripts.exported) ?? new Map() },
    inEnvironment: commandArguments && gunicornLine(commandArguments),
    namedFileIsOpen: environmentFile !== undefined && !isRootsToChange(environmentFile, files),
    typed: typed && gunicornLine(typed),
    programs: programsOf(read, scripts, files),
    links: (init?.links ?? []).flatMap((path) => linkAt(path, files)),
    nginx: readNginx("/etc/nginx", socket, files),
    inTheWay: [
      ...newUnits.map((name) => `${unitFolder}/${name}`),
      ...newUnits.filter((name) => name.endsWith(".service")).map(nativeEnvironmentFile),
    ].filter((path) => isThere(path, files)),
    dropIns: dropIns.map((path) => pathText(path)),
    dropInCommands: dropIns.flatMap((path) => settingsIn(path, dropInCommands, files)),
    dropInStarts: dropIns.flatMap((path) => settingsIn(path, dropInStarts, files)),
    besides: lastingBesides(unit, groups, proc, files),
    unit,
  };
}

const usualFolders = ["/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin"] as const;

/** gunicorn programs in the PATH that the master has, or gets from its scripts, then elsewhere. */
function programsOf(
  read: ReadMaster | undefined,
  { exported }: ScriptFacts,
  files: Files,
): readonly string[] {
  const { master } = read ?? {};
  const own = master?.isRoots === true ? master.environment?.get("PATH") : undefined;
  const path = own ?? exported.get("PATH") ?? "";
  const folders = path.split(":").filter((folder) => folder.startsWith("/"));
  const paths = [...new Set([...folders, ...usualFolders])].flatMap((folder) => [
    `${folder}/gunicorn`,
    `${folder}/gunicorn3`,
  ]);
  return paths.filter((program) => {
    const stat = files.stat(pathBytes(program));
    return stat.ok && stat.value.isFile() && (stat.value.mode & 0o111) !== 0;
  });
}

/** `NAME=value` lines; those that systemctl had to quote are left out. */
function variablesIn(text: string): ReadonlyMap<string, string> {
  const pairs = text.split("\n").map((line) => /^(\w+)=([^$'"]*)$/.exec(line));
  return new Map(pairs.flatMap((pair) => (pair === null ? [] : [[pair[1] ?? "", pair[2] ?? ""]])));
}

function linkAt(path: string, files: Files): readonly CutoverLink[] {
  const target = files.linkIfAny(pathBytes(path));
  return target === undefined ? [] : [{ path, target: pathText(target) }];
}

function isThere(path: string, files: Files): boolean {
  return files.linkIfAny(path) !== undefined || files.stat(path).ok;
}
