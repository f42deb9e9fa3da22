import type { GunicornLine } from "../model/gunicorn-line.ts";
import { gunicornCode } from "./gunicorn-code.ts";
import { wholeNumber } from "./whole-number.ts";

// gunicorn 19.9 to 26: config.py, `cli` of every Setting; those with an action take no value
const flags = new Set([
  "--reload",
  "--spew",
  "--check-config",
  "--print-config",
  "--preload",
  "--no-sendfile",
  "--reuse-port",
  "--daemon",
  "--initgroups",
  "--disable-redirect-access-to-syslog",
  "--capture-output",
  "--log-syslog",
  "--enable-stdio-inheritance",
  "--enable-backlog-metric",
  "--proxy-protocol",
  "--suppress-ragged-eofs",
  "--do-handshake-on-connect",
  "--permit-obsolete-folding",
  "--strip-header-spaces",
  "--tolerate-dangerous-framing",
  "--permit-unconventional-http-method",
  "--permit-unconventional-http-version",
  "--casefold-http-method",
  "--no-control-socket",
]);

const valued = new Set([
  "--config",
  "--bind",
  "--backlog",
  "--workers",
  "--worker-class",
  "--threads",
  "--worker-connections",
  "--max-requests",
  "--max-requests-jitter",
  "--timeout",
  "--graceful-timeout",
  "--keep-alive",
  "--limit-request-line",
  "--limit-request-fields",
  "--limit-request-field_size",
  "--reload-engine",
  "--reload-extra-file",
  "--chdir",
  "--env",
  "--pid",
  "--worker-tmp-dir",
  "--user",
  "--group",
  "--umask",
  "--forwarded-allow-ips",
  "--access-logfile",
  "--access-logformat",
  "--error-logfile",
  "--log-file",
  "--log-level",
  "--logger-class",
  "--log-config",
  "--log-config-dict",
  "--log-config-json",
  "--log-syslog-to",
  "--log-syslog-prefix",
  "--log-syslog-facility",
  "--statsd-host",
  "--dogstatsd-tags",
  "--statsd-prefix",
  "--name",
  "--pythonpath",
  "--paste",
  "--paster",
  "--proxy-allow-from",
  "--protocol",
  "--keyfile",
  "--certfile",
  "--ssl-version",
  "--cert-reqs",
  "--ca-certs",
  "--ciphers",
  "--paste-global",
  "--forwarder-headers",
  "--header-map",
  "--root-path",
  "--asgi-loop",
  "--asgi-lifespan",
  "--http-parser",
  "--dirty-app",
  "--dirty-workers",
  "--dirty-timeout",
  "--dirty-threads",
  "--dirty-graceful-timeout",
  "--control-socket",
  "--control-socket-mode",
]);

const short: Readonly<Record<string, string>> = {
  c: "--config",
  b: "--bind",
  w: "--workers",
  k: "--worker-class",
  t: "--timeout",
  D: "--daemon",
  e: "--env",
  p: "--pid",
  u: "--user",
  g: "--group",
  m: "--umask",
  R: "--enable-stdio-inheritance",
  n: "--name",
};

interface Option {
  /** Its long name where it is known. */
  readonly name: string;
  readonly value: string | undefined;
  /** As they stand in the command line. */
  readonly words: readonly string[];
}

/** argparse takes any beginning that only one option has. */
function fullName(typed: string): string | undefined {
  if (flags.has(typed) || valued.has(typed)) return typed;
  const matches = [...flags, ...valued].filter((name) => name.startsWith(typed));
  return matches.length === 1 ? matches[0] : undefined;
}

/** The option that a word begins, with the one behind it if that is its value. */
function optionOf(word: string, next: string | null | undefined): Option | undefined {
  if (!/^-./.test(word)) return undefined;
  const [, letter = "", attached = ""] = /^-([A-Za-z])=?([^]*)$/.exec(word) ?? [];
  const sign = word.indexOf("=");
  const typed = sign < 0 ? word : word.slice(0, sign);
  const name = short[letter] ?? fullName(typed);
  if (name === undefined || flags.has(name)) {
    return { name: name ?? word, value: undefined, words: [word] };
  }
  const isJoined = letter === "" ? sign >= 0 : attached !== "";
  if (isJoined) {
    return { name, value: letter === "" ? word.slice(sign + 1) : attached, words: [word] };
  }
  if (next === undefined) return { name, value: undefined, words: [word] };
  return { name, value: next ?? undefined, words: [word, next ?? unknownWord] };
}

/** As `auto_int` of gunicorn's config.py: a leading zero makes it octal. */
function maskOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (/^0[0-7]+$/.test(text)) return Number.parseInt(text, 8);
  return wholeNumber(text);
}

/** Stands among the words that are kept for one that is not known. */
const unknownWord = "…";

/**
 * Takes the words behind gunicorn's name apart, as its argument parser does; null is a word that
 * is not known. A word that follows an option which is not known here may be its value: then
 * `app` may be wrong.
 */
export function gunicornLine(words: readonly (string | null)[]): GunicornLine {
  const values = new Map<string, string[]>();
  const kept: string[] = [];
  const apps: string[] = [];
  const unknown: string[] = [];
  const rest = [...words];
  for (let word = rest.shift(); word !== undefined; word = rest.shift()) {
    const option = word === null ? undefined : optionOf(word, rest[0]);
    if (option === undefined) {
      if (word === null) kept.push(unknownWord);
      else apps.push(word);
      continue;
    }
    const { name, value } = option;
    values.set(name, [...(values.get(name) ?? []), ...(value === undefined ? [] : [value])]);
    if (!flags.has(name) && !valued.has(name)) unknown.push(name);
    if (!replaced.has(name)) kept.push(...option.words);
    if (option.words.length > 1) rest.shift();
  }
  const last = (name: string): string | undefined => values.get(name)?.at(-1);
  return {
    kept,
    binds: values.get("--bind") ?? [],
    pidfile: last("--pid"),
    daemon: values.has("--daemon"),
    user: last("--user"),
    group: last("--group"),
    initGroups: values.has("--initgroups"),
    chdir: last("--chdir"),
    workers: wholeNumber(last("--workers")),
    umask: maskOf(last("--umask")),
    settingsFile: last("--config"),
    code: gunicornCode(values),
    logs: [
      ...(values.get("--access-logfile") ?? []),
      ...(values.get("--error-logfile") ?? []),
      ...(values.get("--log-file") ?? []),
    ].filter((path) => path !== "-"),
    graceSeconds: wholeNumber(last("--graceful-timeout")),
    app: apps[0],
    unknown,
  };
}

const replaced = new Set([
  "--bind",
  "--pid",
  "--daemon",
  "--user",
  "--group",
  "--initgroups",
  "--chdir",
  "--workers",
  "--umask",
]);

/**
 * gunicorn and the words behind its name, however it is run; undefined: it is not gunicorn. Of
 * `PYTHON -m gunicorn` it is the program that stands beside that Python.
 */
export function gunicornIn(
  words: readonly (string | null)[],
): { readonly program: string; readonly rest: readonly (string | null)[] } | undefined {
  const at = words.slice(0, 3).findIndex((word) => /(?:^|\/)gunicorn3?$/.test(word ?? ""));
  const program = words[at];
  if (program === undefined || program === null) return undefined;
  const rest = words.slice(at + 1);
  const isModule = words[at - 1] === "-m";
  const python = words[isModule ? at - 2 : at - 1] ?? "";
  if (at > 0 && !/(?:^|\/)python[\d.]*$/.test(python)) return undefined;
  return { program: isModule ? python.replace(/[^/]*$/, "gunicorn") : program, rest };
}
