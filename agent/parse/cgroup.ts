/** Cgroup paths of one process; undefined where the file has no such line. */
export interface CgroupPaths {
  /** Line `0::PATH`, cgroup v2. In a hybrid hierarchy it equals `systemd`. */
  readonly unified: string | undefined;
  /** Line `N:name=systemd:PATH`, cgroup v1: where systemd keeps units. */
  readonly systemd: string | undefined;
  /** Line `N:memory:PATH`, cgroup v1: where the limit is. It may be `/` though a unit is set. */
  readonly memory: string | undefined;
}

// Paths may hold colons, and every byte but a newline: the kernel refuses that one in mkdir.
const cgroupLine = /^\d+:([^:]*):(\/[^]*)$/;

/** Appended by the kernel when the process is a zombie and its cgroup was removed. */
const deletedMark = " (deleted)";

/** Reads /proc/PID/cgroup. Lines that are none are passed over. */
export function parseCgroup(text: string): CgroupPaths {
  let unified: string | undefined;
  let systemd: string | undefined;
  let memory: string | undefined;
  for (const line of text.split("\n")) {
    const [, controllers, wholePath] = cgroupLine.exec(line) ?? [];
    if (controllers === undefined || wholePath === undefined) continue;
    const path = wholePath.endsWith(deletedMark)
      ? wholePath.slice(0, -deletedMark.length)
      : wholePath;
    const names = controllers.split(",");
    if (controllers === "" && line.startsWith("0:")) unified ??= path;
    else if (names.includes("name=systemd")) systemd ??= path;
    else if (names.includes("memory")) memory ??= path;
  }
  return { unified, systemd, memory };
}

const sliceName = /^[\w:.\\@-]+\.slice$/;
const unitName =
  /^[\w:.\\@-]+\.(?:service|scope|socket|mount|automount|swap|timer|path|target|device)$/;

/** systemd.unit(5): longer names are none. */
const longestUnitName = 255;

/**
 * The innermost systemd unit of a cgroup path, e.g. `platform.service`; undefined when the
 * path names none.
 *
 * A manager puts units below its slices, and below a unit come groups of its own making,
 * which may be called anything. A slice, or `user@UID.service`, below a unit starts the tree of
 * another manager. So `/payload/system.slice/platform.service`, a container's unit as seen
 * from outside, and `/user.slice/user-0.slice/user@0.service/app.slice/x.service` give the
 * last component.
 */
export function unitOfCgroup(path: string): string | undefined {
  let unit: string | undefined;
  let belowManager = true;
  for (const name of path.split("/").map(unescaped)) {
    if (sliceName.test(name)) {
      belowManager = true;
    } else if (belowManager && isUnitName(name)) {
      unit = name;
      belowManager = /^user@.*\.service$/.test(name);
    }
  }
  return unit;
}

/**
 * The unit of the system's own manager that a cgroup path lies in, e.g. `user@1000.service` for
 * all that this user runs. Whatever stands below it, its users may have made up, slices and scopes
 * of any name included. Undefined when the path names none right below slices.
 */
export function systemUnitOfCgroup(path: string): string | undefined {
  const [root, ...names] = path.split("/").map(unescaped);
  const unit = names.find((name) => !sliceName.test(name));
  return root === "" && unit !== undefined && isUnitName(unit) ? unit : undefined;
}

function isUnitName(name: string): boolean {
  return unitName.test(name) && name.length <= longestUnitName;
}

/** systemd puts "_" before names that a controller's file could also have. */
function unescaped(component: string): string {
  return component.startsWith("_") ? component.slice(1) : component;
}
