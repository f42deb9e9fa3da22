import { servicePath } from "../model/service-path.ts";

/** A file of `NAME=value` lines, as systemd reads it for EnvironmentFile=. */
export interface EnvironmentText {
  readonly values: ReadonlyMap<string, string>;
  /** Lines, counted from 1, of which systemd and a shell make different things. */
  readonly shellOnly: readonly number[];
}

const line = /^([A-Za-z_]\w*)=(?:"([^"\\$`]*)"|'([^']*)'|([^\s"'\\$`;&|<>()#]*))[ \t]*$/;

/**
 * Reads a file that a shell sources and systemd is to read. Only plain lines mean the same to
 * both (systemd.exec(5), EnvironmentFile=): a variable put in, a command, `export` and values that
 * go on in the next line are left out and told of.
 */
export function parseEnvironmentText(text: string): EnvironmentText {
  const values = new Map<string, string>();
  const shellOnly: number[] = [];
  for (const [index, whole] of text.split("\n").entries()) {
    const trimmed = whole.trim();
    if (trimmed === "" || trimmed.startsWith("#")) continue;
    const [, name, double, single, plain = ""] = line.exec(trimmed) ?? [];
    if (name === undefined) shellOnly.push(index + 1);
    else values.set(name, double ?? single ?? plain);
  }
  return { values, shellOnly };
}

/** Variables that systemd, a shell or gunicorn set for themselves: never carried over. */
const ownBusiness =
  /^(?:_|PWD|OLDPWD|SHLVL|HOME|USER|LOGNAME|SHELL|TERM|MAIL|LANGUAGE|HOSTNAME|INVOCATION_ID|JOURNAL_STREAM|NOTIFY_SOCKET|MAINPID|MANAGERPID|WATCHDOG_(?:PID|USEC)|LISTEN_\w+|SYSTEMD_\w+|GUNICORN_(?:PID|FD)|SERVER_SOFTWARE|SSH_\w+|SUDO_\w+|XDG_\w+|DBUS_\w+|LS_COLORS|LESS\w*|DISPLAY|MEMORY_PRESSURE_\w+|RUNLEVEL|PREVLEVEL|CREDENTIALS_DIRECTORY)$/;

function isOwnBusiness(name: string, value: string | null): boolean {
  if (name === "PATH")
    return value === null || value.split(":").every((folder) => servicePath.includes(folder));
  return ownBusiness.test(name);
}

/** What of a process's environment a service has to be given that systemd starts. */
export function ownVariables<T extends string | null>(
  environment: ReadonlyMap<string, T>,
): ReadonlyMap<string, T> {
  return new Map([...environment].filter(([name, value]) => !isOwnBusiness(name, value)));
}

/** /proc/PID/environ; undefined where a title of the process has been written over it. */
export function parseEnviron(latin1: string): ReadonlyMap<string, string> | undefined {
  const values = new Map<string, string>();
  for (const entry of latin1.split("\0").filter((one) => one !== "")) {
    const at = entry.indexOf("=");
    if (at <= 0) return undefined;
    values.set(entry.slice(0, at), entry.slice(at + 1));
  }
  return values.size === 0 ? undefined : values;
}
