import type { Settings, SocketSettings } from "./settings.ts";

/** What holds when a settings file says nothing. */
export const defaultSettings: Settings = {
  sockets: [],
  memory: { budgetBytes: undefined, orphanWarnRatio: 0.1 },
  scan: {
    intervalMs: 15_000,
    confirmForMs: 5_000,
    handoverLimitMs: 600_000,
    drainLimitMs: 60_000,
  },
  web: { host: "127.0.0.1", port: 10_709, configFile: undefined },
  journal: { enabled: true },
  alertmanager: {
    urls: [],
    labels: {},
    resolveAfterMs: 120_000,
    timeoutMs: 10_000,
    access: { basicAuth: undefined, bearerTokenFile: undefined, caFile: undefined },
  },
  remediation: {
    mode: "off",
    confirmForMs: 30_000,
    graceMs: 35_000,
    maxPerHour: 3,
    repairPidfile: false,
  },
  stateDir: "/var/lib/onemaster",
};

/** The settings of a socket of which nothing but its absolute path is said. */
export function socketAt(path: string): SocketSettings {
  return {
    path,
    unit: undefined,
    pidfile: undefined,
    errorLog: undefined,
    expectedWorkers: undefined,
    expectedMode: undefined,
    expectedOwner: undefined,
  };
}
