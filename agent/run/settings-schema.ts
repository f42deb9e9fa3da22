import * as v from "valibot";
import { remediationModes } from "../model/remediation.ts";
import type { AlertmanagerAccess } from "../model/settings.ts";
import { defaultSettings } from "../model/settings-defaults.ts";
import { alertLabels, alertmanagerUrls, userName } from "./settings-alertmanager.ts";
import {
  absolutePath,
  budget,
  directory,
  duration,
  fileMode,
  foundText,
  listenAddress,
  oneOf,
  ownerAndGroup,
  ratio,
  unitName,
  wholeNumber,
  workerCount,
  yesOrNo,
} from "./settings-values.ts";

const socketExample = "/run/app/app.sock";
const { scan, memory, web, journal, alertmanager, remediation, stateDir } = defaultSettings;

/** A map with these entries, or an issue that shows an example of one. */
export function mapOf<Entries extends v.ObjectEntries>(
  entries: Entries,
  example: string,
): v.GenericSchema<unknown, v.InferOutput<v.ObjectSchema<Entries, undefined>>> {
  function refuse({ input }: v.BaseIssue<unknown>): string {
    return `${foundText(input)}; write a map, like ${example}`;
  }
  return v.pipe(
    // v.object alone takes a list for a map
    v.custom<object>((input) => !Array.isArray(input), refuse),
    v.object(entries, (issue) =>
      issue.expected === "Object" ? refuse(issue) : `missing; write it, like ${example}`,
    ),
  );
}

const socketEntries = {
  path: absolutePath(socketExample),
  unit: v.optional(unitName()),
  pidfile: v.nullish(absolutePath("/run/app/gunicorn.pid")),
  error_log: v.nullish(absolutePath("/var/log/app/error.log")),
  expected_workers: v.nullish(workerCount()),
  expected_mode: v.nullish(fileMode()),
  expected_owner: v.nullish(ownerAndGroup()),
};

const memoryEntries = { budget: v.optional(budget()), orphan_warn_ratio: v.optional(ratio()) };

const scanEntries = {
  interval: v.optional(duration("1s", "1h")),
  confirm_for: v.optional(duration("0s", "1h")),
  handover_limit: v.optional(duration("1s", "24h")),
  drain_limit: v.optional(duration("1s", "24h")),
};

const webEntries = {
  listen: v.optional(listenAddress()),
  config_file: v.nullish(absolutePath("/etc/onemaster/web.yml")),
};

const journalEntries = { enabled: v.optional(yesOrNo()) };

const basicAuthEntries = {
  username: userName(),
  password_file: absolutePath("/etc/onemaster/password"),
};

const alertmanagerEntries = {
  url: v.optional(alertmanagerUrls()),
  labels: v.optional(alertLabels()),
  // four minutes after it was told last, an Alertmanager takes an alert for over by itself
  resolve_after: v.optional(duration("0s", "3m")),
  timeout: v.optional(duration("100ms", "1m")),
  basic_auth: v.nullish(
    mapOf(basicAuthEntries, "username: agent, password_file: /etc/onemaster/password"),
  ),
  bearer_token_file: v.nullish(absolutePath("/etc/onemaster/token")),
  ca_file: v.nullish(absolutePath("/etc/onemaster/ca.pem")),
};

const remediationEntries = {
  mode: v.optional(oneOf(remediationModes)),
  confirm_for: v.optional(duration("0s", "1h")),
  grace: v.optional(duration("1s", "10m")),
  max_per_hour: v.optional(wholeNumber(1, 60)),
  repair_pidfile: v.optional(yesOrNo()),
};

function notAList({ input }: v.ArrayIssue): string {
  return `${foundText(input)}; write a list of sockets, like [{ path: ${socketExample} }]`;
}

const topEntries = {
  sockets: v.nullish(v.array(mapOf(socketEntries, `path: ${socketExample}`), notAList), []),
  memory: v.nullish(mapOf(memoryEntries, "budget: 2GiB"), {}),
  scan: v.nullish(mapOf(scanEntries, "interval: 15s"), {}),
  web: v.nullish(mapOf(webEntries, "listen: 127.0.0.1:10709"), {}),
  journal: v.nullish(mapOf(journalEntries, "enabled: false"), {}),
  alertmanager: v.nullish(mapOf(alertmanagerEntries, "url: http://127.0.0.1:9093"), {}),
  remediation: v.nullish(mapOf(remediationEntries, "mode: dry-run"), {}),
  state_dir: v.nullish(directory(stateDir)),
};

function named(
  auth: { readonly username: string; readonly password_file: string } | null | undefined,
): AlertmanagerAccess["basicAuth"] {
  if (auth === null || auth === undefined) return undefined;
  return { username: auth.username, passwordFile: auth.password_file };
}

/**
 * A settings file as a value in, `Settings` with defaults filled in out. Every issue's
 * message says what was found and what would be right. Unknown keys are not its business:
 * see `knownKeys`. An empty section (null, as when all its lines are comments) is its default.
 */
export const fileSchema = v.pipe(
  mapOf(topEntries, "scan: { interval: 15s }"),
  v.transform((file) => ({
    sockets: file.sockets.map((socket) => ({
      path: socket.path,
      unit: socket.unit,
      pidfile: socket.pidfile ?? undefined,
      errorLog: socket.error_log ?? undefined,
      expectedWorkers: socket.expected_workers ?? undefined,
      expectedMode: socket.expected_mode ?? undefined,
      expectedOwner: socket.expected_owner ?? undefined,
    })),
    memory: {
      budgetBytes: file.memory.budget,
      orphanWarnRatio: file.memory.orphan_warn_ratio ?? memory.orphanWarnRatio,
    },
    scan: {
      intervalMs: file.scan.interval ?? scan.intervalMs,
      confirmForMs: file.scan.confirm_for ?? scan.confirmForMs,
      handoverLimitMs: file.scan.handover_limit ?? scan.handoverLimitMs,
      drainLimitMs: file.scan.drain_limit ?? scan.drainLimitMs,
    },
    web: { ...(file.web.listen ?? web), configFile: file.web.config_file ?? web.configFile },
    journal: { enabled: file.journal.enabled ?? journal.enabled },
    alertmanager: {
      urls: file.alertmanager.url ?? alertmanager.urls,
      labels: file.alertmanager.labels ?? alertmanager.labels,
      resolveAfterMs: file.alertmanager.resolve_after ?? alertmanager.resolveAfterMs,
      timeoutMs: file.alertmanager.timeout ?? alertmanager.timeoutMs,
      access: {
        basicAuth: named(file.alertmanager.basic_auth),
        bearerTokenFile: file.alertmanager.bearer_token_file ?? undefined,
        caFile: file.alertmanager.ca_file ?? undefined,
      },
    },
    remediation: {
      mode: file.remediation.mode ?? remediation.mode,
      confirmForMs: file.remediation.confirm_for ?? remediation.confirmForMs,
      graceMs: file.remediation.grace ?? remediation.graceMs,
      maxPerHour: file.remediation.max_per_hour ?? remediation.maxPerHour,
      repairPidfile: file.remediation.repair_pidfile ?? remediation.repairPidfile,
    },
    stateDir: file.state_dir ?? stateDir,
  })),
);

/** The keys that each map of the file may have; `sockets` stands for each map of that list. */
export const knownKeys = {
  top: Object.keys(topEntries),
  sockets: Object.keys(socketEntries),
  memory: Object.keys(memoryEntries),
  scan: Object.keys(scanEntries),
  web: Object.keys(webEntries),
  journal: Object.keys(journalEntries),
  alertmanager: Object.keys(alertmanagerEntries),
  basicAuth: Object.keys(basicAuthEntries),
  remediation: Object.keys(remediationEntries),
} as const;
