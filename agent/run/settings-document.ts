import * as v from "valibot";
import {
  isMap,
  isNode,
  isScalar,
  isSeq,
  LineCounter,
  parseDocument,
  visit,
  type Document,
  type YAMLMap,
} from "yaml";
import type { Settings } from "../model/settings.ts";
import { contradictions, type Complaint } from "./settings-contradictions.ts";
import { SettingsError } from "./settings-error.ts";
import { nearestWord } from "./settings-nearest.ts";
import { fileSchema, knownKeys } from "./settings-schema.ts";
import { tooMuchYaml, yamlMistake } from "./settings-yaml.ts";

/** A problem and where in the text it starts, so that all can be told in the order of the file. */
interface Problem {
  readonly offset: number;
  readonly message: string;
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

function unknownIn(
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

function unknownKeyProblems(document: Document.Parsed): Problem[] {
  const top = document.contents;
  if (!isMap(top)) return [];
  const problems = unknownIn(top, knownKeys.top, []);
  for (const section of [
    "memory",
    "scan",
    "web",
    "journal",
    "alertmanager",
    "remediation",
  ] as const) {
    const map = top.get(section, true);
    if (isMap(map)) problems.push(...unknownIn(map, knownKeys[section], [section]));
  }
  const auth = top.getIn(["alertmanager", "basic_auth"], true);
  if (isMap(auth)) {
    problems.push(...unknownIn(auth, knownKeys.basicAuth, ["alertmanager", "basic_auth"]));
  }
  const sockets = top.get("sockets", true);
  if (isSeq(sockets)) {
    for (const [index, item] of sockets.items.entries()) {
      if (!isMap(item)) continue;
      problems.push(...unknownIn(item, knownKeys.sockets, ["sockets", index]));
    }
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

/** Settings out of `value`, and what is wrong with it. Settings only where nothing is. */
function judgeValue(
  document: Document.Parsed,
  value: unknown,
): { settings: Settings | undefined; problems: Problem[] } {
  const result = v.safeParse(fileSchema, value);
  const complaints: Complaint[] = (result.issues ?? []).map(({ path, message }) => ({
    at: (path ?? []).map(({ key }) => (typeof key === "number" ? key : String(key))),
    message,
  }));
  complaints.push(...contradictions(value));
  const problems = complaints.map(({ at, message }) => ({
    offset: offsetOf(document, at),
    message: at.length === 0 ? message : `${dotted(at)}: ${message}`,
  }));
  return { settings: result.success ? result.output : undefined, problems };
}

/** Settings out of the document, or everything that is wrong with it. */
function judge(document: Document.Parsed): Settings | Problem[] {
  const yaml = yamlProblems(document);
  if (!yaml.readable) return yaml.problems;
  const aliases = aliasProblems(document);
  const problems = [...yaml.problems, ...aliases, ...unknownKeyProblems(document)];
  if (aliases.length > 0) return problems;
  // only comments: a file that ships with every line commented out means the defaults
  const value: unknown = document.contents === null ? {} : document.toJS();
  const judged = judgeValue(document, value);
  problems.push(...judged.problems);
  return judged.settings !== undefined && problems.length === 0 ? judged.settings : problems;
}

/**
 * Settings out of the text of `file` (its name in messages), defaults filled in. Throws a
 * SettingsError with every problem of the text in its order, each with line and column.
 */
export function parseSettings(text: string, file: string): Settings {
  if (text.trim() === "") {
    throw new SettingsError([
      `${file}: found an empty file; write a setting in it, or remove it to have the defaults`,
    ]);
  }
  const tooMuch = tooMuchYaml(text);
  if (tooMuch !== undefined) throw new SettingsError([`${file}: ${tooMuch}`]);
  const lines = new LineCounter();
  const document = parseDocument(text, { prettyErrors: false, lineCounter: lines });
  const judged = judge(document);
  if (!Array.isArray(judged)) return judged;
  throw new SettingsError(
    judged
      .toSorted((one, other) => one.offset - other.offset)
      .map(({ offset, message }) => {
        const { line, col } = lines.linePos(offset);
        return `${file}:${line}:${col}: ${message}`;
      }),
  );
}
