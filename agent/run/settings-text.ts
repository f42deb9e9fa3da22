import { octalMode } from "../model/file-mode.ts";
import type { AlertmanagerSettings, Settings, SocketSettings } from "../model/settings.ts";

const durationUnits = [
  ["h", 3_600_000],
  ["m", 60_000],
  ["s", 1_000],
] as const;

/** The shortest exact way to write a duration: `formatDuration` rounds for people, this must not. */
function exactDuration(ms: number): string {
  for (const [unit, length] of durationUnits) {
    if (ms >= length && ms % length === 0) return `${ms / length}${unit}`;
  }
  return `${ms}ms`;
}

const sizeUnits = [
  ["GiB", 1_073_741_824],
  ["MiB", 1_048_576],
  ["KiB", 1_024],
] as const;

function exactSize(bytes: number): string {
  for (const [unit, length] of sizeUnits) {
    if (bytes >= length && bytes % length === 0) return `${bytes / length}${unit}`;
  }
  return `${bytes}B`;
}

/** Plain where YAML cannot read it as anything but this text, else in double quotes as JSON has them. */
function yamlText(text: string): string {
  return /^(?:\/[\w./@-]+|[A-Za-z][\w.@-]*\.(?:service|scope))$/.test(text)
    ? text
    : JSON.stringify(text);
}

function socketLines(socket: SocketSettings): string[] {
  const lines = [`  - path: ${yamlText(socket.path)}`];
  if (socket.unit !== undefined) lines.push(`    unit: ${yamlText(socket.unit)}`);
  if (socket.pidfile !== undefined) lines.push(`    pidfile: ${yamlText(socket.pidfile)}`);
  if (socket.errorLog !== undefined) lines.push(`    error_log: ${yamlText(socket.errorLog)}`);
  if (socket.expectedWorkers !== undefined) {
    lines.push(`    expected_workers: ${socket.expectedWorkers}`);
  }
  if (socket.expectedMode !== undefined) {
    lines.push(`    expected_mode: "${octalMode(socket.expectedMode)}"`);
  }
  if (socket.expectedOwner !== undefined) {
    lines.push(`    expected_owner: ${JSON.stringify(socket.expectedOwner)}`);
  }
  return lines;
}

function alertmanagerLines({ urls, labels, access, ...times }: AlertmanagerSettings): string[] {
  const { basicAuth, bearerTokenFile, caFile } = access;
  const lines = [
    "alertmanager:",
    `  url: ${urls.length === 0 ? "null # nothing is pushed" : JSON.stringify(urls)}`,
    `  labels: ${JSON.stringify(labels)}`,
    `  resolve_after: ${exactDuration(times.resolveAfterMs)}`,
    `  timeout: ${exactDuration(times.timeoutMs)}`,
  ];
  if (basicAuth !== undefined) {
    lines.push("  basic_auth:");
    lines.push(`    username: ${JSON.stringify(basicAuth.username)}`);
    lines.push(`    password_file: ${yamlText(basicAuth.passwordFile)}`);
  }
  if (bearerTokenFile !== undefined) {
    lines.push(`  bearer_token_file: ${yamlText(bearerTokenFile)}`);
  }
  if (caFile !== undefined) lines.push(`  ca_file: ${yamlText(caFile)}`);
  return lines;
}

function listenText({ host, port }: Settings["web"]): string {
  return host.includes(":") ? JSON.stringify(`[${host}]:${port}`) : `${host}:${port}`;
}

/**
 * Settings as a settings file has them, YAML with a line end. Reading it back gives equal
 * settings: nothing is rounded, and a value that is absent says what then holds.
 */
export function settingsText(settings: Settings): string {
  const { memory, scan, web, remediation } = settings;
  const sockets =
    settings.sockets.length === 0
      ? ["sockets: [] # every gunicorn listener on this host"]
      : ["sockets:", ...settings.sockets.flatMap(socketLines)];
  const budget =
    memory.budgetBytes === undefined
      ? "null # the smaller of host memory and the unit's memory.max"
      : exactSize(memory.budgetBytes);
  return `${[
    ...sockets,
    "memory:",
    `  budget: ${budget}`,
    `  orphan_warn_ratio: ${memory.orphanWarnRatio}`,
    "scan:",
    `  interval: ${exactDuration(scan.intervalMs)}`,
    `  confirm_for: ${exactDuration(scan.confirmForMs)}`,
    `  handover_limit: ${exactDuration(scan.handoverLimitMs)}`,
    `  drain_limit: ${exactDuration(scan.drainLimitMs)}`,
    "web:",
    `  listen: ${listenText(web)}`,
    web.configFile === undefined
      ? "  config_file: null # neither TLS nor basic auth"
      : `  config_file: ${yamlText(web.configFile)}`,
    "journal:",
    `  enabled: ${settings.journal.enabled}`,
    ...alertmanagerLines(settings.alertmanager),
    "remediation:",
    `  mode: ${remediation.mode}`,
    `  confirm_for: ${exactDuration(remediation.confirmForMs)}`,
    `  grace: ${exactDuration(remediation.graceMs)}`,
    `  max_per_hour: ${remediation.maxPerHour}`,
    `  repair_pidfile: ${remediation.repairPidfile}`,
    `state_dir: ${yamlText(settings.stateDir)}`,
  ].join("\n")}\n`;
}
