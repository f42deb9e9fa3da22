import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { addressHost } from "./address.ts";
import { requireRunning, stateAfterBoot } from "./boot-state.ts";
import { cpuCgroups, hostCgroups, setTurn } from "./cgroups.ts";
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
  /**
   * Its processes run before those of other hosts. For what is counted in one instant, such as
   * requests between two system calls of gunicorn: another host's load is no part of that.
   */
  readonly goesFirst?: boolean;
  /** Folders of this machine that it has in the place of its own, and writes to. */
  readonly binds?: readonly { readonly from: string; readonly to: string }[];
}

const bootLimitMs = 30_000;

/**
 * Starts a container with systemd as pid 1 and comes back when it is up. It works on a copy
 * in memory, so its tree stays as it is. It ends with `stop`, and at the latest with this process.
 */
export async function startHost(options: HostOptions): Promise<ContainerHost> {
  if (process.getuid?.() !== 0) {
    throw new Error("only root can start a host");
  }
  const tree = await ensureTree(options.release);
  // the kernel names the interface after it, in 15 characters
  const machine = randomBytes(4).toString("hex");
  const name = `onemaster-${machine}`;
  const cgroups = [...hostCgroups(name), ...(options.goesFirst === true ? cpuCgroups(name) : [])];
  const kept = startKept({
    command: () => [...shielded(tree), ...nspawn(machine, options)],
    cgroups,
    env: { SYSTEMD_NSPAWN_UNIFIED_HIERARCHY: "1" },
  });
  try {
    const host = await booted(kept, machine, options);
    if (options.goesFirst === true) setTurn(cgroups, "first");
    return host;
  } catch (error: unknown) {
    await kept.stop();
    throw new Error(`host ${options.name} did not come up: ${kept.log()}`, { cause: error });
  }
}

/**
 * The words before a command that sees the tree at /run/tree, and /run and /tmp of its own:
 * systemd-nspawn leaves locks beside the tree and folders in both when it is killed.
 */
function shielded(tree: string): readonly string[] {
  const script = `
    cd "$1"
    shift
    mount -t tmpfs -o mode=755 tmpfs /run
    mkdir /run/tree
    # where the tree was may just have been hidden, so not by its path
    mount --no-canonicalize --bind . /run/tree
    cd /
    mount -t tmpfs tmpfs /tmp
    exec "$@"`;
  return ["sh", "-ec", script, "sh", tree];
}

function nspawn(machine: string, options: HostOptions): readonly string[] {
  return [
    "systemd-nspawn",
    "--quiet",
    "--directory=/run/tree",
    "--volatile=overlay",
    "--register=no",
    "--keep-unit",
    `--machine=${machine}`,
    `--hostname=${options.name}`,
    ...(options.network === "shared" ? [] : ["--network-veth"]),
    ...(options.binds ?? []).map(({ from, to }) => `--bind=${from}:${to}`),
    "--boot",
  ];
}

async function booted(kept: Kept, machine: string, options: HostOptions): Promise<ContainerHost> {
  const { name, release } = options;
  const init = await unlessEnded(kept, "systemd to start", () => initOf(kept.pid), 20_000);
  const attempt: TestHost["attempt"] = (command, how) =>
    attemptInside({ init, folder: kept.folder }, wordsOf(command), how);
  const run: TestHost["run"] = async (command, how) =>
    outputOf(name, command, await attempt(command, how));
  const state = await unlessEnded(
    kept,
    "the host to be up",
    () => stateAfterBoot(attempt, bootLimitMs),
    bootLimitMs,
  );
  await requireRunning("the host", state, run);
  const address = options.network === "shared" ? null : await addressHost(machine, init.pid);
  return {
    name,
    release,
    initPid: init.pid,
    address,
    run,
    attempt,
    write: async (path, content, mode = 0o644) => {
      // not install(1): our end of the pipe is a socket, which /dev/stdin cannot open
      const script = 'mkdir -p "$(dirname "$1")"; cat >"$1"; chmod "$2" "$1"';
      const words = ["sh", "-ec", script, "sh", path, mode.toString(8)];
      await run(words, { stdin: content });
    },
    stop: async () => {
      await kept.stop();
      // the kernel removes a network namespace and its interfaces a moment after its last process
      await waitFor("the interface to be gone", () => !existsSync(`/sys/class/net/ve-${machine}`));
    },
  };
}

/** Polls as `waitFor` does, but throws as soon as the container has ended. */
async function unlessEnded<T>(
  kept: Kept,
  what: string,
  look: () => Promise<T | undefined> | T | undefined,
  limitMs: number,
): Promise<T> {
  let end: string | undefined;
  void kept.ended.then(
    (code) => (end = `ended with ${code}`),
    (error: unknown) => (end = `could not be started: ${String(error)}`),
  );
  const seen = await waitFor(
    what,
    async () => {
      const found = end === undefined ? await look() : undefined;
      return found === undefined ? end !== undefined && { end } : { found };
    },
    limitMs,
  );
  if ("end" in seen) {
    throw new Error(`systemd-nspawn ${seen.end}`);
  }
  return seen.found;
}
