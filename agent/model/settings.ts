import type { RemediationMode } from "./remediation.ts";

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
  readonly web: {
    readonly host: string;
    readonly port: number;
    /** TLS and basic auth, in the exporter-toolkit format; undefined: plain HTTP for everybody. */
    readonly configFile: string | undefined;
  };
  readonly journal: { readonly enabled: boolean };
  readonly alertmanager: AlertmanagerSettings;
  readonly remediation: RemediationSettings;
  /** Absolute path of the folder for what has to outlive a restart of the agent. */
  readonly stateDir: string;
}

/** Where alerts are pushed, beside Prometheus. */
export interface AlertmanagerSettings {
  /** Each of them gets everything; none: nothing is pushed. Without a slash at the end. */
  readonly urls: readonly string[];
  /** Labels of every alert beside its own; null: not even the default one of that name. */
  readonly labels: Readonly<Record<string, string | null>>;
  /** So long an alert has to be over before it is ended: longer than Prometheus may take to see it. */
  readonly resolveAfterMs: number;
  /** So long one push may take. */
  readonly timeoutMs: number;
  readonly access: AlertmanagerAccess;
}

/** By what an Alertmanager lets us in. The files are read anew for every push. */
export interface AlertmanagerAccess {
  readonly basicAuth: { readonly username: string; readonly passwordFile: string } | undefined;
  readonly bearerTokenFile: string | undefined;
  /** PEM; undefined: the authorities that Node brings along. */
  readonly caFile: string | undefined;
}

/** What is done about groups that should not be there. */
export interface RemediationSettings {
  readonly mode: RemediationMode;
  /** So long it has to be seen before anything is done. */
  readonly confirmForMs: number;
  /** So long workers may take to finish their requests. */
  readonly graceMs: number;
  /** Attempts of the agent by itself, within any hour. */
  readonly maxPerHour: number;
  /** Write a pidfile that is missing or names nobody, where a unit's stop depends on it. */
  readonly repairPidfile: boolean;
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
