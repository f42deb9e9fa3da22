import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** Before all others, or with what they leave. */
export type Turn = "first" | "last";

/** Of cgroup v1 and v2: the most and the least there is, where others have 1024 and 100. */
const shares = {
  "cpu.shares": { first: "262144", last: "2" },
  "cpu.weight": { first: "10000", last: "1" },
} as const;

/**
 * The folders, not yet made, of a cgroup `name` below our own, one in each hierarchy in which
 * systemd keeps units: cgroup v2, and on older layouts the named v1 one. Two containers in one
 * cgroup would see each other's units as their own. Throws where none is mounted whole.
 */
export function hostCgroups(name: string): readonly string[] {
  const folders = [...foldersIn("unified", name), ...foldersIn("name=systemd", name)];
  if (folders.length === 0) {
    throw new Error("no whole cgroup hierarchy in which systemd keeps units is mounted here");
  }
  return folders;
}

/**
 * The folder, not yet made, of a cgroup `name` below our own by which processors are shared out on
 * older layouts; with cgroup v2 that is the one of `hostCgroups`. A nice value would not do: where
 * sessions are groups of the scheduler (sched(7), autogroup) it counts within a session alone.
 */
export function cpuCgroups(name: string): readonly string[] {
  return foldersIn("cpu", name);
}

/** When those in these cgroups, which are made, get a processor; nothing where none shares them out. */
export function setTurn(folders: readonly string[], turn: Turn): void {
  for (const folder of folders) {
    for (const [file, text] of Object.entries(shares)) {
      if (existsSync(join(folder, file))) writeFileSync(join(folder, file), text[turn]);
    }
  }
}

/** Hierarchies as /proc/PID/cgroup names them; `unified` is cgroup v2. */
function foldersIn(hierarchy: "unified" | "name=systemd" | "cpu", name: string): string[] {
  const path = ownPathIn(hierarchy);
  return readFileSync("/proc/self/mountinfo", "latin1")
    .split("\n")
    .flatMap((line) => {
      const [mount = "", filesystem = ""] = line.split(" - ");
      const [, , , root, point] = mount.split(" ");
      const [type = "", , options = ""] = filesystem.split(" ");
      const isIt =
        hierarchy === "unified"
          ? type === "cgroup2"
          : type === "cgroup" && options.split(",").includes(hierarchy);
      // where only a part is mounted systemd-nspawn does not find its own cgroup either
      return !isIt || root !== "/" || point === undefined || path === undefined
        ? []
        : [join(point, path, name)];
    });
}

function ownPathIn(hierarchy: string): string | undefined {
  for (const line of readFileSync("/proc/self/cgroup", "latin1").split("\n")) {
    const [, names = "", path] = /^\d+:([^:]*):(.*)$/.exec(line) ?? [];
    const isIt = hierarchy === "unified" ? names === "" : names.split(",").includes(hierarchy);
    if (isIt && path !== undefined) return path;
  }
  return undefined;
}
