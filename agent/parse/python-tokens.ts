/** A piece of a Python program. */
export interface PythonToken {
  /** `end` stands for the end of a line outside of brackets. */
  readonly kind: "name" | "string" | "sign" | "end";
  /** A string without its quotes, its escapes resolved; otherwise as it is written. */
  readonly text: string;
  /** A string with expressions in braces. */
  readonly formatted: boolean;
  /** Counted from 1. */
  readonly line: number;
}

const blank = /^(?:[ \t\r\f]+|\\\r?\n|#[^\n]*)/;
const name = /^[A-Za-z_]\w*|^\d[\w.]*/;
const string = /^([A-Za-z]{0,2})("""|'''|"|')/;
const escapes: Readonly<Record<string, string>> = { n: "\n", t: "\t", "\n": "" };

/** The text of a string and what is behind it; undefined: it has no end. */
function stringBody(
  rest: string,
  raw: boolean,
  quotes: string,
): readonly [string, number] | undefined {
  let text = "";
  let at = 0;
  while (at < rest.length) {
    if (rest.startsWith(quotes, at)) return [text, at + quotes.length];
    const character = rest.charAt(at);
    if (character === "\n" && quotes.length === 1) return undefined;
    const next = rest.charAt(at + 1);
    if (character === "\\" && next !== "") {
      text += raw
        ? character + next
        : (escapes[next] ?? (/[\\'"]/.test(next) ? next : `\\${next}`));
      at += 2;
    } else {
      text += character;
      at += 1;
    }
  }
  return undefined;
}

/**
 * Takes a Python program apart, as far as its strings, names and signs go (Python language
 * reference, "Lexical analysis"). Stops at a string that has no end; never fails.
 */
export function pythonTokens(program: string): readonly PythonToken[] {
  const tokens: PythonToken[] = [];
  let line = 1;
  let at = 0;
  let depth = 0;

  function take(kind: PythonToken["kind"], text: string, length: number, formatted = false): void {
    tokens.push({ kind, text, formatted, line });
    line += program.slice(at, at + length).split("\n").length - 1;
    at += length;
  }

  while (at < program.length) {
    const rest = program.slice(at, at + 65_536);
    const [skipped] = blank.exec(rest) ?? [];
    const [opening, prefix = "", quotes = ""] = string.exec(rest) ?? [];
    const [word] = name.exec(rest) ?? [];
    const sign = rest.charAt(0);
    if (skipped !== undefined) {
      line += skipped.split("\n").length - 1;
      at += skipped.length;
    } else if (opening !== undefined) {
      const body = stringBody(rest.slice(opening.length), /r/i.test(prefix), quotes);
      if (body === undefined) return tokens;
      take("string", body[0], opening.length + body[1], /f/i.test(prefix));
    } else if (word !== undefined) {
      take("name", word, word.length);
    } else if (sign === "\n") {
      if (depth === 0) take("end", "", 1);
      else {
        line += 1;
        at += 1;
      }
    } else {
      if (/[([{]/.test(sign)) depth += 1;
      if (/[)\]}]/.test(sign)) depth = Math.max(0, depth - 1);
      take("sign", sign, 1);
    }
  }
  return tokens;
}
