import type { LogFormat } from "../model/log-format.ts";
import type { Settings } from "../model/settings.ts";
import { effectiveSettings, settingsSource, type CommonOptions } from "./common-options.ts";
import type { Surroundings } from "./surroundings.ts";
import { version } from "./version.ts";

/** Options of `run` alone. */
export interface RunOptions {
  /** The value of `--log`; undefined: for people on a terminal, JSON elsewhere. */
  readonly log: LogFormat | undefined;
}

/** `onemaster run`: the agent, until it is told to stop. Gives its exit code. */
export async function runCommand(
  common: CommonOptions,
  options: RunOptions,
  surroundings: Surroundings,
): Promise<number> {
  const loadAgain = (): Promise<Settings> => effectiveSettings(common, surroundings);
  return surroundings.runAgent({
    settings: await loadAgain(),
    settingsPath: settingsSource(common, surroundings).path,
    reloadSettings: loadAgain,
    version,
    logFormat: options.log,
    stdoutIsTerminal: surroundings.stdout.isTerminal,
    plainText: surroundings.plainText || !common.color,
  });
}
