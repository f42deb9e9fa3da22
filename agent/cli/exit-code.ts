/**
 * How commands end, numbers after sysexits(3). Scripts and units rely on them; the help and
 * the manual page list them. `check` has its own: see `PluginState`.
 */
export const ExitCode = {
  /** Done. `status` ends so whatever it saw. */
  ok: 0,
  /** The command line or the settings were wrong: EX_USAGE. Starting again does not help. */
  usage: 64,
  /** The agent itself failed: EX_SOFTWARE. */
  failure: 70,
} as const;

/** How `check` ends: the exit codes of a monitoring plug-in, and nothing else. */
export const PluginState = { ok: 0, warning: 1, critical: 2, unknown: 3 } as const;

export type PluginState = (typeof PluginState)[keyof typeof PluginState];
