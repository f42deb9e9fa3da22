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

/** What is wrong, and what is not but should not be so either. */
interface Judged {
  readonly problems: readonly string[];
  readonly warnings: readonly string[];
}

async function judge(source: SettingsSource): Promise<Judged> {
  try {
    const { web } = await loadSettings(source);
    if (web.configFile === undefined) return { problems: [], warnings: [] };
    const { loadWebConfig, webConfigTools } = await import("../run/web-config-files.ts");
    const tools = await webConfigTools();
    const { warnings } = loadWebConfig(web.configFile, web.host, Date.now(), tools);
    return { problems: [], warnings };
  } catch (error) {
    if (error instanceof SettingsError) return { problems: error.problems, warnings: [] };
    throw error;
  }
}

/**
 * `onemaster config check [FILE]`: every problem of the file, and of the web configuration that it
 * names, on stderr, one a line, or as JSON on stdout. Gives `ExitCode.usage` when there is any;
 * warnings are told alike and change nothing.
 */
export async function configCheckCommand(
  file: string | undefined,
  common: CommonOptions,
  { json }: JsonOption,
  surroundings: Surroundings,
): Promise<number> {
  const { stdout, stderr } = surroundings;
  const source =
    file === undefined ? settingsSource(common, surroundings) : { path: file, mustExist: true };
  const { problems, warnings } = await judge(source);
  const valid = problems.length === 0;
  if (json) {
    const answer = { file: source.path, valid, problems, warnings };
    stdout.write(`${JSON.stringify(answer, undefined, 2)}\n`);
    return valid ? ExitCode.ok : ExitCode.usage;
  }
  for (const problem of problems) stderr.write(`${problem}\n`);
  for (const warning of warnings) stderr.write(`warning: ${warning}\n`);
  if (valid) {
    const there = readSettingsText(source) !== undefined;
    stdout.write(
      there ? `${source.path}: valid\n` : `${source.path}: not there, so the defaults hold\n`,
    );
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
