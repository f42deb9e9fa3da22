import type { CutoverLook, LaunchFacts } from "../model/cutover-facts.ts";
import type { CutoverNginx } from "../model/cutover.ts";
import type { CutoverFlags } from "../model/cutover-flags.ts";
import type { CutoverQuestion, CutoverValueName } from "../model/cutover-plan.ts";
import { octalMode } from "../model/file-mode.ts";
import type { GunicornLine } from "../model/gunicorn-line.ts";
import type { SocketReport } from "../model/report.ts";
import {
  ask,
  type Choice,
  type ChoiceCase,
  chooseApp,
  chooseArguments,
  chooseNginx,
  chooseProgram,
  chooseWorkers,
  type Chosen,
  inLines,
  pathFrom,
  pick,
} from "./cutover-choices.ts";

/** What the service will be, as far as the look and the flags tell. Accounts are names or numbers. */
export interface ChosenValues {
  /** The new command line taken apart, as far as it is known. */
  readonly line: GunicornLine;
  readonly arguments: Chosen<string>;
  readonly program: Chosen<string>;
  readonly app: Chosen<string>;
  readonly chdir: Chosen<string>;
  readonly user: Chosen<string>;
  readonly group: Chosen<string>;
  readonly workers: Chosen<number>;
  readonly umask: Chosen<number>;
  /** Null: it is not asked. */
  readonly nginx: Chosen<CutoverNginx | null>;
  readonly questions: readonly CutoverQuestion[];
  readonly notes: readonly string[];
}

/** Chooses every value of the service from what was seen and what was said. Pure. */
export function chooseValues(
  look: CutoverLook,
  flags: CutoverFlags,
  socket: SocketReport,
): ChosenValues {
  const { launch, doubt } = launchOf(look);
  const { typed } = look;
  const from = launch?.source ?? "";
  const it: ChoiceCase = { look, flags, socket, launch, typed, found: launch?.line, from, doubt };
  const [words, program, app] = [chooseArguments(it), chooseProgram(it), chooseApp(it)];
  const [workers, nginx] = [chooseWorkers(it), chooseNginx(it)];
  const [chdir, umask] = [chooseDirectory(it), chooseMask(it)];
  const [user, group] = [chooseAccount(it, "user"), chooseAccount(it, "group")];
  const all = [program, app, words, chdir, user, group, workers, umask, nginx];
  return {
    line: lineOf(it),
    arguments: words.chosen,
    program: program.chosen,
    app: app.chosen,
    chdir: chdir.chosen,
    user: user.chosen,
    group: group.chosen,
    workers: workers.chosen,
    umask: umask.chosen,
    nginx: nginx.chosen,
    questions: all.flatMap(({ questions }) => questions),
    notes: all.flatMap(({ notes }) => notes),
  };
}

/**
 * What the running command line says comes first where root alone can have written it. That of
 * another user's process may say anything: then what the scripts say counts, which root runs.
 */
function launchOf({ ownLaunch, scripts, master }: CutoverLook): {
  readonly launch: LaunchFacts | undefined;
  readonly doubt: string | undefined;
} {
  const [script] = scripts.launches;
  const sure = ownLaunch === undefined || master?.isRoots === true;
  if (sure) return { launch: ownLaunch ?? script, doubt: undefined };
  if (script !== undefined) return { launch: script, doubt: undefined };
  const doubt = `${ownLaunch.source}, which does not run as root, is all that tells of it`;
  return { launch: ownLaunch, doubt };
}

/** --arguments are of options alone: what else the launch says stays. */
function lineOf({ typed, found = noLine }: ChoiceCase): GunicornLine {
  if (typed === undefined) return found;
  const { daemon, pidfile } = found;
  const binds = typed.binds.length === 0 ? found.binds : typed.binds;
  return { ...typed, daemon, pidfile, binds, workers: typed.workers ?? found.workers };
}

function orAsk<T>(
  chosen: Chosen<T>,
  about: CutoverValueName,
  guess: string | undefined,
  why: string,
): Choice<T> {
  return { chosen, questions: chosen.value === undefined ? ask(about, guess, why) : [], notes: [] };
}

function chooseDirectory(it: ChoiceCase): Choice<string> {
  const { look, flags, launch, socket } = it;
  const chosen = pick(
    [flags.chdir, "--chdir"],
    [look.master?.workingDirectory, `working directory of master ${look.master?.pid}`],
    ...inLines(it, ({ chdir }) =>
      chdir === undefined ? undefined : pathFrom(launch?.directory, chdir),
    ),
    [launch?.directory, it.from],
  );
  const folder = socket.path.replace(/(.)\/[^/]*$/, "$1");
  return orAsk(chosen, "chdir", folder, "nothing tells in which directory gunicorn is started");
}

function chooseAccount(it: ChoiceCase, about: "user" | "group"): Choice<string> {
  const { look, flags, socket } = it;
  const account = look.master?.account;
  const id = about === "user" ? account?.uid : account?.gid;
  const chosen = pick(
    [flags[about], `--${about}`],
    [id?.toString(), `workers of master ${look.master?.pid}`],
    ...inLines(it, (line) => line[about]),
  );
  const owner = about === "user" ? socket.file?.owner : socket.file?.group;
  return orAsk(chosen, about, owner, `nothing tells which ${about} the workers are of`);
}

function chooseMask(it: ChoiceCase): Choice<number> {
  const { flags, socket } = it;
  const now = socket.file === null ? undefined : 0o777 & ~Number.parseInt(socket.file.mode, 8);
  const chosen = pick([flags.umask, "--umask"], ...inLines(it, ({ umask }) => umask), [
    now,
    `mode of ${socket.path}`,
  ]);
  const why = "nothing tells what mode the socket file is to have";
  const choice = orAsk(chosen, "umask", "007", why);
  if (now === undefined || chosen.value === undefined || now === chosen.value) return choice;
  const note = `${socket.path} has mode ${socket.file?.mode} now, and will have ${modeText(chosen.value)}: ${chosen.source}`;
  return { ...choice, notes: [note] };
}

/** The mode of a socket file that is bound under an umask, four octal digits. */
export function modeText(umask: number): string {
  return octalMode(0o777 & ~umask);
}

const noLine: GunicornLine = {
  kept: [],
  binds: [],
  pidfile: undefined,
  daemon: false,
  user: undefined,
  group: undefined,
  initGroups: false,
  chdir: undefined,
  workers: undefined,
  umask: undefined,
  settingsFile: undefined,
  code: { folders: [], files: [], scratch: [], variables: [] },
  logs: [],
  graceSeconds: undefined,
  app: undefined,
  unknown: [],
};
