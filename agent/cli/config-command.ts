import type { Settings } from "../model/settings.ts";
import { SettingsError } from "../run/settings-error.ts";
import { loadSettings } from "../run/settings-file.ts";
import { readSettingsText, type SettingsSource } from "../run/settings-source.ts";
import { settingsText } from "../run/settings-text.ts";
import { effectiveSettings, settingsSource, type CommonOptions } from "./common-options.ts";
import { ExitCode } from "./exit-code.ts";
import type { Surroundings } from "./surroundings.ts";

/** Whether commands print for programs. */
export interface JsonOption {
  readonly json: boolean;
}

async function problemsOf(source: SettingsSource): Promise<readonly string[]> {
  try {
    await loadSettings(source);
    return [];
  } catch (error) {
    if (error instanceof SettingsError) return error.problems;
    throw error;
  }
}

/**
 * `onemaster config check [FILE]`: every problem of the file on stderr, one a line, or as
 * JSON on stdout. Gives `ExitCode.usage` when there is any.
 */
export async function configCheckCommand(
  file: string | undefined,
  common: CommonOptions,
  { json }: JsonOption,
  surroundings: Surroundings,
): Promise<number> {
  const source =
    file === undefined ? settingsSource(common, surroundings) : { path: file, mustExist: true };
  const problems = await problemsOf(source);
  const valid = problems.length === 0;
  if (json) {
    const answer = { file: source.path, valid, problems };
    surroundings.stdout.write(`${JSON.stringify(answer, undefined, 2)}\n`);
  } else if (valid) {
    const there = readSettingsText(source) !== undefined;
    surroundings.stdout.write(
      there ? `${source.path}: valid\n` : `${source.path}: not there, so the defaults hold\n`,
    );
  } else {
    for (const problem of problems) surroundings.stderr.write(`${problem}\n`);
  }
  return valid ? ExitCode.ok : ExitCode.usage;
}

/** What is undefined in settings is null in JSON, where it would be left out. */
function settingsJson(settings: Settings): string {
  const text = JSON.stringify(settings, (_, value: unknown) => value ?? null, 2);
  return `${text}\n`;
}

/** `onemaster config show`: the settings that hold, as a settings file or as JSON. */
export async function configShowCommand(
  common: CommonOptions,
  { json }: JsonOption,
  surroundings: Surroundings,
): Promise<number> {
  const settings = await effectiveSettings(common, surroundings);
  surroundings.stdout.write(json ? settingsJson(settings) : settingsText(settings));
  return ExitCode.ok;
}
