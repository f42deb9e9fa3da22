import type { GunicornCode } from "../model/gunicorn-line.ts";
import { gunicornSettings } from "./gunicorn-settings.ts";

/** The last value counts, but one that does not count is no reason to leave it unlooked at. */
type Values = ReadonlyMap<string, readonly string[]>;

/**
 * What of a command line decides on code that the master runs, from its options by their long
 * names. gunicorn 19.9 to 26, app/base.py: --pythonpath goes into sys.path, as does the working
 * directory; of a logging configuration and a PasteDeploy file Python evaluates what stands in it.
 */
export function gunicornCode(values: Values): GunicornCode {
  const of = (...names: readonly string[]): readonly string[] =>
    names.flatMap((name) => values.get(name) ?? []);
  return {
    folders: of("--pythonpath").flatMap((paths) => paths.split(",")),
    files: [
      ...of("--log-config", "--log-config-json"),
      ...of("--paste", "--paster").map((uri) => uri.replace(/#.*$/s, "")),
    ],
    scratch: of("--worker-tmp-dir"),
    variables: of("--env").map((pair) => {
      const [name = "", ...value] = pair.split("=");
      return [name, value.join("=")];
    }),
  };
}

const options: Readonly<Record<string, string>> = {
  chdir: "--pythonpath",
  pythonpath: "--pythonpath",
  logconfig: "--log-config",
  logconfig_json: "--log-config-json",
  paste: "--paste",
  worker_tmp_dir: "--worker-tmp-dir",
};

/** The same of a settings file, as far as it says so in plain strings: it is a program. */
export function settingsCode(text: string): GunicornCode {
  const values = new Map<string, readonly string[]>();
  for (const { name, value } of gunicornSettings(text)) {
    const option = options[name];
    const plain = /^[rub]?(["'])([^"'\\]*)\1$/.exec(value)?.[2];
    if (option === undefined || plain === undefined) continue;
    values.set(option, [...(values.get(option) ?? []), plain]);
  }
  return gunicornCode(values);
}
