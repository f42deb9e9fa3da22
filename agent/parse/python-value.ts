import type { ScriptContext } from "../model/script-command.ts";

/** What an expression was worked out to be. */
export type PythonValue =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "list"; readonly items: readonly PythonValue[] }
  | { readonly kind: "unknown" };

/** What is known while a program is read. */
export interface PythonScope {
  readonly context: ScriptContext;
  /** Names of the program that were given a value. */
  readonly names: ReadonlyMap<string, PythonValue>;
}

/** What could not be told. */
export const unknown: PythonValue = { kind: "unknown" };

/** The value of a text. */
export function textValue(text: string): PythonValue {
  return { kind: "text", text };
}

/** The text of a value that is one. */
export function textOf(value: PythonValue | undefined): string | undefined {
  return value?.kind === "text" ? value.text : undefined;
}
