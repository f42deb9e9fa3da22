/** Settings as the program uses them: checked, defaults filled in, all times in milliseconds and sizes in bytes. */
export interface Settings {
  /** Empty: every gunicorn listener on this host. */
  readonly sockets: readonly SocketSettings[];
  readonly memory: {
    /** Undefined: the smaller of host memory and the unit's memory.max. */
    readonly budgetBytes: number | undefined;
    readonly orphanWarnRatio: number;
  };
  readonly scan: {
    readonly intervalMs: number;
    readonly confirmForMs: number;
    readonly handoverLimitMs: number;
    readonly drainLimitMs: number;
  };
  readonly web: { readonly host: string; readonly port: number };
  readonly journal: { readonly enabled: boolean };
  /** Absolute path of the folder for what has to outlive a restart of the agent. */
  readonly stateDir: string;
}

export interface SocketSettings {
  /** Absolute path. */
  readonly path: string;
  /** Undefined: taken from the master's cgroup. */
  readonly unit: string | undefined;
  readonly pidfile: string | undefined;
  /** gunicorn's own log; its rotated files are found beside it. */
  readonly errorLog: string | undefined;
  /** What the audit compares with; undefined: nothing is expected. */
  readonly expectedWorkers: number | undefined;
  /** Permission bits of the socket file. */
  readonly expectedMode: number | undefined;
  /** `user:group`, by name or number. */
  readonly expectedOwner: string | undefined;
}
