import { posix } from "node:path";
import type { Account, CutoverChecks, PathStand } from "../model/cutover-facts.ts";
import type { CutoverNginx } from "../model/cutover.ts";
import type { GunicornCode } from "../model/gunicorn-line.ts";
import type { OwnerIds } from "../model/log-place.ts";
import { gunicornSettings, isDaemonSetting } from "../parse/gunicorn-settings.ts";
import { joinPath, pathText } from "../parse/path-text.ts";
import { accountOf } from "./account-of.ts";
import { lostAtBoot } from "./boot-folders.ts";
import type { FailureLog } from "./failures.ts";
import { createFiles, type Files, pathBytes } from "./files.ts";
import { openToOthers, type RootsGunicorn } from "./roots-code.ts";
import { runTool } from "./run-tool.ts";
import { askSite } from "./site-ask.ts";

/** What is to be tried. What is undefined is not known yet, and what stands on it is not tried. */
export interface CutoverTrials {
  readonly user: string | undefined;
  readonly group: string | undefined;
  /** gunicorn stays root. */
  readonly keepsRoot: boolean;
  readonly program: string | undefined;
  readonly socket: string;
  /** False: systemd binds it. */
  readonly bindsSocket: boolean;
  /** Of what root would run or read where gunicorn stays root: absolute paths. */
  readonly rootsFiles: readonly string[];
  /** What the command lines of gunicorn have its master run. */
  readonly code: readonly GunicornCode[];
  /** Files of its environment; and the text of one that is not written yet. */
  readonly environment: { readonly files: readonly string[]; readonly text: string | undefined };
  /** Absolute paths of all unix binds, as they are written. */
  readonly binds: readonly string[];
  readonly chdir: string | undefined;
  /** Files that the service writes, absolute. */
  readonly files: readonly string[];
  /** gunicorn's settings file as its command line names it; undefined: the default one. */
  readonly settingsFile: string | undefined;
  readonly nginx: CutoverNginx | undefined;
}

const PATIENCE_MS = 5_000;
/** Python on a host under load takes its time. */
const PYTHON_PATIENCE_MS = 20_000;
const ANSWER_PATIENCE_MS = 10_000;

/** For each path one letter: what the account that runs it may do there. */
const standScript = `for path; do
  if [ -e "$path" ]; then
    if [ -w "$path" ]; then echo w; else echo n; fi
  elif [ -w "\${path%/*}/." ]; then echo m
  else echo x
  fi
done`;

const states = { w: "writable", n: "not-writable", m: "makeable", x: "missing" } as const;

/** Tries what can be tried without changing anything, as the account of the service. */
export async function checkForCutover(
  trials: CutoverTrials,
  log: FailureLog,
): Promise<CutoverChecks> {
  const files = createFiles(log);
  const [user, group, nginx] = await Promise.all([
    accountOf("passwd", trials.user, log),
    accountOf("group", trials.group, log),
    trials.nginx === undefined
      ? undefined
      : askSite({ through: "nginx", ...trials.nginx }, ANSWER_PATIENCE_MS),
  ]);
  const open = trials.keepsRoot ? openToOthers(rootsGunicorn(trials), files) : nothingOpen;
  const common = {
    openToOthers: open.paths,
    untrusted: open.problems,
    realPaths: realPathsOf([trials.socket, ...trials.binds], files),
    user,
    group,
    settingsProblems: settingsProblems(trials, files),
    nginx,
    lostAtBoot: await lostAtBoot(foldersOf(trials), files, log),
  };
  const account = asAccount(user, group);
  if (account === undefined) return { ...common, ...nothingTried };
  // who writes and binds; a program of the service's own is run as its user all the same
  const as = trials.keepsRoot ? [] : account;
  const folder = posix.dirname(trials.socket);
  const [version, stands, entered] = await Promise.all([
    versionOf(trials.program, account, log),
    standsOf([folder, ...trials.files], as, files, log),
    entersDirectory(trials.chdir, as, log),
  ]);
  return {
    ...common,
    ...version,
    socketFolder: stands?.[0],
    canEnterDirectory: entered,
    files: stands?.slice(1) ?? [],
  };
}

/** All that have to be there at a start; systemd makes that of a socket which it binds itself. */
function foldersOf({ bindsSocket, binds, socket, chdir, files }: CutoverTrials): readonly string[] {
  const made = [...(bindsSocket ? [socket, ...binds] : []), ...files];
  return [...made.map((path) => posix.dirname(path)), ...(chdir === undefined ? [] : [chdir])];
}

const nothingOpen = { paths: [], problems: [] } as const;

function rootsGunicorn(trials: CutoverTrials): RootsGunicorn {
  const { environment, bindsSocket, binds, socket, files } = trials;
  return {
    ...trials,
    environmentFiles: environment.files,
    environmentTexts: environment.text === undefined ? [] : [environment.text],
    // gunicorn gives sockets and logs to its workers' user by their names (sock.py, glogging.py)
    made: [...(bindsSocket ? [socket, ...binds] : []), ...files],
  };
}

/** By the real path of its folder: whatever links to the file itself, gunicorn unlinks this name. */
function realPathsOf(paths: readonly string[], files: Files): ReadonlyMap<string, string> {
  const real = new Map<string, string>();
  for (const path of paths) {
    const folder = files.realPath(pathBytes(posix.dirname(path)));
    if (folder.ok) real.set(path, posix.join(pathText(folder.value), posix.basename(path)));
  }
  return real;
}

const nothingTried = {
  version: undefined,
  programProblem: undefined,
  socketFolder: undefined,
  canEnterDirectory: undefined,
  files: [],
} as const;

/** The words that make a command run as systemd would run it; undefined: it cannot be. */
function asAccount(
  user: Account | undefined,
  group: Account | undefined,
): readonly string[] | undefined {
  if (user === undefined || group === undefined) return undefined;
  // who is not root tries as himself: the plan says that it takes root
  if (process.geteuid?.() !== 0) return [];
  return ["setpriv", `--reuid=${user.id}`, `--regid=${group.id}`, "--init-groups", "--"];
}

async function versionOf(
  program: string | undefined,
  as: readonly string[],
  log: FailureLog,
): Promise<Pick<CutoverChecks, "version" | "programProblem">> {
  if (program === undefined) return { version: undefined, programProblem: undefined };
  const said = await runTool([...as, program, "--version"], {
    patienceMs: PYTHON_PATIENCE_MS,
    log,
    // a look leaves nothing behind
    environment: { PYTHONDONTWRITEBYTECODE: "1" },
  });
  if (!said.ok) return { version: undefined, programProblem: said.failure.why };
  const version = /^gunicorn \(version (\d[\w.]*)\)/m.exec(said.value)?.[1];
  const programProblem =
    version === undefined ? "what it says is not gunicorn's version" : undefined;
  return { version, programProblem };
}

async function standsOf(
  paths: readonly string[],
  as: readonly string[],
  files: Files,
  log: FailureLog,
): Promise<readonly PathStand[] | undefined> {
  const said = await runTool([...as, "sh", "-c", standScript, "sh", ...paths], {
    patienceMs: PATIENCE_MS,
    log,
  });
  if (!said.ok) return undefined;
  const letters = said.value.trim().split("\n");
  return paths.map((path, index) => {
    const letter = letters[index];
    const state = letter === "w" || letter === "n" || letter === "m" ? states[letter] : states.x;
    const own = files.stat(pathBytes(path));
    const stat = own.ok ? own : files.stat(pathBytes(posix.dirname(path)));
    const owner = stat.ok ? { uid: stat.value.uid, gid: stat.value.gid } : undefined;
    return { path, state, owner, folders: ownersAbove(path, files) };
  });
}

function ownersAbove(path: string, files: Files): PathStand["folders"] {
  const real = files.realPath(pathBytes(posix.dirname(path)));
  if (!real.ok) return undefined;
  const owners: OwnerIds[] = [];
  for (let folder = real.value; folder !== "/"; folder = posix.dirname(folder)) {
    const stat = files.stat(folder);
    if (!stat.ok) return undefined;
    owners.push({ uid: stat.value.uid, gid: stat.value.gid });
  }
  return owners;
}

async function entersDirectory(
  directory: string | undefined,
  as: readonly string[],
  log: FailureLog,
): Promise<boolean | undefined> {
  if (directory === undefined) return undefined;
  const words = [...as, "sh", "-c", 'cd "$1" && [ -r . ]', "sh", directory];
  return (await runTool(words, { patienceMs: PATIENCE_MS, log })).ok;
}

/** gunicorn reads `gunicorn.conf.py` of its working directory where none is named. */
function settingsProblems(
  { settingsFile = "gunicorn.conf.py", chdir }: CutoverTrials,
  files: Files,
): readonly string[] {
  if (chdir === undefined) return [];
  if (settingsFile.startsWith("python:")) return [];
  const path = joinPath(chdir, settingsFile.replace(/^file:/, ""));
  const read = files.regular(pathBytes(path), 64 * 1024);
  if (!read.ok) {
    const { kind, why } = read.failure;
    return kind === "gone"
      ? []
      : [`${path}, which could not be read (${why}), may make a daemon of it`];
  }
  return gunicornSettings(read.value)
    .filter(isDaemonSetting)
    .map(({ name, value, line }) => `${path} line ${line}: ${name} = ${value}`);
}
