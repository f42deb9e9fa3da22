import type { CutoverLook, LaunchFacts } from "../model/cutover-facts.ts";
import type {
  CutoverFlags,
  CutoverNginx,
  CutoverQuestion,
  CutoverValueName,
} from "../model/cutover.ts";
import type { GunicornLine } from "../model/gunicorn-line.ts";
import type { SocketReport } from "../model/report.ts";
import { shellWord } from "./audit-shell.ts";

/** A value with its source; undefined beside a question. */
export interface Chosen<T> {
  readonly value: T | undefined;
  readonly source: string;
}

/** What the service will be, as far as the look and the flags tell. Accounts are names or numbers. */
export interface ChosenValues {
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

/** The first of some candidates that is there. */
function pick<T>(...candidates: readonly (readonly [T | undefined, string])[]): Chosen<T> {
  for (const [value, source] of candidates) if (value !== undefined) return { value, source };
  return { value: undefined, source: "" };
}

function ask(
  about: CutoverValueName,
  guess: string | undefined,
  why: string,
): readonly CutoverQuestion[] {
  return [{ about, flag: `--${about}`, guess: guess ?? null, why }];
}

/** A path from a directory, in the kernel's own reading: `..` is left to it. */
export function pathFrom(directory: string | undefined, name: string): string | undefined {
  if (name.startsWith("/")) return name;
  return directory === undefined
    ? undefined
    : `${directory.replace(/\/$/, "")}/${name.replace(/^\.\//, "")}`;
}

interface Case {
  readonly look: CutoverLook;
  readonly flags: CutoverFlags;
  readonly socket: SocketReport;
  readonly launch: LaunchFacts | undefined;
  readonly line: GunicornLine;
  readonly from: string;
}

function chooseArguments({ look, launch, line }: Case): {
  readonly chosen: Chosen<string>;
  readonly questions: readonly CutoverQuestion[];
} {
  const text = line.kept.map(shellWord).join(" ");
  if (look.typed !== undefined)
    return { chosen: { value: text, source: "--arguments" }, questions: [] };
  if (launch === undefined) {
    const why =
      "neither the command line of a master nor a start script tells how gunicorn is started";
    return { chosen: pick(), questions: ask("arguments", undefined, why) };
  }
  if (launch.isWhole && line.unknown.length === 0) {
    return { chosen: { value: text, source: launch.source }, questions: [] };
  }
  const why = launch.isWhole
    ? `${launch.source} has ${line.unknown.join(" ")}, of which it is not known whether a value follows`
    : `${launch.source} has words that only running it would tell`;
  return { chosen: pick(), questions: ask("arguments", text, why) };
}

function chooseProgram({ look, flags, launch }: Case): Chosen<string> {
  const named = launch?.program;
  const at = named?.includes("/") === true ? pathFrom(launch?.directory, named) : undefined;
  const same = look.programs.find((path) => path.endsWith(`/${named}`));
  return pick(
    [flags.program, "--program"],
    [at, launch?.source ?? ""],
    [same, `${named} in the PATH of services`],
    // Debian had the Python 3 one under this name, and dropped it
    [look.programs[0], "the gunicorn that is installed"],
  );
}

function chooseApp({ look, flags, line, from }: Case): {
  readonly chosen: Chosen<string>;
  readonly questions: readonly CutoverQuestion[];
} {
  const title = look.master?.title;
  const chosen = pick<string>([flags.app, "--app"], [line.app, from]);
  if (chosen.value === undefined) {
    const why = "no command line names the application; a title may bear another name";
    return { chosen, questions: ask("app", title, why) };
  }
  const hasName = line.kept.some((word) => /^(?:-n|--name)/.test(word));
  if (flags.app !== undefined || title === undefined || hasName || title === chosen.value) {
    return { chosen, questions: [] };
  }
  const why = `${from} starts ${chosen.value}, but what runs says that it is ${title}`;
  return { chosen: pick(), questions: ask("app", title, why) };
}

function chooseWorkers({ look, flags, line, from }: Case): {
  readonly chosen: Chosen<number>;
  readonly notes: readonly string[];
} {
  const running = look.master?.workers;
  const chosen = pick<number>(
    [flags.workers, "--workers"],
    [line.workers, from],
    [running, `as many as run now`],
  );
  const differs = running !== undefined && chosen.value !== running;
  const note = `${running} workers run now, ${chosen.value} will: ${chosen.source}`;
  return { chosen, notes: differs ? [note] : [] };
}

function chooseNginx({ look: { nginx }, flags, socket }: Case): {
  readonly chosen: Chosen<CutoverNginx | null>;
  readonly questions: readonly CutoverQuestion[];
  readonly notes: readonly string[];
} {
  const none = { questions: [], notes: [] };
  if (flags.nginx === "none") return { chosen: { value: null, source: "--no-nginx" }, ...none };
  if (flags.nginx !== undefined) {
    return { chosen: { value: { url: flags.nginx.url, host: null }, source: "--nginx" }, ...none };
  }
  switch (nginx.kind) {
    case "absent": {
      const notes = ["there is no nginx here: what is asked is the socket alone"];
      return { chosen: { value: null, source: "no /etc/nginx" }, questions: [], notes };
    }
    case "unreadable": {
      const questions = ask("nginx", undefined, nginx.why);
      return { chosen: pick(), questions, notes: [] };
    }
    case "read": {
      const [site, ...more] = nginx.sites;
      if (site === undefined) {
        const why = `no site in /etc/nginx hands requests to ${socket.path}; write --nginx URL, or --no-nginx`;
        return { chosen: pick(), questions: ask("nginx", undefined, why), notes: [] };
      }
      const others =
        more.length === 0
          ? []
          : [`nginx has ${more.length} more sites for the socket; the first is asked`];
      const value = { url: site.url, host: site.host ?? null };
      return { chosen: { value, source: "/etc/nginx" }, questions: [], notes: others };
    }
  }
}

/** Chooses every value of the service from what was seen and what was said. Pure. */
export function chooseValues(
  look: CutoverLook,
  flags: CutoverFlags,
  socket: SocketReport,
): ChosenValues {
  const launch = look.ownLaunch ?? look.scripts.launches[0];
  const line = look.typed ?? launch?.line ?? noLine;
  const found = launch?.line ?? noLine;
  const from = look.typed === undefined ? (launch?.source ?? "") : "--arguments";
  const whole = { ...line, app: line.app ?? found.app, workers: line.workers ?? found.workers };
  const it: Case = { look, flags, socket, launch, line: whole, from };
  const { master } = look;
  const running = master === undefined ? "" : `master ${master.pid}`;
  const account = master?.account;
  const chdir = pick<string>(
    [flags.chdir, "--chdir"],
    [master?.workingDirectory, `working directory of ${running}`],
    [line.chdir === undefined ? undefined : pathFrom(launch?.directory, line.chdir), from],
    [launch?.directory, from],
  );
  const user = pick<string>(
    [flags.user, "--user"],
    [account === undefined ? undefined : String(account.uid), `workers of ${running}`],
    [line.user ?? found.user, from],
  );
  const group = pick<string>(
    [flags.group, "--group"],
    [account === undefined ? undefined : String(account.gid), `workers of ${running}`],
    [line.group ?? found.group, from],
  );
  const mode = socket.file === null ? undefined : 0o777 & ~Number.parseInt(socket.file.mode, 8);
  const umask = pick<number>(
    [flags.umask, "--umask"],
    [line.umask ?? found.umask, from],
    [mode, `mode of ${socket.path}`],
  );
  const words = chooseArguments(it);
  const program = chooseProgram(it);
  const app = chooseApp(it);
  const workers = chooseWorkers(it);
  const nginx = chooseNginx(it);
  const folder = socket.path.replace(/\/[^/]*$/, "") || "/";
  const owner = socket.file ?? undefined;
  const missing = [
    ...(program.value === undefined
      ? ask("program", "/usr/bin/gunicorn", "no gunicorn was found in the PATH of services")
      : []),
    ...(chdir.value === undefined
      ? ask("chdir", folder, "nothing tells in which directory gunicorn is started")
      : []),
    ...(user.value === undefined
      ? ask("user", owner?.owner, "nothing tells who the workers are")
      : []),
    ...(group.value === undefined
      ? ask("group", owner?.group, "nothing tells which group the workers are of")
      : []),
    ...(workers.chosen.value === undefined
      ? ask("workers", undefined, "nothing tells how many workers there are to be")
      : []),
    ...(umask.value === undefined
      ? ask("umask", "007", "nothing tells what mode the socket file is to have")
      : []),
  ];
  const modeNow = umask.value !== undefined && mode !== undefined && mode !== umask.value;
  const modeNote = `${socket.path} has mode ${socket.file?.mode}, and will have ${modeText(umask.value ?? 0)}: ${umask.source}`;
  return {
    line: whole,
    arguments: words.chosen,
    program,
    app: app.chosen,
    chdir,
    user,
    group,
    workers: workers.chosen,
    umask,
    nginx: nginx.chosen,
    questions: [...missing, ...app.questions, ...words.questions, ...nginx.questions],
    notes: [...workers.notes, ...nginx.notes, ...(modeNow ? [modeNote] : [])],
  };
}

/** The mode of a socket file that is bound under an umask, four octal digits. */
export function modeText(umask: number): string {
  return (0o777 & ~umask).toString(8).padStart(4, "0");
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
  logs: [],
  graceSeconds: undefined,
  app: undefined,
  unknown: [],
};
