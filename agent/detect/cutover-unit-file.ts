import type { CutoverLook, LsbHeader } from "../model/cutover-facts.ts";
import type { CutoverFile, CutoverService, CutoverSocket } from "../model/cutover.ts";
import { octalMode } from "../model/file-mode.ts";
import { unitWord } from "./audit-shell.ts";

/** What a native unit's file is written from. */
export interface UnitFileParts {
  readonly service: CutoverService;
  readonly socket: CutoverSocket;
  readonly header: LsbHeader;
  /** Absolute path of the program that has the gate; undefined: the unit gets none. */
  readonly gate: string | undefined;
  /** What it comes in the place of; undefined: there was no script. */
  readonly initScript: string | undefined;
  readonly socketActivation: boolean;
  readonly look: Pick<CutoverLook, "master" | "defaultOpenFiles" | "defaultPriorities">;
}

const folder = "/etc/systemd/system";

/** What a facility of an LSB header is as a unit; undefined: systemd sees to it by itself. */
function unitOf(start: string): string | undefined {
  switch (start) {
    case "$network":
      return "network-online.target";
    case "$remote_fs":
      return "remote-fs.target";
    case "$named":
      return "nss-lookup.target";
    case "$time":
      return "time-sync.target";
    default:
      return /^[\w][\w.@-]*$/.test(start) ? `${start}.service` : undefined;
  }
}

/** A value that stands alone behind a `=`: systemd.unit(5) gives `%` a meaning of its own. */
function settingValue(text: string): string {
  return text.replaceAll("%", "%%");
}

/**
 * Not a bare path: a program that is removed one day must not keep the site from starting, and
 * systemd's own `-` would let a refused start through as well.
 */
function gateLines(gate: string | undefined, { path }: CutoverSocket): readonly string[] {
  if (gate === undefined) return [];
  const script = `[ ! -x "$0" ] || exec "$0" gate --socket "$1"`;
  const words = ["/bin/sh", "-c", script, gate, path].map(unitWord).join(" ");
  // as the service's user: the files of its environment may be that user's to write, so that with
  // `!` or `+` it could have root run anything (NODE_OPTIONS, LD_PRELOAD)
  return [`ExecStartPre=${words}`];
}

/** The words of gunicorn's command line as the unit has them. */
export function execWords(service: CutoverService): readonly string[] {
  const { program, words, otherBinds, bind, app } = service;
  const binds = [...otherBinds, ...(bind === null ? [] : [bind])].flatMap((one) => ["-b", one]);
  return [program, ...words, ...binds, app];
}

/** As many open files as the master has, by a ulimit of its script, where services have other ones. */
function limitLines({ look: { master, defaultOpenFiles } }: UnitFileParts): readonly string[] {
  const own = master?.openFiles;
  if (own === undefined) return [];
  const { soft, hard } = own;
  if (soft === defaultOpenFiles?.soft && hard === defaultOpenFiles.hard) return [];
  return [`LimitNOFILE=${soft}:${hard}`];
}

/** What the script has made of its master's priorities, where services have other ones. */
function priorityLines({ look: { master, defaultPriorities } }: UnitFileParts): readonly string[] {
  const { nice, oomScoreAdjust } = master?.priorities ?? {};
  const lines: string[] = [];
  if (nice !== undefined && nice !== defaultPriorities.nice) lines.push(`Nice=${nice}`);
  if (oomScoreAdjust !== undefined && oomScoreAdjust !== defaultPriorities.oomScoreAdjust) {
    lines.push(`OOMScoreAdjust=${oomScoreAdjust}`);
  }
  return lines;
}

function serviceText(parts: UnitFileParts): string {
  const { service, socket, header, gate, initScript, socketActivation } = parts;
  const base = service.name.replace(/\.service$/, "");
  const before = header.starts.flatMap((start) => unitOf(start) ?? []);
  const after = [...new Set(["network.target", ...before])];
  // as systemd-sysv-generator has it: what else is named is waited for where it is started anyway
  const wants = after.filter((unit) => unit === "network-online.target");
  const lines = [
    `# Written by onemaster cutover${initScript === undefined ? "" : ` in the place of ${initScript}`}.`,
    "[Unit]",
    `Description=${settingValue(header.description ?? base)}`,
    ...(wants.length === 0 ? [] : [`Wants=${wants.join(" ")}`]),
    ...(socketActivation ? [`Requires=${base}.socket`] : []),
    `After=${[...after, ...(socketActivation ? [`${base}.socket`] : [])].join(" ")}`,
    "",
    "[Service]",
    `Type=${service.serviceType}`,
    ...(service.keepsRoot ? [] : [`User=${service.user.name}`, `Group=${service.group.name}`]),
    `WorkingDirectory=${settingValue(service.workingDirectory)}`,
    ...service.environmentFiles.map((path) => `EnvironmentFile=-${settingValue(path)}`),
    ...limitLines(parts),
    ...priorityLines(parts),
    ...gateLines(gate, socket),
    `ExecStart=${execWords(service).map(unitWord).join(" ")}`,
    "ExecReload=/bin/kill -HUP $MAINPID",
    "KillMode=control-group",
    `TimeoutStopSec=${service.stopTimeoutMs / 1000}`,
    "Restart=on-failure",
    "RestartSec=5",
    "",
    "[Install]",
    "WantedBy=multi-user.target",
  ];
  return `${lines.join("\n")}\n`;
}

function socketText({ service, socket, header }: UnitFileParts): string {
  const base = service.name.replace(/\.service$/, "");
  const lines = [
    `# Written by onemaster cutover: systemd holds the path of ${service.name}.`,
    "[Unit]",
    `Description=${settingValue(header.description ?? base)}: its socket`,
    "",
    "[Socket]",
    `ListenStream=${settingValue(socket.path)}`,
    `SocketUser=${service.user.name}`,
    `SocketGroup=${service.group.name}`,
    `SocketMode=${octalMode(socket.mode)}`,
    "",
    "[Install]",
    "WantedBy=sockets.target",
  ];
  return `${lines.join("\n")}\n`;
}

/** Name of the socket unit of a service. */
export function socketUnit(service: string): string {
  return service.replace(/\.service$/, ".socket");
}

/** The unit's file, and that of its socket where systemd is to hold it. Pure. */
export function unitFiles(parts: UnitFileParts): readonly CutoverFile[] {
  const { name } = parts.service;
  const service = {
    path: `${folder}/${name}`,
    mode: 0o644,
    text: serviceText(parts),
    secret: false,
  };
  if (!parts.socketActivation) return [service];
  const path = `${folder}/${socketUnit(name)}`;
  return [service, { path, mode: 0o644, text: socketText(parts), secret: false }];
}
