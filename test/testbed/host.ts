import { randomBytes } from "node:crypto";
import { addressHost } from "./address.ts";
import { hostCgroups } from "./cgroups.ts";
import { attemptInside, initOf } from "./inside.ts";
import { type Kept, startKept } from "./kept.ts";
import { outputOf, type Release, type TestHost, wordsOf } from "./test-host.ts";
import { ensureTree } from "./tree.ts";
import { waitFor } from "../support/wait.ts";

/** A container on this machine. */
export interface ContainerHost extends TestHost {
  /** Its systemd, as this machine counts pids. */
  readonly initPid: number;
  /** Its IPv4 address as this machine reaches it; null when it shares this machine's network. */
  readonly address: string | null;
}

/** What kind of container to start. */
export interface HostOptions {
  readonly release: Release;
  /** Its host name; several may have the same. */
  readonly name: string;
  /** Absent: private. */
  readonly network?: "private" | "shared";
}

/**
 * Starts a container with systemd as pid 1 and comes back when it is up. It works on a copy
 * in memory, so its tree stays as it is. It ends with `stop`, and at the latest with this process.
 */
export async function startHost(options: HostOptions): Promise<ContainerHost> {
  const tree = await ensureTree(options.release);
  // the kernel names the interface after it, in 15 characters
  const machine = randomBytes(4).toString("hex");
  const kept = startKept({
    command: () => nspawn(tree, machine, options),
    cgroups: hostCgroups(`onemaster-${machine}`),
    env: { SYSTEMD_NSPAWN_UNIFIED_HIERARCHY: "1" },
  });
  try {
    return await booted(kept, machine, options);
  } catch (error: unknown) {
    await kept.stop();
    throw new Error(`host ${options.name} did not come up: ${kept.log()}`, { cause: error });
  }
}

function nspawn(tree: string, machine: string, options: HostOptions): readonly string[] {
  return [
    "systemd-nspawn",
    "--quiet",
    `--directory=${tree}`,
    "--volatile=overlay",
    "--register=no",
    "--keep-unit",
    `--machine=${machine}`,
    `--hostname=${options.name}`,
    ...(options.network === "shared" ? [] : ["--network-veth"]),
    "--boot",
  ];
}

async function booted(kept: Kept, machine: string, options: HostOptions): Promise<ContainerHost> {
  const early = kept.ended.then((code): never => {
    throw new Error(`systemd-nspawn ended with ${code}`);
  });
  const starting = waitFor("systemd to start", () => initOf(kept.pid), 20_000);
  const initPid = await Promise.race([starting, early]);
  const attempt: TestHost["attempt"] = (command, how) =>
    attemptInside(initPid, wordsOf(command), how);
  const run: TestHost["run"] = async (command, how) =>
    outputOf(options.name, command, await attempt(command, how));
  const starts = waitFor(
    "the host to be up",
    async () => {
      const { stdout } = await attempt(["systemctl", "is-system-running", "--wait"]);
      const state = stdout.trim();
      if (state === "degraded") {
        throw new Error(await run(["systemctl", "--failed", "--no-legend"]));
      }
      return state === "running";
    },
    30_000,
  );
  await Promise.race([starts, early]);
  const address = options.network === "shared" ? null : await addressHost(machine, initPid);
  return {
    name: options.name,
    release: options.release,
    initPid,
    address,
    run,
    attempt,
    write: async (path, content, mode = 0o644) => {
      // not install(1): our end of the pipe is a socket, which /dev/stdin cannot open
      const script = 'mkdir -p "$(dirname "$1")"; cat >"$1"; chmod "$2" "$1"';
      const words = ["sh", "-ec", script, "sh", path, mode.toString(8)];
      await run(words, { stdin: content });
    },
    stop: kept.stop,
  };
}
