import * as v from "valibot";
import {
  isMap,
  isNode,
  isScalar,
  LineCounter,
  parseDocument,
  visit,
  type Document,
  type YAMLMap,
} from "yaml";
import type { Complaint } from "./settings-contradictions.ts";
import { SettingsError } from "./settings-error.ts";
import { nearestWord } from "./settings-nearest.ts";
import { tooMuchYaml, yamlMistake } from "./settings-yaml.ts";

/** A problem and where in the text it starts, so that all can be told in the order of the file. */
export interface Problem {
  readonly offset: number;
  readonly message: string;
}

/** What makes one kind of YAML file: how its value is read, and what is wrong beyond that. */
export interface FileForm<T> {
  readonly schema: v.GenericSchema<unknown, T>;
  /** Keys that nobody knows. */
  readonly unknownKeys: (top: YAMLMap) => readonly Problem[];
  /** What cannot all be meant, in the value as it stands in the file. */
  readonly contradictions: (value: unknown) => readonly Complaint[];
  /** What to do about an empty file. */
  readonly whenEmpty: string;
}

/** `sockets[0].path` out of `["sockets", 0, "path"]`. */
function dotted(at: readonly (string | number)[]): string {
  return at
    .map((key, index) => (typeof key === "number" ? `[${key}]` : index === 0 ? key : `.${key}`))
    .join("");
}

/** Where the value at `at` starts, or the nearest thing around it that is really there. */
function offsetOf(document: Document.Parsed, at: readonly (string | number)[]): number {
  for (let length = at.length; length >= 0; length -= 1) {
    const node: unknown = document.getIn(at.slice(0, length), true);
    if (isNode(node) && node.range) return node.range[0];
  }
  return 0;
}

/** A problem for each key of the map that is not known; `at` are the keys that lead to it. */
export function unknownIn(
  map: YAMLMap,
  known: readonly string[],
  at: readonly (string | number)[],
): Problem[] {
  const problems: Problem[] = [];
  for (const { key } of map.items) {
    const name = isScalar(key) ? String(key.value) : String(key);
    if (known.includes(name)) continue;
    const near = nearestWord(name, known);
    const hint = near === undefined ? "known" : `did you mean "${near}"? Known`;
    const message = `${dotted([...at, name])}: unknown key; ${hint} here: ${known.join(", ")}`;
    problems.push({ offset: (isNode(key) && key.range?.[0]) || 0, message });
  }
  return problems;
}

/** Aliases are refused, not followed: ten lines of them can stand for gigabytes. */
function aliasProblems(document: Document.Parsed): Problem[] {
  const problems: Problem[] = [];
  visit(document, {
    Alias(_, alias) {
      const message = `found the alias *${alias.source}; write the value itself here`;
      problems.push({ offset: alias.range?.[0] ?? 0, message });
    },
  });
  return problems;
}

/** What the YAML parser itself complains about. Tabs and repeated keys leave the rest readable. */
function yamlProblems(document: Document.Parsed): { problems: Problem[]; readable: boolean } {
  const found = [...document.errors, ...document.warnings];
  return {
    problems: found.map(({ code, message, pos }) => ({
      offset: pos[0],
      message: yamlMistake(code, message),
    })),
    readable: document.errors.every(
      ({ code }) => code === "DUPLICATE_KEY" || code === "TAB_AS_INDENT",
    ),
  };
}

/** What the file means, where nothing is wrong with it, and everything that is. */
interface Judged<T> {
  readonly good: { readonly value: T } | undefined;
  readonly problems: readonly Problem[];
}

function judgeValue<T>(document: Document.Parsed, value: unknown, form: FileForm<T>): Judged<T> {
  const result = v.safeParse(form.schema, value);
  const complaints: Complaint[] = (result.issues ?? []).map(({ path, message }) => ({
    at: (path ?? []).map(({ key }) => (typeof key === "number" ? key : String(key))),
    message,
  }));
  complaints.push(...form.contradictions(value));
  const problems = complaints.map(({ at, message }) => ({
    offset: offsetOf(document, at),
    message: at.length === 0 ? message : `${dotted(at)}: ${message}`,
  }));
  return { good: result.success ? { value: result.output } : undefined, problems };
}

function judge<T>(document: Document.Parsed, form: FileForm<T>): Judged<T> {
  const yaml = yamlProblems(document);
  if (!yaml.readable) return { good: undefined, problems: yaml.problems };
  const aliases = aliasProblems(document);
  const top = document.contents;
  const unknown = isMap(top) ? form.unknownKeys(top) : [];
  const problems = [...yaml.problems, ...aliases, ...unknown];
  if (aliases.length > 0) return { good: undefined, problems };
  // only comments: a file that ships with every line commented out means the defaults
  const value: unknown = document.contents === null ? {} : document.toJS();
  const judged = judgeValue(document, value, form);
  return { good: judged.good, problems: [...problems, ...judged.problems] };
}

/**
 * What the text of `file` (its name in messages) means. Throws a SettingsError with every problem
 * of the text in its order, each with line and column.
 */
export function parseYamlFile<T>(text: string, file: string, form: FileForm<T>): T {
  if (text.trim() === "") {
    throw new SettingsError([`${file}: found an empty file; ${form.whenEmpty}`]);
  }
  const tooMuch = tooMuchYaml(text);
  if (tooMuch !== undefined) throw new SettingsError([`${file}: ${tooMuch}`]);
  const lines = new LineCounter();
  const document = parseDocument(text, { prettyErrors: false, lineCounter: lines });
  const { good, problems } = judge(document, form);
  if (good !== undefined && problems.length === 0) return good.value;
  throw new SettingsError(
    problems
      .toSorted((one, other) => one.offset - other.offset)
      .map(({ offset, message }) => {
        const { line, col } = lines.linePos(offset);
        return `${file}:${line}:${col}: ${message}`;
      }),
  );
}
