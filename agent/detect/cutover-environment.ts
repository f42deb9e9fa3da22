import type { CutoverLook } from "../model/cutover-facts.ts";
import { isLoaderVariable } from "../model/loader-variables.ts";
import { type CutoverFile, nativeEnvironmentFile } from "../model/cutover.ts";
import type { CutoverFlags } from "../model/cutover-flags.ts";
import type { CutoverQuestion } from "../model/cutover-plan.ts";

/** How the service gets its environment. */
export interface ChosenEnvironment {
  /** Files that the unit names, in their order. */
  readonly files: readonly string[];
  /** A file of its own that is written for it; undefined: it needs none. */
  readonly own: CutoverFile | undefined;
  /** What of it is found and where, for people; names alone, never values. */
  readonly text: string;
  readonly source: string;
  readonly questions: readonly CutoverQuestion[];
  readonly notes: readonly string[];
}

/**
 * Variables as a file for EnvironmentFile=, one quoted line each. Undefined where no such line can
 * hold a value: in double quotes systemd takes the backslash before `"`, `\`, `` ` `` and `$`
 * away (SHELL_NEED_ESCAPE in env-file.c), and a value must not go on in the next line.
 */
export function environmentText(values: ReadonlyMap<string, string>): string | undefined {
  const lines: string[] = [];
  for (const [name, value] of values) {
    if (/[\0\r\n\uFFFD]/.test(value) || !/^[A-Za-z_]\w*$/.test(name)) return undefined;
    lines.push(`${name}="${value.replaceAll(/["\\`$]/g, String.raw`\$&`)}"`);
  }
  return `${lines.join("\n")}\n`;
}

function question(why: string): CutoverQuestion {
  return { about: "environment", flag: "--environment-file", guess: null, why };
}

/**
 * A sourced file that systemd reads as a shell does, and all of which gunicorn gets. One that
 * others than root can change is not named: systemd reads it as root, and a link in its place
 * would have the variables of any file of root's read into the service.
 */
function plainFiles({
  scripts: { sourced, exported },
}: CutoverLook): CutoverLook["scripts"]["sourced"] {
  return sourced.filter(
    ({ values, shellOnly, isRoots }) =>
      isRoots &&
      shellOnly.length === 0 &&
      values.size > 0 &&
      [...values.keys()].every((name) => exported.has(name)),
  );
}

/** Where the value that runs is another one than the file has now. */
function differences(
  files: CutoverLook["scripts"]["sourced"],
  running: ReadonlyMap<string, string> | undefined,
): readonly string[] {
  if (running === undefined) return [];
  return files.flatMap(({ path, values }) => {
    const names = [...values].flatMap(([name, value]) => (running.get(name) === value ? [] : name));
    if (names.length === 0) return [];
    return `${names.join(", ")} of ${path} ${names.length === 1 ? "is" : "are"} other than what runs now: the file has changed since`;
  });
}

/**
 * Not carried over unasked: whoever started the master may have set it, it would hold for good, and
 * the gate and every shell of the unit obey it too. The trial shows whether gunicorn starts without.
 */
function leftOut(names: readonly string[]): readonly string[] {
  if (names.length === 0) return [];
  const it = names.length === 1 ? "it" : "them";
  return [
    `${names.join(", ")}: left out of the environment, since loaders, shells and interpreters run code by ${it}; to have ${it}, write --environment-file with a file of root's that has all of the environment`,
  ];
}

function copiedNote(path: string, base: string): string {
  return `others than root can change ${path}: the unit does not name it, what gunicorn has of it today is copied to ${nativeEnvironmentFile(base)}, and a change of it counts no more`;
}

const unknownNote =
  "what is in the environment of gunicorn today cannot be told: the service gets systemd's own; see --environment-file";

const nothing = { files: [], own: undefined, questions: [], notes: [] } as const;

/**
 * What environment the service gets: of a file that the scripts read in where systemd makes the
 * same of it, and the rest in a file of its own that root alone can read. Pure.
 */
export function chooseEnvironment(
  look: CutoverLook,
  { environmentFile }: CutoverFlags,
  base: string,
): ChosenEnvironment {
  if (environmentFile !== undefined) {
    return {
      ...nothing,
      files: [environmentFile],
      text: environmentFile,
      source: "--environment-file",
    };
  }
  const running = look.master?.environment;
  const needed = running ?? look.scripts.exported;
  const source =
    running === undefined ? "the start scripts" : `environment of master ${look.master?.pid}`;
  if (running === undefined && look.scripts.ownEnvironment) {
    const why = `${look.scripts.launcher} gives gunicorn an environment of its own making, and that of the running master cannot be read`;
    return { ...nothing, text: "unknown", source, questions: [question(why)] };
  }
  const open = look.scripts.sourced.flatMap(({ path, isRoots }) => (isRoots ? [] : path));
  if (running === undefined && open.length > 0 && needed.size > 0) {
    // what was read of it just now may be another file's of root's
    const why = `others than root can change ${open.join(", ")}, and what gunicorn has of it today cannot be read: copy what it needs into a file of root's`;
    return { ...nothing, text: "unknown", source, questions: [question(why)] };
  }
  const files = plainFiles(look);
  const inFiles = new Set(files.flatMap(({ values }) => [...values.keys()]));
  const beside = [...needed].filter(([name]) => !inFiles.has(name));
  const rest = beside.filter(([name]) => !isLoaderVariable(name));
  const unknown = rest.flatMap(([name, value]) => (value === null ? name : []));
  const text = environmentText(
    new Map(rest.flatMap(([name, value]) => (value === null ? [] : [[name, value]]))),
  );
  const paths = files.map(({ path }) => path);
  const isKnown = running !== undefined || look.scripts.launches.length > 0;
  const notes = [
    ...(isKnown ? differences(files, running) : [unknownNote]),
    ...leftOut(beside.flatMap(([name]) => (isLoaderVariable(name) ? name : []))),
    ...open.map((path) => copiedNote(path, base)),
  ];
  if (unknown.length > 0 || text === undefined) {
    const which =
      unknown.length > 0
        ? `${unknown.join(", ")}: only running the start scripts would tell`
        : "a value goes on over several lines, or is no UTF-8";
    return {
      ...nothing,
      files: paths,
      text: paths.join(" "),
      source,
      questions: [question(which)],
      notes,
    };
  }
  if (rest.length === 0) {
    return {
      ...nothing,
      files: paths,
      text: paths.join(" ") || "none",
      source: paths.length === 0 ? source : "read in by the start scripts",
      notes,
    };
  }
  const path = nativeEnvironmentFile(base);
  const own: CutoverFile = { path, mode: 0o600, text, secret: true };
  const names = rest.map(([name]) => name).join(", ");
  return {
    ...nothing,
    files: [...paths, path],
    own,
    text: [...paths, `${path} (${names})`].join(" "),
    source,
    notes,
  };
}
