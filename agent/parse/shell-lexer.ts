/** What stands between blanks of a shell script, or ends a command. */
export type ShellToken =
  | { readonly kind: "word"; readonly parts: readonly ShellPart[]; readonly line: number }
  | { readonly kind: "end" };

/** A piece of a word. */
export type ShellPart =
  | { readonly kind: "text"; readonly text: string; readonly quoted: boolean }
  | {
      readonly kind: "variable";
      readonly name: string;
      /** After `:-` or `-`; undefined: none. */
      readonly instead: string | undefined;
      readonly quoted: boolean;
    }
  /** Only the shell could tell: a command's output, arithmetic, a pattern. */
  | { readonly kind: "unknown" };

const variable = /^\$(?:(\w+)|\{(\w+)(?::?-([^{}$`]*))?\})/;

/** The end of what is in brackets from `start` on, or of the text. */
function closing(text: string, start: number, open: string, close: string): number {
  let depth = 0;
  for (let at = start; at < text.length; at += 1) {
    if (text[at] === open) depth += 1;
    else if (text[at] === close) depth -= 1;
    if (depth === 0) return at + 1;
  }
  return text.length;
}

/** What a `$` or a backquote begins, and where it ends. */
function expansion(
  text: string,
  at: number,
  quoted: boolean,
): { readonly part: ShellPart; readonly end: number } {
  const rest = text.slice(at, at + 512);
  const [whole, plain, braced, instead] = variable.exec(rest) ?? [];
  const name = plain ?? braced;
  if (whole !== undefined && name !== undefined) {
    return { part: { kind: "variable", name, instead, quoted }, end: at + whole.length };
  }
  const part: ShellPart = { kind: "unknown" };
  if (rest.startsWith("`")) {
    const end = text.indexOf("`", at + 1);
    return { part, end: end < 0 ? text.length : end + 1 };
  }
  if (rest.startsWith("$(")) return { part, end: closing(text, at + 1, "(", ")") };
  if (rest.startsWith("${")) return { part, end: closing(text, at + 1, "{", "}") };
  return { part: { kind: "text", text: "$", quoted }, end: at + 1 };
}

/** The parts of what is in double quotes from `start` on, and where it ends. */
function doubleQuoted(
  text: string,
  start: number,
): { readonly parts: readonly ShellPart[]; readonly end: number } {
  const parts: ShellPart[] = [{ kind: "text", text: "", quoted: true }];
  let at = start;
  while (at < text.length && text[at] !== '"') {
    const character = text.charAt(at);
    if (character === "$" || character === "`") {
      const { part, end } = expansion(text, at, true);
      parts.push(part);
      at = end;
      continue;
    }
    const escaped = character === "\\" && /^[$`"\\\n]/.test(text.slice(at + 1));
    const piece = escaped ? text.charAt(at + 1).replace("\n", "") : character;
    parts.push({ kind: "text", text: piece, quoted: true });
    at += escaped ? 2 : 1;
  }
  return { parts, end: at + 1 };
}

/**
 * Takes a POSIX shell script apart into words and ends of commands, far enough to find the
 * commands that a start script runs (dash(1), "Lexical Structure"). Redirections, patterns of
 * `case` and here-documents come out as words. Never fails: it is a reading, not a run.
 */
export function shellTokens(text: string): readonly ShellToken[] {
  const tokens: ShellToken[] = [];
  let parts: ShellPart[] = [];
  let line = 1;
  let at = 0;
  let begun = 1;

  function add(part: ShellPart): void {
    if (parts.length === 0) begun = line;
    parts.push(part);
  }
  function endWord(): void {
    if (parts.length > 0) tokens.push({ kind: "word", parts, line: begun });
    parts = [];
  }
  function goTo(end: number): void {
    line += text.slice(at, end).split("\n").length - 1;
    at = end;
  }

  while (at < text.length) {
    const character = text.charAt(at);
    if (character === "\\") {
      const next = text.charAt(at + 1);
      if (next !== "\n") add({ kind: "text", text: next, quoted: true });
      goTo(at + 2);
    } else if (character === "'") {
      const close = text.indexOf("'", at + 1);
      const end = close < 0 ? text.length : close;
      add({ kind: "text", text: text.slice(at + 1, end), quoted: true });
      goTo(end + 1);
    } else if (character === '"') {
      const quoted = doubleQuoted(text, at + 1);
      for (const part of quoted.parts) add(part);
      goTo(quoted.end);
    } else if (character === "$" || character === "`") {
      const { part, end } = expansion(text, at, false);
      add(part);
      goTo(end);
    } else if (character === "#" && parts.length === 0) {
      const end = text.indexOf("\n", at);
      goTo(end < 0 ? text.length : end);
    } else if (/[;&|()\n]/.test(character)) {
      endWord();
      tokens.push({ kind: "end" });
      goTo(at + 1);
    } else if (/[ \t\r]/.test(character)) {
      endWord();
      goTo(at + 1);
    } else {
      add({ kind: "text", text: character, quoted: false });
      goTo(at + 1);
    }
  }
  endWord();
  return tokens;
}
