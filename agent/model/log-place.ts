/** Folders of the system, in which no application keeps a log that its user has to write. */
const systemFolders: readonly string[] = [
  "/etc",
  "/usr",
  "/boot",
  "/root",
  "/bin",
  "/sbin",
  "/proc",
  "/sys",
  "/dev",
  "/var/lib",
  "/var/spool",
  "/var/cache",
  "/var/backups",
  "/var/mail",
  "/run/systemd",
  "/var/log/apt",
  "/var/log/audit",
  "/var/log/installer",
  "/var/log/journal",
  "/var/log/private",
];

/** Owner and group of a file or folder. */
export interface OwnerIds {
  readonly uid: number;
  readonly gid: number;
}

/**
 * Why a log of this absolute path is not plainly that of a service which runs as `to`, or
 * undefined: one of the folders on its way, whose owners are `folders`, is that user's or group's,
 * so that what is below it was theirs to replace all along, or it stands in the folder of /var/log
 * that has the name of one of the units, or gunicorn's. A command line may name any other's.
 */
export function whyNoneOfIts(
  path: string,
  folders: readonly OwnerIds[],
  to: OwnerIds,
  units: readonly string[],
): string | undefined {
  const theirs = folders.some(
    ({ uid, gid }) => (uid !== 0 && uid === to.uid) || (gid !== 0 && gid === to.gid),
  );
  const name = /^\/var\/log\/([^/]+)\//.exec(path)?.[1];
  const names = ["gunicorn", ...units.map((unit) => unit.replace(/\.service$/, ""))];
  if (theirs || (name !== undefined && names.includes(name))) return undefined;
  return `${path} stands in no folder that is plainly the service's`;
}

/**
 * Why root does not give a file of this absolute path to a service's user, or undefined. The path
 * comes from a command line, and whoever started that could have named any file: only logs are
 * given, by their names, and none in a folder of the system or among its own logs.
 */
export function whyNoLogOfService(path: string): string | undefined {
  const names = path.split("/").slice(1);
  const isPlain = path.startsWith("/") && !names.some((name) => /^\.{0,2}$/.test(name));
  if (!isPlain) return `${path} is no plain path`;
  const within = systemFolders.find((folder) => path === folder || path.startsWith(`${folder}/`));
  if (within !== undefined || /^\/lib(?:x?\d+)?\//.test(path)) {
    return `${path} is in a folder of the system`;
  }
  const [name = "", ...folders] = names.toReversed();
  if (folders.length === 0 || (folders.length === 2 && path.startsWith("/var/log/"))) {
    return `${path} stands among the system's own files, not in a folder of the service`;
  }
  const isLog = /\.(?:log|out|err)$/.test(name) || folders.some((one) => /^logs?$/.test(one));
  return isLog ? undefined : `${path} is no log by its name`;
}
