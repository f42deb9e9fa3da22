import { calledValue, fromEnvironment, methodValue } from "./python-calls.ts";
import { type PythonToken, pythonTokens } from "./python-tokens.ts";
import { type PythonScope, type PythonValue, textOf, textValue, unknown } from "./python-value.ts";

function formattedText(text: string, scope: PythonScope): PythonValue {
  let whole = true;
  const filled = text.replaceAll(/\{([^{}]*)\}/g, (_, expression: string) => {
    const value = textOf(readExpression(pythonTokens(expression), 0, scope));
    whole &&= value !== undefined;
    return value ?? "";
  });
  return whole && !/[{}]/.test(filled) ? textValue(filled) : unknown;
}

/**
 * Works out the expression that begins at the token `start`: texts, lists, `+`, names, and the few calls
 * that start scripts use for paths and the environment. Everything else is `unknown`, and so is
 * what it is a part of. What is not understood is passed over up to the next `,` or bracket.
 */
export function readExpression(
  tokens: readonly PythonToken[],
  start: number,
  scope: PythonScope,
): PythonValue {
  return createReader(tokens, start, scope).expression();
}

/** The arguments of a call whose first token behind the opening bracket is at `start`. */
export function readArguments(
  tokens: readonly PythonToken[],
  start: number,
  scope: PythonScope,
): readonly PythonValue[] {
  return createReader(tokens, start, scope).until(")");
}

function createReader(tokens: readonly PythonToken[], start: number, scope: PythonScope) {
  let at = start;

  function sign(text: string): boolean {
    const token = tokens[at];
    if (token?.kind !== "sign" || token.text !== text) return false;
    at += 1;
    return true;
  }

  /** The values up to a closing bracket; a star spreads a list, a name before `=` is passed over. */
  function until(close: string): readonly PythonValue[] {
    const values: PythonValue[] = [];
    while (at < tokens.length && !sign(close)) {
      const before = at;
      const spread = sign("*");
      const named = tokens[at]?.kind === "name" && isSign(tokens[at + 1], /=/);
      if (named) at += 2;
      const value = expression();
      if (!spread && !named) values.push(value);
      if (spread) values.push(...(value.kind === "list" ? value.items : [unknown]));
      sign(",");
      if (at === before) at += 1;
    }
    return values;
  }

  /** The name behind a dot. */
  function nextName(): string | undefined {
    const token = tokens[at + 1];
    if (tokens[at]?.text !== "." || token?.kind !== "name") return undefined;
    at += 2;
    return token.text;
  }

  function nameValue(first: string): PythonValue {
    let name = first;
    for (let next = nextName(); next !== undefined; next = nextName()) name += `.${next}`;
    if (sign("(")) {
      const args = until(")");
      const [object = "", method_ = "", ...more] = name.split(".");
      const own = textOf(scope.names.get(object));
      if (own !== undefined && more.length === 0) return methodValue(own, method_, args);
      return calledValue(name, args, scope);
    }
    if (/(?:^|\.)environ$/.test(name) && sign("[")) return fromEnvironment(until("]"), scope);
    if (name === "__file__") return textValue(scope.context.path);
    return scope.names.get(name) ?? unknown;
  }

  function term(): PythonValue {
    const token = tokens[at];
    if (token?.kind === "string") {
      at += 1;
      const own = token.formatted ? formattedText(token.text, scope) : textValue(token.text);
      // strings side by side are one
      return tokens[at]?.kind === "string" ? sum(own, term()) : own;
    }
    if (token?.kind === "name") {
      at += 1;
      return nameValue(token.text);
    }
    if (sign("[")) return { kind: "list", items: until("]") };
    if (sign("(")) {
      const items = until(")");
      const [only] = items;
      return items.length === 1 && only !== undefined ? only : { kind: "list", items };
    }
    return unknown;
  }

  function withMethods(value: PythonValue): PythonValue {
    let current = value;
    for (let name = nextName(); name !== undefined; name = nextName()) {
      const args = sign("(") ? until(")") : [];
      const text = textOf(current);
      current = text === undefined ? unknown : methodValue(text, name, args);
    }
    return current;
  }

  function expression(): PythonValue {
    let value = withMethods(term());
    while (sign("+")) value = sum(value, withMethods(term()));
    if (atEnd(tokens[at])) return value;
    // an operator that is not known here makes something else of it
    while (!atEnd(tokens[at])) {
      if (isSign(tokens[at], /[([{]/)) skipBrackets();
      else at += 1;
    }
    return unknown;
  }

  function skipBrackets(): void {
    let depth = 0;
    do {
      if (isSign(tokens[at], /[([{]/)) depth += 1;
      if (isSign(tokens[at], /[)\]}]/)) depth -= 1;
      at += 1;
    } while (depth > 0 && at < tokens.length);
  }

  return { expression, until };
}

function atEnd(token: PythonToken | undefined): boolean {
  if (token === undefined || token.kind === "end") return true;
  return isSign(token, /[,)\]}=:;]/);
}

function isSign(token: PythonToken | undefined, which: RegExp): boolean {
  return token?.kind === "sign" && which.test(token.text);
}

function sum(one: PythonValue, other: PythonValue): PythonValue {
  if (one.kind === "text" && other.kind === "text") return textValue(one.text + other.text);
  if (one.kind === "list" && other.kind === "list") {
    return { kind: "list", items: [...one.items, ...other.items] };
  }
  // a list of which some words are known is worth more than nothing
  if (one.kind === "list") return { kind: "list", items: [...one.items, unknown] };
  return unknown;
}
