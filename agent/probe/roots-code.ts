import { posix } from "node:path";
import type { GunicornCode } from "../model/gunicorn-line.ts";
import { parseEnvironmentText } from "../parse/environment-file.ts";
import { settingsCode } from "../parse/gunicorn-code.ts";
import { gunicornLine } from "../parse/gunicorn-words.ts";
import { isLoaderVariable } from "../model/loader-variables.ts";
import { joinPath, pathText } from "../parse/path-text.ts";
import { shellWords } from "../parse/shell-words.ts";
import { type Files, pathBytes } from "./files.ts";
import { pythonFolders } from "./python-folders.ts";
import { isRootsToChange } from "./roots-alone.ts";
import { type FoundBelow, openBelow } from "./roots-below.ts";

/** A gunicorn whose master is to run as root. */
export interface RootsGunicorn {
  readonly program: string | undefined;
  readonly chdir: string | undefined;
  /** As gunicorn takes it; undefined: the default one. */
  readonly settingsFile: string | undefined;
  /** What its command line decides. */
  readonly code: readonly GunicornCode[];
  /** Texts of its environment that are not on disk yet. */
  readonly environmentTexts: readonly string[];
  readonly environmentFiles: readonly string[];
  /** Other absolute paths of what root runs or reads for it. */
  readonly rootsFiles: readonly string[];
  /** Files that the master makes by their names, and gives to the service's user. */
  readonly made: readonly string[];
}

const LONGEST_BYTES = 64 * 1024;
/** Everybody's, where nobody replaces what is root's. */
const everybodys: ReadonlySet<string> = new Set(["/tmp", "/var/tmp", "/dev/shm"]);

/**
 * What decides on code that the master of a gunicorn runs as root, or on files that it gives away,
 * and that others than root can change. The master loads no application (but with --preload), and
 * yet has the working directory first in sys.path: gunicorn 20.1.0 imports `pickle` and
 * `socketserver` only after that, and takes them from there.
 */
export function openToOthers(gunicorn: RootsGunicorn, files: Files): FoundBelow {
  const { program, chdir, settingsFile = "gunicorn.conf.py" } = gunicorn;
  if (program === undefined || chdir === undefined) return { paths: [], problems: [] };
  const from = (name: string): string => joinPath(chdir, name.replace(/^file:/, ""));
  const set = environmentOf(gunicorn, files);
  const lines = set.commandArguments.map(gunicornLine);
  const settings = [settingsFile, ...lines.flatMap((line) => line.settingsFile ?? [])]
    .filter((name) => !name.startsWith("python:"))
    .map(from);
  const code = [
    ...gunicorn.code,
    ...lines.map((line) => line.code),
    ...settings.map((path) => settingsCode(textOf(path, files))),
  ];
  const variables = variablesOf(gunicorn, set.pairs, code);
  const python = pythonFolders(program, files);
  const moved = lines.flatMap((line) => line.chdir ?? []).map(from);
  const folders = [
    chdir,
    ...moved,
    ...code.flatMap((one) => one.folders.map(from)),
    ...variables.path,
  ];
  const below = openBelow([...folders.map(lexical), ...python.folders], files);
  const scratch = code.flatMap((one) => one.scratch.map(from));
  const single = [
    program,
    ...gunicorn.rootsFiles,
    ...gunicorn.environmentFiles,
    ...settings,
    ...python.files,
    ...code.flatMap((one) => one.files.map(from)),
    ...gunicorn.made.flatMap((path) => foldersOf(path, files)),
    ...variables.programs,
    ...[...scratch, ...variables.scratch].filter((path) => !everybodys.has(path)),
  ];
  const open = single.filter((path) => !isRootsToChange(path, files));
  return {
    paths: uppermost([...below.paths, ...open.map(lexical)]),
    problems: [...python.problems, ...below.problems, ...set.problems, ...variables.problems],
  };
}

/** The folder of a name, and that of the file which the name leads to by links. */
function foldersOf(path: string, files: Files): readonly string[] {
  const real = files.realPath(pathBytes(path));
  return [path, ...(real.ok ? [pathText(real.value)] : [])].map((one) => posix.dirname(one));
}

/** Each once, and none that is below another: who can change a folder can change what is in it. */
function uppermost(paths: readonly string[]): readonly string[] {
  const isBelow = (one: string, other: string): boolean => one.startsWith(`${other}/`);
  return [...new Set(paths)].filter((one) => !paths.some((other) => isBelow(one, other)));
}

/** With its `.`, as Python has it, it is the same folder. */
function lexical(path: string): string {
  return joinPath("/", path);
}

function textOf(path: string, files: Files): string {
  const read = files.regular(pathBytes(path), LONGEST_BYTES);
  return read.ok ? read.value : "";
}

interface RootsVariables {
  /** Folders of PYTHONPATH. */
  readonly path: readonly string[];
  /** Folders of PATH: the gate may be found its interpreter there. */
  readonly programs: readonly string[];
  readonly scratch: readonly string[];
  readonly problems: readonly string[];
}

type Pair = readonly [name: string, value: string];

interface RootsEnvironment {
  readonly pairs: readonly Pair[];
  /** Words of GUNICORN_CMD_ARGS, wherever it is set. */
  readonly commandArguments: readonly (readonly string[])[];
  readonly problems: readonly string[];
}

/** Those whose value tells of code. */
const telling = new Set(["PYTHONPATH", "PATH", "TMPDIR", "GUNICORN_CMD_ARGS"]);

function environmentOf(
  { environmentFiles, environmentTexts }: RootsGunicorn,
  files: Files,
): RootsEnvironment {
  const pairs: Pair[] = [];
  const problems: string[] = [];
  const texts = [...environmentFiles.map((path) => textOf(path, files)), ...environmentTexts];
  for (const text of texts) {
    const { values } = parseEnvironmentText(text);
    pairs.push(...values);
    // systemd may make something of a line that means nothing else to a shell
    for (const [, name = ""] of text.matchAll(/^\s*(?:export\s+)?([A-Za-z_]\w*)\s*=/gm)) {
      if (values.has(name)) continue;
      pairs.push([name, ""]);
      if (telling.has(name)) problems.push(`what ${name} of its environment is cannot be told`);
    }
  }
  const commandArguments: (readonly string[])[] = [];
  for (const [name, value] of pairs) {
    if (name !== "GUNICORN_CMD_ARGS") continue;
    const words = shellWords(value);
    if (words === undefined) problems.push("what GUNICORN_CMD_ARGS says cannot be told");
    else commandArguments.push(words);
  }
  return { pairs, commandArguments, problems };
}

function variablesOf(
  { chdir = "/" }: RootsGunicorn,
  own: readonly Pair[],
  code: readonly GunicornCode[],
): RootsVariables {
  const pairs = [...own, ...code.flatMap(({ variables }) => variables)];
  const valuesOf = (name: string): readonly string[] =>
    pairs
      .flatMap(([one, value]) => (one === name ? value.split(":") : []))
      .filter((folder) => folder !== "");
  const obeyed = [...new Set(pairs.map(([name]) => name))].filter(isLoaderVariable);
  return {
    path: valuesOf("PYTHONPATH").map((folder) => joinPath(chdir, folder)),
    programs: valuesOf("PATH").map((folder) => joinPath(chdir, folder)),
    scratch: valuesOf("TMPDIR").map((folder) => joinPath(chdir, folder)),
    problems: obeyed.map((name) => `${name} of its environment decides on code that root runs`),
  };
}
