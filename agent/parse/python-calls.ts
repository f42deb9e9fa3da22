import { joinPath } from "./path-text.ts";
import { type PythonScope, type PythonValue, textOf, textValue, unknown } from "./python-value.ts";

function directoryOf(path: string): string {
  return path.slice(0, Math.max(1, path.lastIndexOf("/")));
}

function words(text: string): PythonValue {
  return { kind: "list", items: text.split(/\s+/).filter(Boolean).map(textValue) };
}

/** The variable that the first argument names, or the second where it is not set. */
export function fromEnvironment(
  [name, instead]: readonly PythonValue[],
  { context }: PythonScope,
): PythonValue {
  const known = context.environment.get(textOf(name) ?? "");
  if (known === null) return unknown;
  return known === undefined ? (instead ?? unknown) : textValue(known);
}

/** What a call of a function gives, by the last parts of its name; `unknown` for any other. */
export function calledValue(
  name: string,
  args: readonly PythonValue[],
  scope: PythonScope,
): PythonValue {
  const texts = args.map(textOf);
  const [first = unknown] = args;
  const [text] = texts;
  const here = scope.context.directory;
  if (/(?:^|\.)(?:environ\.get|getenv)$/.test(name)) return fromEnvironment(args, scope);
  if (/(?:^|\.)getcwd$/.test(name)) return here === undefined ? unknown : textValue(here);
  if (text === undefined) return unknown;
  if (/(?:^|\.)(?:str|Path|PosixPath)$/.test(name)) return first;
  if (/(?:^|\.)dirname$/.test(name)) return textValue(directoryOf(text));
  if (/(?:^|\.)(?:abspath|realpath)$/.test(name)) {
    if (text.startsWith("/")) return textValue(joinPath("/", text));
    return here === undefined ? unknown : textValue(joinPath(here, text));
  }
  // a word in quotes would be one; only a shell's own reading could tell
  if (/(?:^|\.)shlex\.split$/.test(name)) return /["'\\]/.test(text) ? unknown : words(text);
  const known = texts.flatMap((one) => one ?? []);
  if (!/(?:^|\.)path\.join$/.test(name) || known.length < texts.length) return unknown;
  let path = "";
  for (const next of known) path = path === "" || next.startsWith("/") ? next : `${path}/${next}`;
  return textValue(path);
}

/** What a method, or a property, of the text `of` gives; `unknown` for any other. */
export function methodValue(of: string, name: string, args: readonly PythonValue[]): PythonValue {
  switch (name) {
    case "format": {
      let next = 0;
      let whole = true;
      const text = of.replaceAll(/\{(\d*)\}/g, (_, digits: string) => {
        const value = textOf(args[digits === "" ? next : Number(digits)]);
        next += 1;
        whole &&= value !== undefined;
        return value ?? "";
      });
      // names, formats and doubled braces are left alone
      return whole && !/[{}]/.test(text) ? textValue(text) : unknown;
    }
    case "split":
      return args.length === 0 ? words(of) : unknown;
    case "resolve":
    case "absolute":
    case "as_posix":
      return textValue(of);
    case "parent":
      return textValue(directoryOf(of));
    default:
      return unknown;
  }
}
