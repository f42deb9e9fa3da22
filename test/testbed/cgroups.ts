import { readFileSync } from "node:fs";
import { join } from "node:path";

/**
 * The folders, not yet made, of a cgroup `name` below our own, one in each hierarchy in which
 * systemd keeps units: cgroup v2, and on older layouts the named v1 one. Two containers in one
 * cgroup would see each other's units as their own.
 */
export function hostCgroups(name: string): readonly string[] {
  const own = readFileSync("/proc/self/cgroup", "latin1");
  return readFileSync("/proc/self/mountinfo", "latin1")
    .split("\n")
    .flatMap((line) => {
      const [mount = "", filesystem = ""] = line.split(" - ");
      const point = mount.split(" ")[4];
      const [type = "", , options = ""] = filesystem.split(" ");
      const path = pathIn(own, type, options);
      return point === undefined || path === undefined ? [] : [join(point, path, name)];
    });
}

function pathIn(own: string, type: string, options: string): string | undefined {
  if (type === "cgroup2") {
    return /^0::(.*)$/m.exec(own)?.[1];
  }
  const isSystemd = type === "cgroup" && options.split(",").includes("name=systemd");
  return isSystemd ? /^\d+:name=systemd:(.*)$/m.exec(own)?.[1] : undefined;
}
