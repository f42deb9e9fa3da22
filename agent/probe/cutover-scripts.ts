import type { LaunchFacts, ScriptFacts, SourcedFile } from "../model/cutover-facts.ts";
import type { ScriptCommand, ScriptContext } from "../model/script-command.ts";
import { parseEnvironmentText } from "../parse/environment-file.ts";
import { gunicornIn, gunicornLine } from "../parse/gunicorn-words.ts";
import { parseLsbHeader } from "../parse/lsb-header.ts";
import { joinPath } from "../parse/path-text.ts";
import { pythonCommands } from "../parse/python-commands.ts";
import { shellCommands } from "../parse/shell-commands.ts";
import { type Files, pathBytes } from "./files.ts";
import { isRootsToChange } from "./roots-alone.ts";

/** What `regular` reads at most. */
const LONGEST_SCRIPT_BYTES = 64 * 1024;
/** An init script that runs a script that runs a script; more is a ring. */
const MOST_SCRIPTS = 8;

/** The text of a script, as UTF-8; undefined: there is none, or it is a program. */
function textOf(path: string, files: Files): string | undefined {
  const read = files.regular(pathBytes(path), LONGEST_SCRIPT_BYTES);
  if (!read.ok || read.value.includes("\0")) return undefined;
  return Buffer.from(read.value, "latin1").toString("utf8");
}

interface Script {
  readonly path: string;
  readonly text: string;
  readonly isPython: boolean;
}

/** The script that a command runs, by itself or through an interpreter. */
function scriptOf({ words, directory }: ScriptCommand, files: Files): Script | undefined {
  const [first = null, ...rest] = words;
  const interpreter = /(?:^|\/)(python[\d.]*|sh|bash|dash)$/.exec(first ?? "")?.[1];
  const named =
    interpreter === undefined ? first : rest.find((word) => word?.startsWith("-") !== true);
  if (named === null || named === undefined) return undefined;
  if (interpreter === undefined && !named.includes("/")) return undefined;
  if (!named.startsWith("/") && directory === undefined) return undefined;
  const path = named.startsWith("/") ? named : joinPath(directory ?? "/", named);
  const text = textOf(path, files);
  if (text === undefined) return undefined;
  const isPython =
    interpreter?.startsWith("python") === true || path.endsWith(".py") || /^#!.*python/.test(text);
  return { path, text, isPython };
}

/** What the init script of a unit, and what it runs, say of how gunicorn is started. */
export function readScripts(initScript: string | undefined, files: Files): ScriptFacts {
  const launches: { readonly launch: LaunchFacts; readonly command: ScriptCommand }[] = [];
  const sourced = new Map<string, SourcedFile>();
  let launcher: string | undefined;
  let ownEnvironment = false;
  const seen = new Set<string>();

  function contextOf(path: string, from: Omit<ScriptContext, "path" | "readFile">): ScriptContext {
    return { path, ...from, readFile: (name) => textOf(name, files) };
  }

  function follow({ path, text, isPython }: Script, context: ScriptContext): void {
    if (seen.has(path) || seen.size >= MOST_SCRIPTS) return;
    seen.add(path);
    const reading = isPython ? pythonCommands(text, context) : shellCommands(text, context);
    for (const name of "sourced" in reading ? reading.sourced : []) {
      const values = parseEnvironmentText(textOf(name, files) ?? "");
      sourced.set(name, { path: name, ...values, isRoots: isRootsToChange(name, files) });
    }
    for (const command of reading.commands) {
      const found = gunicornIn(command.words);
      if (found !== undefined) {
        const { directory } = command;
        const source = `${path} line ${command.line}`;
        const { program, rest } = found;
        const line = gunicornLine(rest);
        const isWhole = !rest.includes(null);
        const launch = { kind: "script", source, program, line, isWhole, directory } as const;
        launches.push({ launch, command });
        if (path !== initScript) launcher = path;
        if ("ownEnvironment" in reading && reading.ownEnvironment) ownEnvironment = true;
        continue;
      }
      const script = scriptOf(command, files);
      const { directory, environment } = command;
      if (script !== undefined) follow(script, contextOf(script.path, { directory, environment }));
    }
  }

  const text = initScript === undefined ? undefined : textOf(initScript, files);
  if (initScript !== undefined && text !== undefined) {
    const nothing = { directory: "/", environment: new Map<string, string>() };
    follow({ path: initScript, text, isPython: false }, contextOf(initScript, nothing));
  }
  const [first] = launches;
  return {
    initScript,
    launcher,
    launches: launches.map(({ launch }) => launch),
    sourced: [...sourced.values()],
    exported: first?.command.environment ?? new Map<string, string | null>(),
    ownEnvironment,
    header: parseLsbHeader(text ?? ""),
  };
}
