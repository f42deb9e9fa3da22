import type { CutoverLook, LaunchFacts } from "../model/cutover-facts.ts";
import type { CutoverNginx } from "../model/cutover.ts";
import type { CutoverFlags } from "../model/cutover-flags.ts";
import type { CutoverQuestion, CutoverValueName } from "../model/cutover-plan.ts";
import type { GunicornLine } from "../model/gunicorn-line.ts";
import type { SocketReport } from "../model/report.ts";
import { shellWords } from "./audit-shell.ts";

/** A value with its source; undefined beside a question. */
export interface Chosen<T> {
  readonly value: T | undefined;
  readonly source: string;
}

/** What one value was chosen to be, and what is to be said of it. */
export interface Choice<T> {
  readonly chosen: Chosen<T>;
  readonly questions: readonly CutoverQuestion[];
  readonly notes: readonly string[];
}

/** What values are chosen from. */
export interface ChoiceCase {
  readonly look: CutoverLook;
  readonly flags: CutoverFlags;
  readonly socket: SocketReport;
  readonly launch: LaunchFacts | undefined;
  /** What --arguments says. */
  readonly typed: GunicornLine | undefined;
  /** What the launch says. */
  readonly found: GunicornLine | undefined;
  /** Where the launch was found. */
  readonly from: string;
  /** Why what the launch says is only a guess; undefined: it is none. */
  readonly doubt: string | undefined;
}

type Candidate<T> = readonly [T | undefined, string];

/** The first of some candidates that is there. */
export function pick<T>(...candidates: readonly Candidate<T>[]): Chosen<T> {
  for (const [value, source] of candidates) if (value !== undefined) return { value, source };
  return { value: undefined, source: "" };
}

/** A question by the flag of the same name. */
export function ask(
  about: CutoverValueName,
  guess: string | undefined,
  why: string,
): readonly CutoverQuestion[] {
  return [{ about, flag: `--${about}`, guess: guess ?? null, why }];
}

/** What the command lines have of it: what --arguments says comes first. */
export function inLines<T>(
  { typed, found, from }: ChoiceCase,
  valueOf: (line: GunicornLine) => T | undefined,
): readonly Candidate<T>[] {
  return [
    [typed && valueOf(typed), "--arguments"],
    [found && valueOf(found), from],
  ];
}

function settled<T>(value: T, source: string, notes: readonly string[] = []): Choice<T> {
  return { chosen: { value, source }, questions: [], notes };
}

function asked<T>(questions: readonly CutoverQuestion[]): Choice<T> {
  return { chosen: pick<T>(), questions, notes: [] };
}

/** A path from a directory; `..` is left to the kernel. Undefined: from nowhere that is known. */
export function pathFrom(directory: string | undefined, name: string): string | undefined {
  if (name.startsWith("/")) return name;
  if (directory === undefined) return undefined;
  return `${directory.replace(/\/$/, "")}/${name.replace(/^\.\//, "")}`;
}

/** gunicorn's options beside those that have a flag of their own, as a shell has them. */
export function chooseArguments({ typed, found, launch, doubt }: ChoiceCase): Choice<string> {
  if (typed !== undefined) return settled(shellWords(typed.kept), "--arguments");
  if (launch === undefined || found === undefined) {
    const why =
      "neither the command line of a master nor a start script tells how gunicorn is started";
    return asked(ask("arguments", undefined, why));
  }
  const { source, isWhole } = launch;
  const text = shellWords(found.kept);
  if (doubt !== undefined) return asked(ask("arguments", text, doubt));
  if (!isWhole) {
    return asked(ask("arguments", text, `${source} has words that only running it would tell`));
  }
  if (found.unknown.length === 0) return settled(text, source);
  const why = `${source} has ${found.unknown.join(" ")}, and whether a value follows is not known`;
  return asked(ask("arguments", text, why));
}

/** Absolute path of gunicorn. */
export function chooseProgram({ look, flags, launch, doubt }: ChoiceCase): Choice<string> {
  const named = launch?.program ?? "gunicorn";
  const chosen = pick(
    [flags.program, "--program"],
    [named.includes("/") ? pathFrom(launch?.directory, named) : undefined, launch?.source ?? ""],
    [
      look.programs.find((path) => path.endsWith(`/${named}`)),
      `where ${named} leads to in the PATH`,
    ],
    // Debian once had the one for Python 3 under a name of its own
    [look.programs[0], `there is no ${named}, this one is installed`],
  );
  if (doubt !== undefined && flags.program === undefined) {
    return asked(ask("program", chosen.value, doubt));
  }
  const why = "no gunicorn was found in the PATH of services";
  const questions = chosen.value === undefined ? ask("program", "/usr/bin/gunicorn", why) : [];
  return { chosen, questions, notes: [] };
}

/** The application. */
export function chooseApp(it: ChoiceCase): Choice<string> {
  const { look, flags, found, from, doubt } = it;
  const title = look.master?.title;
  const chosen = pick([flags.app, "--app"], ...inLines(it, ({ app }) => app));
  if (chosen.value === undefined) {
    const why = "no command line names the application, and a title may bear another name";
    return asked(ask("app", title, why));
  }
  if (doubt !== undefined && chosen.source === from) {
    return asked(ask("app", chosen.value, doubt));
  }
  const hasName = found?.kept.some((word) => /^(?:-n|--name)/.test(word)) === true;
  const fits = title === undefined || title === chosen.value || hasName;
  if (fits || chosen.source !== from) return { chosen, questions: [], notes: [] };
  const why = `${from} starts ${chosen.value}, but what runs says that it is ${title}`;
  return asked(ask("app", title, why));
}

/** How many workers there are to be. */
export function chooseWorkers(it: ChoiceCase): Choice<number> {
  const { look, flags } = it;
  const running = look.master?.workers;
  const chosen = pick([flags.workers, "--workers"], ...inLines(it, ({ workers }) => workers), [
    running,
    "as many as run now",
  ]);
  const { value, source } = chosen;
  if (value === undefined) {
    return asked(ask("workers", undefined, "nothing tells how many workers there are to be"));
  }
  const note = `${running} workers run now, and ${value} will: ${source}`;
  return settled(value, source, running === undefined || running === value ? [] : [note]);
}

/** Where nginx is asked; null: nowhere. */
export function chooseNginx({
  look: { nginx },
  flags,
  socket,
}: ChoiceCase): Choice<CutoverNginx | null> {
  if (flags.nginx === "none") return settled(null, "--no-nginx");
  if (flags.nginx !== undefined) return settled({ url: flags.nginx.url, host: null }, "--nginx");
  switch (nginx.kind) {
    case "absent": {
      const note = "there is no nginx here: what is asked is the socket alone";
      return settled(null, "no /etc/nginx", [note]);
    }
    case "unreadable":
      return asked(ask("nginx", undefined, `${nginx.why}; write --nginx URL, or --no-nginx`));
    case "read": {
      const [site, ...more] = nginx.sites;
      if (site === undefined) {
        const none = `no site in /etc/nginx hands requests to ${socket.path}`;
        return asked(ask("nginx", undefined, `${none}; write --nginx URL, or --no-nginx`));
      }
      const note = `nginx has ${more.length + 1} sites for the socket, of which the first is asked`;
      const value = { url: site.url, host: site.host ?? null };
      return settled(value, "/etc/nginx", more.length === 0 ? [] : [note]);
    }
  }
}
