import type { ScriptCommand, ScriptContext } from "../model/script-command.ts";
import { readArguments, readExpression } from "./python-expressions.ts";
import { type PythonToken, pythonTokens } from "./python-tokens.ts";
import { type PythonValue, textOf } from "./python-value.ts";
import { shellCommands } from "./shell-commands.ts";

/** Functions that start a program by a list of its words, or by a line for a shell. */
const starters =
  /^(?:Popen|run|call|check_call|check_output|system|popen|exec[lv]p?e?|spawn[lv]p?e?)$/;

/** What a Python program starts, as far as can be told without running it. */
export interface PythonReading {
  readonly commands: readonly ScriptCommand[];
  /** It gives what it starts an environment of its own making. */
  readonly ownEnvironment: boolean;
}

function wordsOf(values: readonly PythonValue[]): readonly (string | null)[] {
  return values.map((value) => textOf(value) ?? null);
}

/** The words or the line that is started: `exec…` and `spawn…` name the program before them. */
function argumentsOf(
  name: string,
  values: readonly PythonValue[],
): readonly PythonValue[] | string | undefined {
  // before the words: for exec the program, for spawn the mode as well
  const first = name.startsWith("spawn") ? 2 : name.startsWith("exec") ? 1 : 0;
  if (/^(?:exec|spawn)l/.test(name)) return values.slice(first);
  const value = values[first];
  if (value?.kind === "list") return value.items;
  return textOf(value);
}

/**
 * The commands that a Python program starts, such as by subprocess.Popen, in the order in which
 * they are written. Its plain assignments are followed; nothing else of it is run.
 */
export function pythonCommands(program: string, context: ScriptContext): PythonReading {
  const tokens = pythonTokens(program);
  const names = new Map<string, PythonValue>();
  const commands: ScriptCommand[] = [];
  let ownEnvironment = false;

  function isSign(at: number, text: string): boolean {
    return tokens[at]?.kind === "sign" && tokens[at].text === text;
  }

  function started(name: string, at: number, line: number): void {
    const found = argumentsOf(name, readArguments(tokens, at, { context, names }));
    if (found === undefined) return;
    const { directory, environment } = context;
    if (typeof found !== "string") {
      commands.push({ words: wordsOf(found), line, directory, environment });
      return;
    }
    for (const { words } of shellCommands(found, context).commands) {
      commands.push({ words, line, directory, environment });
    }
  }

  for (const [at, token] of tokens.entries()) {
    if (token.kind !== "name") continue;
    const begins = at === 0 || tokens[at - 1]?.kind === "end";
    if (begins && isSign(at + 1, "=") && !isSign(at + 2, "=")) {
      names.set(token.text, readExpression(tokens, at + 2, { context, names }));
    } else if (starters.test(token.text) && isSign(at + 1, "(")) {
      started(token.text, at + 2, token.line);
    }
    const givesOwn = token.text === "env" && isSign(at + 1, "=");
    const changesOwn = /^(?:environ|putenv)$/.test(token.text) && changes(tokens, at);
    if (givesOwn || changesOwn) ownEnvironment = true;
  }
  return { commands, ownEnvironment };
}

/** `environ["X"] = …`, `environ.update(…)`, `putenv(…)`. */
function changes(tokens: readonly PythonToken[], at: number): boolean {
  const text = tokens
    .slice(at, at + 6)
    .map((token) => (token.kind === "string" ? "''" : token.text))
    .join("");
  return /^(?:environ(?:\[''\]=(?!=)|\.(?:update|setdefault|pop)\b)|putenv\()/.test(text);
}
