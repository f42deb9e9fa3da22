import type { Settings } from "./settings.ts";

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
  web: { host: "127.0.0.1", port: 10_709 },
};
