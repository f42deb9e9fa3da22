import { socketAt } from "../model/settings-defaults.ts";
import type { Settings, SocketSettings } from "../model/settings.ts";
import { joinPath } from "../parse/path-text.ts";
import { loadSettings } from "../run/settings-file.ts";
import type { SettingsSource } from "../run/settings-source.ts";
import type { Surroundings } from "./surroundings.ts";

/** Options that every command takes. */
export interface CommonOptions {
  /** The value of `--config`, as typed. */
  readonly config: string | undefined;
  /** The values of `--socket`, as typed; empty when it was not given. */
  readonly socket: readonly string[];
  /** False with `--no-color`. */
  readonly color: boolean;
}

/** The settings file in use: the one that `--config` names, which must be there, or the default one. */
export function settingsSource(common: CommonOptions, surroundings: Surroundings): SettingsSource {
  return common.config === undefined
    ? { path: surroundings.defaultSettingsPath, mustExist: false }
    : { path: common.config, mustExist: true };
}

/**
 * The settings with `sockets` replaced by the paths of `--socket`, relative ones from the
 * working directory. What the file says of the same path is kept.
 */
function withSockets(
  settings: Settings,
  paths: readonly string[],
  workingDirectory: string,
): Settings {
  if (paths.length === 0) return settings;
  const sockets = new Map<string, SocketSettings>();
  for (const typed of paths) {
    const path = joinPath(workingDirectory, typed);
    const known = settings.sockets.find((socket) => socket.path === path);
    sockets.set(path, known ?? socketAt(path));
  }
  return { ...settings, sockets: [...sockets.values()] };
}

/** The settings that a command works with. Throws a SettingsError when the file is wrong. */
export async function effectiveSettings(
  common: CommonOptions,
  surroundings: Surroundings,
): Promise<Settings> {
  const settings = await loadSettings(settingsSource(common, surroundings));
  return withSockets(settings, common.socket, surroundings.workingDirectory);
}
