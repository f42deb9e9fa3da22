import type { Read } from "../model/read.ts";
import type { InitScript, UnitProperties } from "../model/unit.ts";
import { pathText } from "../parse/path-text.ts";
import { wholeNumber } from "../parse/whole-number.ts";
import { success } from "./failures.ts";
import type { Files } from "./files.ts";

const runLevels = ["0", "1", "2", "3", "4", "5", "6", "S"] as const;

/** Where what a unit leaves behind is looked for. */
export interface UnitRoots {
  /** Ordinarily `/etc`. */
  readonly etcRoot: string;
  /** Ordinarily `/sys/fs/cgroup`. */
  readonly cgroupRoot: string;
}

/** Name of the init script that systemd-sysv-generator wraps as this unit, if it is a service. */
function scriptName(unit: string): string | undefined {
  return /^([^@]+)\.service$/.exec(unit)?.[1];
}

/** The init script of a service's name with its links in /etc/rc?.d, `S01name` and `K01name`. */
export function initScriptOf(unit: string, { etcRoot }: UnitRoots, files: Files): Read<InitScript> {
  const name = scriptName(unit);
  if (name === undefined) return success({ ...noScript, links: [] });
  const links: string[] = [];
  for (const level of runLevels) {
    const folder = `${etcRoot}/rc${level}.d`;
    const names = files.names(folder);
    if (!names.ok && names.failure.kind !== "gone") return names;
    if (!names.ok) continue;
    const mine = names.value.filter((link) => /^[SK]\d\d/.test(link) && link.slice(3) === name);
    links.push(...mine.map((link) => `${folder}/${pathText(link)}`));
  }
  const path = `${etcRoot}/init.d/${name}`;
  const script = files.stat(path);
  if (script.ok) {
    const executable = (script.value.mode & 0o111) !== 0;
    return success({ path, executable, redirects: redirects(path, files), links });
  }
  if (script.failure.kind !== "gone") return script;
  return success({ ...noScript, links });
}

const noScript = { path: undefined, executable: false, redirects: false } as const;
const LONGEST_SCRIPT_BYTES = 64 * 1024;

/**
 * Debian's LSB functions hand a script over to systemctl where systemd runs
 * (/lib/lsb/init-functions.d/40-systemd of init-system-helpers).
 */
function redirects(path: string, files: Files): boolean {
  const script = files.regular(path, LONGEST_SCRIPT_BYTES);
  if (!script.ok || !/^\s*(?:\.|source)\s+\/lib\/lsb\/init-functions\s*$/m.test(script.value)) {
    return false;
  }
  return files.stat("/lib/lsb/init-functions.d/40-systemd").ok;
}

/** /etc/default/NAME of a service, where it is there. */
export function defaultsFileOf(
  unit: string,
  { etcRoot }: UnitRoots,
  files: Files,
): string | undefined {
  const path = `${etcRoot}/default/${scriptName(unit) ?? ""}`;
  const read = files.stat(path);
  return read.ok && read.value.isFile() ? path : undefined;
}

/** More pids than any gunicorn group; the evidence needs only some of them. */
const MOST_PROCESSES = 1_000;

/**
 * The pids in a unit's own cgroup, those below it left out: of cgroup v2, or on a hybrid or v1
 * host of the hierarchy where systemd keeps units. A cgroup that is gone holds none.
 */
export function processesOf(
  { controlGroup }: UnitProperties,
  { cgroupRoot }: UnitRoots,
  files: Files,
): Read<readonly number[]> {
  if (controlGroup === undefined) return success([]);
  let last: Read<string> | undefined;
  for (const hierarchy of ["", "/systemd", "/unified"]) {
    last = files.text(`${cgroupRoot}${hierarchy}${controlGroup}/cgroup.procs`);
    if (last.ok) {
      const pids = last.value.split("\n").flatMap((line) => wholeNumber(line) ?? []);
      return success(pids.slice(0, MOST_PROCESSES));
    }
    if (last.failure.kind !== "gone") return last;
  }
  return success([]);
}
