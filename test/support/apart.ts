import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { onTestFinished } from "vitest";
import { testFolder, type TestFolder } from "./folder.ts";
import { startProgram } from "./program.ts";
import { signal } from "./signal.ts";
import { cgroupsBelow, type Place, processesIn } from "./traces.ts";
import { waitFor } from "./wait.ts";

const writable = ["/tmp", "/var/tmp", "/run"];

/**
 * A part of this machine in which only what a test starts can be: mount and network namespaces of
 * its own, layers over the folders for temporary files, and a cgroup in every hierarchy.
 */
export interface Apart {
  readonly place: Place;
  /** A folder that is seen from inside as from outside. */
  readonly folder: TestFolder;
  /** The path from outside of what inside is at `path` below a layer. */
  seen(path: string): string;
  /** Starts a command in it, in a session of its own, its stdout a pipe. */
  spawn(command: readonly string[], env: Readonly<Record<string, string>>): ChildProcess;
}

/**
 * Makes such a part, with the network of this machine if it is needed; then its interfaces do not
 * count. It ends with the test, and so does everything in it.
 */
export async function startApart(network: "private" | "shared"): Promise<Apart> {
  const folder = testFolder();
  const cgroups = ownCgroups(`onemaster-test-${randomBytes(4).toString("hex")}`);
  onTestFinished(async () => await removeCgroups(cgroups));
  for (const cgroup of cgroups) {
    makeCgroup(cgroup);
  }
  const script = `
    ${network === "private" ? "ip link set lo up" : ""}
    mount -t tmpfs tmpfs /mnt
    for folder in ${writable.join(" ")}; do
      mkdir -p /mnt$folder/upper /mnt$folder/work
      mount -t overlay -o lowerdir=$folder,upperdir=/mnt$folder/upper,workdir=/mnt$folder/work \
        overlay $folder
    done
    touch /mnt/ready
    exec sleep infinity`;
  const namespaces = ["--mount", ...(network === "private" ? ["--net"] : [])];
  const { child, outputPath } = startProgram({
    folder,
    command: ["unshare", ...namespaces, "sh", "-ec", script],
  });
  const pid = child.pid ?? 0;
  await waitFor("the place apart to be made", () => {
    if (child.exitCode !== null) {
      throw new Error(readFileSync(outputPath, "utf8"));
    }
    return existsSync(`/proc/${pid}/root/mnt/ready`);
  });
  const enterCgroups = `
    while [ "$1" != -- ]; do echo $$ >"$1/cgroup.procs"; shift; done
    shift
    exec "$@"`;
  const enter = ["nsenter", "--target", `${pid}`, "--mount", "--net", "--"];
  return {
    place: {
      pid,
      interfaces: network === "private",
      cgroups,
      folders: writable.map((known) => ({ path: `/proc/${pid}/root/mnt${known}/upper`, known })),
    },
    folder,
    seen: (path) => `/proc/${pid}/root${path}`,
    spawn: (command, env) =>
      spawn("sh", ["-ec", enterCgroups, "sh", ...cgroups, "--", ...enter, ...command], {
        detached: true,
        env: { ...process.env, ...env, TMPDIR: "/tmp" },
        stdio: ["ignore", "pipe", "inherit"],
      }),
  };
}

/** Paths of a cgroup below our own in each mounted hierarchy. */
function ownCgroups(name: string): readonly string[] {
  const mounts = readFileSync("/proc/self/mountinfo", "latin1").split("\n");
  return readFileSync("/proc/self/cgroup", "latin1")
    .split("\n")
    .flatMap((line) => {
      const [, controllers, path] = /^\d+:([^:]*):(.*)$/.exec(line) ?? [];
      const controller = controllers?.split(",")[0] ?? "";
      const mount = mounts.find((one) => {
        const [type, , options] = one.split(" - ")[1]?.split(" ") ?? [];
        return controller === ""
          ? type === "cgroup2"
          : type === "cgroup" && options?.split(",").includes(controller);
      });
      const [, , , root, point] = mount?.split(" ") ?? [];
      return path === undefined || root === undefined || point === undefined
        ? []
        : [join(point, relative(root, path), name)];
    });
}

function makeCgroup(cgroup: string): void {
  mkdirSync(cgroup);
  // v1 only: a new one has none and takes no process
  for (const file of ["cpuset.cpus", "cpuset.mems"]) {
    if (existsSync(join(cgroup, "tasks")) && existsSync(join(cgroup, file))) {
      writeFileSync(join(cgroup, file), readFileSync(join(cgroup, "..", file)));
    }
  }
}

/** Kills what is in them and removes them, with the cgroups below. */
async function removeCgroups(cgroups: readonly string[]): Promise<void> {
  await waitFor("the cgroups of the test to be removed", () => {
    const all = cgroups.flatMap((cgroup) => [cgroup, ...cgroupsBelow(cgroup)]);
    for (const one of all.flatMap(processesIn)) {
      signal(one, "SIGKILL");
    }
    // those below first; throws while one is populated, and is then tried again
    for (const cgroup of all.toReversed()) {
      rmdirSync(cgroup);
    }
    return true;
  });
}
