import { readFileSync } from "node:fs";
import { join } from "node:path";

/**
 * The folders, not yet made, of a cgroup `name` below our own, one in each hierarchy in which
 * systemd keeps units: cgroup v2, and on older layouts the named v1 one. Two containers in one
 * cgroup would see each other's units as their own. Throws where none is mounted whole.
 */
export function hostCgroups(name: string): readonly string[] {
  const own = readFileSync("/proc/self/cgroup", "latin1");
  const folders = readFileSync("/proc/self/mountinfo", "latin1")
    .split("\n")
    .flatMap((line) => {
      const [mount = "", filesystem = ""] = line.split(" - ");
      const [, , , root, point] = mount.split(" ");
      const [type = "", , options = ""] = filesystem.split(" ");
      const path = pathIn(own, type, options);
      // where only a part is mounted systemd-nspawn does not find its own cgroup either
      return root !== "/" || point === undefined || path === undefined
        ? []
        : [join(point, path, name)];
    });
  if (folders.length === 0) {
    throw new Error("no whole cgroup hierarchy in which systemd keeps units is mounted here");
  }
  return folders;
}

function pathIn(own: string, type: string, options: string): string | undefined {
  if (type === "cgroup2") {
    return /^0::(.*)$/m.exec(own)?.[1];
  }
  const isSystemd = type === "cgroup" && options.split(",").includes("name=systemd");
  return isSystemd ? /^\d+:name=systemd:(.*)$/m.exec(own)?.[1] : undefined;
}
