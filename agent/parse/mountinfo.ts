import { wholeNumber } from "./whole-number.ts";

/** One mount of /proc/PID/mountinfo, see proc_pid_mountinfo(5). */
export interface Mount {
  /** Absolute path in the mount namespace of that process; octal escapes are undone. */
  readonly mountPoint: string;
  /** Device of the superblock, which on btrfs and some overlays is not st_dev. */
  readonly major: number;
  readonly minor: number;
  /** E.g. `ext4` or `overlay`. */
  readonly fsType: string;
  /** Options of the superblock, e.g. `rw` and `lowerdir=/a`. */
  readonly options: readonly string[];
}

/**
 * Reads /proc/PID/mountinfo, best handed in as latin1 so that names keep their bytes; and how
 * many lines were none. The order is the kernel's: of two mounts at one point the later one
 * is on top.
 */
export function parseMountinfo(text: string): {
  readonly mounts: readonly Mount[];
  readonly malformed: number;
} {
  const mounts: Mount[] = [];
  let malformed = 0;
  for (const line of text.split("\n")) {
    if (line === "") continue;
    const mount = parseMount(line);
    if (mount === undefined) malformed += 1;
    else mounts.push(mount);
  }
  return { mounts, malformed };
}

/**
 * The mount that a path lies on: the longest mount point that is the path or one of its
 * parents, the topmost of equal ones; undefined when none is. Lexical: resolve symlinks
 * and ".." before.
 */
export function mountOf(path: string, mounts: readonly Mount[]): Mount | undefined {
  let best: Mount | undefined;
  for (const mount of mounts) {
    if (!contains(mount.mountPoint, path)) continue;
    if (best === undefined || mount.mountPoint.length >= best.mountPoint.length) best = mount;
  }
  return best;
}

function contains(mountPoint: string, path: string): boolean {
  if (mountPoint === "/") return path.startsWith("/");
  return path === mountPoint || path.startsWith(`${mountPoint}/`);
}

function parseMount(line: string): Mount | undefined {
  const fields = line.split(" ");
  const [, , device, , mountPoint] = fields;
  // the optional fields, none or several, end with a lone "-"
  const separator = fields.indexOf("-", 6);
  const fsType = fields[separator + 1];
  const options = fields[separator + 3];
  const [, majorText, minorText] = /^(\d+):(\d+)$/.exec(device ?? "") ?? [];
  const major = wholeNumber(majorText);
  const minor = wholeNumber(minorText);
  if (
    separator < 0 ||
    major === undefined ||
    minor === undefined ||
    mountPoint === undefined ||
    !mountPoint.startsWith("/") ||
    fsType === undefined ||
    options === undefined
  ) {
    return undefined;
  }
  return {
    mountPoint: unescapeOctal(mountPoint),
    major,
    minor,
    fsType: unescapeOctal(fsType),
    options: options.split(",").map(unescapeOctal),
  };
}

/** The kernel writes blank, tab, newline, backslash and "#" as three octal digits. */
function unescapeOctal(text: string): string {
  return text.replace(/\\([0-3][0-7]{2})/g, (_, digits: string) =>
    String.fromCharCode(Number.parseInt(digits, 8)),
  );
}
