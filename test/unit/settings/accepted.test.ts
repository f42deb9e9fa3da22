import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { remediationModes } from "../../../agent/model/remediation.ts";
import { defaultSettings, socketAt } from "../../../agent/model/settings-defaults.ts";
import type { Settings } from "../../../agent/model/settings.ts";
import { anyAlertmanager } from "./alertmanagers.ts";
import { parseSettings } from "../../../agent/run/settings-document.ts";
import { settingsText } from "../../../agent/run/settings-text.ts";

function ms(least: number, most: number): fc.Arbitrary<number> {
  return fc.integer({ min: least, max: most });
}

describe("a settings file that is good", () => {
  it.each<[says: string, text: string, settings: Settings]>([
    ["only comments", "# scan: { interval: 1s }\n", defaultSettings],
    [
      "sections whose lines are all comments",
      "scan:\n  # interval: 1s\nsockets:\n",
      defaultSettings,
    ],
    ["a byte that a Windows editor adds to each line", "scan: {}\r\nweb: {}\r\n", defaultSettings],
    [
      "null where a default is meant",
      `memory: { budget: null }
sockets:
  - { path: /run/a.sock, unit: null, pidfile: null, error_log: null, expected_workers: null }
  - { path: /run/b.sock, expected_mode: null, expected_owner: null }
state_dir: null
journal:
`,
      {
        ...defaultSettings,
        sockets: [socketAt("/run/a.sock"), socketAt("/run/b.sock")],
      },
    ],
    [
      "every key",
      `sockets:
  - path: /run//shop/shop.sock
    unit: shop.service
    pidfile: /run/shop/gunicorn.pid
    error_log: /var/log/shop/error.log
    expected_workers: 4
    expected_mode: "0770"
    expected_owner: www-data:33
  - path: "/run/a b.sock"
memory: { budget: 2GiB, orphan_warn_ratio: 0.25 }
scan: { interval: 30s, confirm_for: 0s, handover_limit: 1h, drain_limit: 90s }
web: { listen: "[::1]:0", config_file: /etc/onemaster/web.yml }
journal: { enabled: false }
alertmanager:
  url: [ "http://am-1:9093/", "https://am-2/alerts" ]
  labels: { cluster: eu-1, job: null }
  resolve_after: 0s
  timeout: 2s
  basic_auth: { username: agent, password_file: /etc/onemaster/password }
  ca_file: /etc/onemaster/ca.pem
remediation:
  { mode: on, confirm_for: 1m, grace: 20s, max_per_hour: 1, repair_pidfile: true }
state_dir: /var/lib//onemaster/
`,
      {
        sockets: [
          {
            path: "/run/shop/shop.sock",
            unit: "shop.service",
            pidfile: "/run/shop/gunicorn.pid",
            errorLog: "/var/log/shop/error.log",
            expectedWorkers: 4,
            expectedMode: 0o770,
            expectedOwner: "www-data:33",
          },
          socketAt("/run/a b.sock"),
        ],
        memory: { budgetBytes: 2_147_483_648, orphanWarnRatio: 0.25 },
        scan: {
          intervalMs: 30_000,
          confirmForMs: 0,
          handoverLimitMs: 3_600_000,
          drainLimitMs: 90_000,
        },
        web: { host: "::1", port: 0, configFile: "/etc/onemaster/web.yml" },
        journal: { enabled: false },
        alertmanager: {
          urls: ["http://am-1:9093", "https://am-2/alerts"],
          labels: { cluster: "eu-1", job: null },
          resolveAfterMs: 0,
          timeoutMs: 2_000,
          access: {
            basicAuth: { username: "agent", passwordFile: "/etc/onemaster/password" },
            bearerTokenFile: undefined,
            caFile: "/etc/onemaster/ca.pem",
          },
        },
        remediation: {
          mode: "on",
          confirmForMs: 60_000,
          graceMs: 20_000,
          maxPerHour: 1,
          repairPidfile: true,
        },
        stateDir: "/var/lib/onemaster",
      },
    ],
  ])("takes %s", (_, text, settings) => {
    expect(parseSettings(text, "f.yml")).toEqual(settings);
  });
});

/** A repair needs something to repair, and leave to do it. */
function withoutContradiction(settings: Settings): Settings {
  const { remediation, sockets } = settings;
  const may = remediation.mode !== "off" && sockets.some(({ pidfile }) => pidfile !== undefined);
  return may ? settings : { ...settings, remediation: { ...remediation, repairPidfile: false } };
}

describe("settingsText", () => {
  it("writes the defaults so that they explain themselves", () => {
    expect(settingsText(defaultSettings)).toBe(`sockets: [] # every gunicorn listener on this host
memory:
  budget: null # the smaller of host memory and the unit's memory.max
  orphan_warn_ratio: 0.1
scan:
  interval: 15s
  confirm_for: 5s
  handover_limit: 10m
  drain_limit: 1m
web:
  listen: 127.0.0.1:10709
  config_file: null # neither TLS nor basic auth
journal:
  enabled: true
alertmanager:
  url: null # nothing is pushed
  labels: {}
  resolve_after: 2m
  timeout: 10s
remediation:
  mode: off
  confirm_for: 30s
  grace: 35s
  max_per_hour: 3
  repair_pidfile: false
state_dir: /var/lib/onemaster
`);
  });

  it("writes texts that mean something else in YAML in quotes", () => {
    const settings: Settings = {
      ...defaultSettings,
      sockets: [{ ...socketAt("/run/a: #b.sock"), unit: "a@b\\x2d1.service" }],
      web: { host: "::1", port: 1, configFile: "/etc/web #1.yml" },
    };
    expect(settingsText(settings)).toContain('  - path: "/run/a: #b.sock"\n');
    expect(settingsText(settings)).toContain('    unit: "a@b\\\\x2d1.service"\n');
    expect(settingsText(settings)).toContain('  listen: "[::1]:1"\n');
    expect(settingsText(settings)).toContain('  config_file: "/etc/web #1.yml"\n');
  });

  const path = fc
    .string({ unit: "grapheme", minLength: 1, maxLength: 30 })
    .map((name) => `/${name.replaceAll(/[/\0]/g, "_")}x`);
  const any: fc.Arbitrary<Settings> = fc.record({
    sockets: fc.uniqueArray(
      fc.record({
        path,
        unit: fc.constantFrom(undefined, "shop.service", "a@b\\x2d1.scope"),
        pidfile: fc.constantFrom(undefined, "/run/shop pid"),
        errorLog: fc.constantFrom(undefined, "/var/log/shop/error: #1.log"),
        expectedWorkers: fc.option(ms(1, 10_000), { nil: undefined }),
        expectedMode: fc.option(ms(0, 0o777), { nil: undefined }),
        expectedOwner: fc.constantFrom(undefined, "www-data:33", "0:0"),
      }),
      { maxLength: 4, selector: (socket) => socket.path },
    ),
    memory: fc.record({
      budgetBytes: fc.option(ms(1_048_576, 2 ** 40), { nil: undefined }),
      orphanWarnRatio: fc.double({ min: 1e-6, max: 1, noNaN: true }),
    }),
    scan: fc.record({
      intervalMs: ms(1_000, 3_600_000),
      confirmForMs: ms(0, 3_600_000),
      handoverLimitMs: ms(1_000, 86_400_000),
      drainLimitMs: ms(1_000, 86_400_000),
    }),
    web: fc.record({
      host: fc.constantFrom("127.0.0.1", "::1", "localhost"),
      port: ms(0, 65_535),
      configFile: fc.constantFrom(undefined, "/etc/onemaster/web.yml"),
    }),
    journal: fc.record({ enabled: fc.boolean() }),
    alertmanager: anyAlertmanager,
    remediation: fc.record({
      mode: fc.constantFrom(...remediationModes),
      confirmForMs: ms(0, 3_600_000),
      graceMs: ms(1_000, 600_000),
      maxPerHour: ms(1, 60),
      repairPidfile: fc.boolean(),
    }),
    stateDir: path,
  });

  it("writes any settings so that reading them gives the same", () => {
    fc.assert(
      fc.property(any, (found) => {
        const settings = withoutContradiction(found);
        expect(parseSettings(settingsText(settings), "f.yml")).toEqual(settings);
      }),
      { numRuns: 150 },
    );
  });
});
