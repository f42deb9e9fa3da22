/** What set off an occurrence, the most telling first. */
export const triggers = [
  "apt-daily-upgrade", // Debian's unattended upgrade was running
  "package-upgrade", // apt or dpkg was run by somebody
  "manager-reexec", // systemd executed itself again just before
  "manager-reload", // systemd read its units again just before
  "boot", // both masters were started by the same boot
  "out-of-memory", // the kernel killed a process of the unit just before
  "restart-race", // the unit was started twice within moments: the second stop found no pidfile yet
  "manual-restart", // somebody asked for the unit's restart, or started a master by hand
  "unknown",
] as const;

/** One of the triggers. */
export type Trigger = (typeof triggers)[number];

/** Something that was seen, and when. */
export interface Evidence {
  /** ISO 8601, UTC. */
  readonly at: string;
  /** One sentence, with pids and units. */
  readonly text: string;
  readonly source: "journal" | "error.log" | "apt" | "kernel";
}

/** How an occurrence came to be. Joined by pid and start time; what is not known is null. */
export interface Cause {
  readonly trigger: Trigger;
  /** Who asked for it, where somebody can be named; null: nobody can. */
  readonly by: string | null;
  /** The unit whose stop let the first group live on. */
  readonly unit: string | null;
  /** When that unit was stopped. ISO 8601. */
  readonly stoppedAt: string | null;
  /** Pids that systemd said survived that stop. */
  readonly survivors: readonly number[];
  /** When the second master came, and which. */
  readonly secondStartedAt: string | null;
  readonly secondPid: number | null;
  /** In order of time. */
  readonly evidence: readonly Evidence[];
}
