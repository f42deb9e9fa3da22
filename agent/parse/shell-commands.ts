import type { ScriptCommand, ScriptContext } from "../model/script-command.ts";
import { joinPath } from "./path-text.ts";
import { type ShellPart, shellTokens } from "./shell-lexer.ts";

/** Words that stand before a command and change nothing about what it is. */
const before = /^(?:then|do|else|if|elif|while|until|!|\{|exec|nohup|setsid|command|eval)$/;
const assignment = /^([A-Za-z_]\w*)=([^]*)$/;
const mostWords = 20_000;

/** What a script does as far as it can be told without running it. */
export interface ShellReading {
  readonly commands: readonly ScriptCommand[];
  /** Files that it reads in, as far as they could be named; the last of them last. */
  readonly sourced: readonly string[];
}

type Fields = (string | null)[];

/** The variables of a shell, and which of them commands get. */
function createVariables(given: ReadonlyMap<string, string | null>, path: string) {
  const values = new Map<string, string | null>([...given, ["0", path]]);
  const exported = new Set(given.keys());
  let all = false;
  return {
    valueOf: (name: string): string | null | undefined => values.get(name),
    exportAll(on: boolean): void {
      all = on;
    },
    export(name: string): void {
      exported.add(name);
    },
    assign(name: string, value: string | null): void {
      values.set(name, value);
      if (all) exported.add(name);
    },
    environment: (): ReadonlyMap<string, string | null> =>
      new Map(
        [...exported].flatMap((name) => {
          const value = values.get(name);
          return value === undefined ? [] : [[name, value] as const];
        }),
      ),
  };
}

type Variables = ReturnType<typeof createVariables>;

function valueOf(part: ShellPart, variables: Variables): string | null {
  switch (part.kind) {
    case "unknown":
      return null;
    case "text":
      return part.text;
    case "variable": {
      const value = variables.valueOf(part.name);
      // one that was never set may still come with the environment
      if (part.instead === undefined) return value ?? null;
      return value === undefined || value === "" ? part.instead : value;
    }
  }
}

/** The fields that a word becomes: what a variable holds is split at blanks unless quoted. */
function fieldsOf(parts: readonly ShellPart[], variables: Variables): Fields {
  const fields: Fields = [];
  let open: string | null | undefined;
  function append(text: string | null): void {
    open = text === null || open === null ? null : (open ?? "") + text;
  }
  for (const part of parts) {
    const value = valueOf(part, variables);
    if (part.kind !== "variable" || part.quoted || value === null) {
      append(value);
      continue;
    }
    for (const [index, piece] of value.split(/\s+/).entries()) {
      if (index > 0 && open !== undefined) {
        fields.push(open);
        open = undefined;
      }
      if (piece !== "") append(piece);
    }
  }
  return open === undefined ? fields : [...fields, open];
}

/** An assignment keeps its value in one piece, and is one only where its name is not quoted. */
function assignmentOf(
  parts: readonly ShellPart[],
  variables: Variables,
): readonly [string, string | null] | undefined {
  const unquoted: string[] = [];
  for (const part of parts) {
    if (part.kind !== "text" || part.quoted) break;
    unquoted.push(part.text);
  }
  const [, name] = assignment.exec(unquoted.join("")) ?? [];
  if (name === undefined) return undefined;
  const values = parts.map((part) => valueOf(part, variables));
  const whole = values.includes(null) ? null : values.join("").slice(name.length + 1);
  return [name, whole];
}

/** `start-stop-daemon … --exec PROGRAM … -- ARGUMENTS` runs PROGRAM ARGUMENTS. */
function unwrapped(words: Fields): Fields {
  if (!/(?:^|\/)start-stop-daemon$/.test(words[0] ?? "")) return words;
  const own = words.includes("--") ? words.slice(0, words.indexOf("--")) : words;
  const joined = own.flatMap((word) => /^--(?:exec|startas)=(.*)$/.exec(word ?? "")?.[1] ?? []);
  const named = own.findIndex((word) => /^(?:-x|-a|--exec|--startas)$/.test(word ?? ""));
  const program = joined[0] ?? (named < 0 ? undefined : own[named + 1]);
  return program === undefined ? words : [program, ...words.slice(own.length + 1)];
}

/**
 * The commands of a POSIX shell script in the order in which they are written, with variables
 * put in as far as their values can be told. Branches are not followed: all of them count.
 */
export function shellCommands(text: string, context: ScriptContext): ShellReading {
  const variables = createVariables(context.environment, context.path);
  const commands: ScriptCommand[] = [];
  const sourced: string[] = [];
  let directory = context.directory;
  let wordsLeft = mostWords;

  function sourceFile(path: string | null | undefined): void {
    if (path === null || path === undefined) return;
    const whole = path.startsWith("/") ? path : joinPath(directory ?? "/", path);
    const inside = context.readFile(whole);
    if (inside === undefined || sourced.includes(whole)) return;
    sourced.push(whole);
    read(inside);
  }

  function builtin([name, first]: Fields): boolean {
    if (name === "." || name === "source") sourceFile(first);
    else if (name === "cd") {
      directory = typeof first === "string" ? joinPath(directory ?? "/", first) : undefined;
    } else if (name === "set") {
      if (/^[-+]a/.test(first ?? "")) variables.exportAll(first?.startsWith("-") === true);
    } else return false;
    return true;
  }

  function exportNames(words: readonly (readonly ShellPart[])[]): void {
    for (const parts of words) {
      const assigned = assignmentOf(parts, variables);
      if (assigned !== undefined) variables.assign(...assigned);
      for (const name of assigned === undefined ? fieldsOf(parts, variables) : [assigned[0]]) {
        variables.export(name ?? "");
      }
    }
  }

  function command(words: readonly (readonly ShellPart[])[], line: number): void {
    const alone = new Map<string, string | null>();
    let at = 0;
    for (const parts of words) {
      const assigned = assignmentOf(parts, variables);
      if (assigned !== undefined) alone.set(...assigned);
      else if (!before.test(fieldsOf(parts, variables).join(" "))) break;
      at += 1;
    }
    const rest = words.slice(at);
    const fields = rest.flatMap((parts) => fieldsOf(parts, variables));
    if (rest.length === 0) for (const assigned of alone) variables.assign(...assigned);
    else if (fields[0] === "export") exportNames(rest.slice(1));
    else if (!builtin(fields)) {
      const environment = new Map([...variables.environment(), ...alone]);
      commands.push({ words: unwrapped(fields), line, directory, environment });
    }
  }

  function read(script: string): void {
    let words: (readonly ShellPart[])[] = [];
    let line = 0;
    for (const token of [...shellTokens(script), { kind: "end" } as const]) {
      if (token.kind === "end") {
        if (words.length > 0) command(words, line);
        words = [];
      } else if (wordsLeft > 0) {
        if (words.length === 0) ({ line } = token);
        words.push(token.parts);
        wordsLeft -= 1;
      }
    }
  }

  read(text);
  return { commands, sourced };
}
