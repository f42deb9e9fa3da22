import { defaultSettings } from "../model/settings-defaults.ts";
import type { Settings } from "../model/settings.ts";
import { readSettingsText, type SettingsSource } from "./settings-source.ts";

/**
 * Settings from a file, or the defaults where none is and none need be. The YAML parser is
 * loaded only when there is a text to parse, since commands are judged by how fast they
 * start. Throws a SettingsError with every problem of the file.
 */
export async function loadSettings(source: SettingsSource): Promise<Settings> {
  const text = readSettingsText(source);
  if (text === undefined) return defaultSettings;
  const { parseSettings } = await import("./settings-document.ts");
  return parseSettings(text, source.path);
}
