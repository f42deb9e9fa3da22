import { spawn } from "node:child_process";
import {
  closeSync,
  fstatSync,
  openSync,
  readFileSync,
  readSync,
  rmSync,
  statfsSync,
} from "node:fs";
import { join } from "node:path";
import { alive, childrenOf, type LivingProcess } from "../support/process.ts";
import type { ProcessId } from "../../agent/model/process.ts";
import type { HostRan, HostRunOptions } from "./test-host.ts";

/** What a command on a host finds in its environment. */
export const hostEnvironment = {
  PATH: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
  HOME: "/root",
  LANG: "C.UTF-8",
  TERM: "dumb",
};

/** The pid 1 of the container that is run below this process; undefined while there is none. */
export function initOf(keeperPid: number): LivingProcess | undefined {
  const nspawn = descendants(keeperPid).find((pid) => nameOf(pid) === "systemd-nspawn");
  return nspawn === undefined
    ? undefined
    : childrenOf(nspawn).find(({ pid }) => nameOf(pid) === "systemd" && isInit(pid));
}

/** A container that is up. */
export interface Inside {
  /** Its pid 1, as this machine sees it. */
  readonly init: ProcessId;
  /** A folder of this machine that ends with the container. */
  readonly folder: string;
}

let attempts = 0;

/**
 * Runs words in all namespaces of a container's pid 1, as root in `/`, and comes back when the
 * command has ended, whatever it left running. What is not done in time is killed, which exits
 * 137 and is said on stderr. Throws when it cannot be started.
 */
export async function attemptInside(
  { init, folder }: Inside,
  words: readonly string[],
  { stdin, timeoutMs = 60_000 }: HostRunOptions = {},
): Promise<HostRan> {
  // its pid may be another's by now, and the command would run on this machine
  if (!alive(init)) {
    throw new Error(`\`${words.join(" ")}\` could not be started: the host is down`);
  }
  // inside, so that it reaches the command, which nsenter forks into the pid namespace
  const limit = ["timeout", "--signal=KILL", `${timeoutMs / 1000}`];
  const shell = ["sh", "-c", 'umask 022; exec "$@"', "sh"];
  const parameters = ["--target", `${init.pid}`, "--all", "--", ...shell, ...limit, ...words];
  attempts += 1;
  // files, not pipes: a daemon that keeps its stdout open must not hold back the answer
  const stdout = openUnnamed(join(folder, `${attempts}.stdout`));
  const stderr = openUnnamed(join(folder, `${attempts}.stderr`));
  const startedMs = performance.now();
  try {
    const exitCode = await new Promise<number>((resolve, reject) => {
      const child = spawn("nsenter", parameters, {
        env: hostEnvironment,
        stdio: ["pipe", stdout, stderr],
      });
      // a command that does not read what it is given closes the pipe early
      child.stdin?.on("error", () => undefined);
      child.stdin?.end(stdin ?? "");
      child.once("error", reject);
      child.once("exit", (code) => resolve(code ?? 137));
    });
    if (statfsSync(folder).bfree === 0) {
      throw new Error(`what \`${words.join(" ")}\` said may be lost: ${folder} has no space left`);
    }
    const late = exitCode === 137 && performance.now() - startedMs >= timeoutMs;
    return {
      exitCode,
      stdout: textOf(stdout),
      stderr: textOf(stderr) + (late ? `killed after ${timeoutMs} ms\n` : ""),
    };
  } finally {
    closeSync(stdout);
    closeSync(stderr);
  }
}

/** A new file without a name, for writers that may reopen it or outlive each other. */
function openUnnamed(path: string): number {
  const fd = openSync(path, "ax+", 0o600);
  rmSync(path);
  return fd;
}

function textOf(fd: number): string {
  const bytes = Buffer.alloc(fstatSync(fd).size);
  let length = 0;
  for (;;) {
    const more = readSync(fd, bytes, length, bytes.length - length, length);
    length += more;
    if (more === 0 || length === bytes.length) {
      return bytes.toString("utf8", 0, length);
    }
  }
}

function descendants(pid: number): readonly number[] {
  return childrenOf(pid).flatMap((child) => [child.pid, ...descendants(child.pid)]);
}

function nameOf(pid: number): string | undefined {
  return read(`/proc/${pid}/comm`)?.trimEnd();
}

function isInit(pid: number): boolean {
  return /^NSpid:.*\t1$/m.test(read(`/proc/${pid}/status`) ?? "");
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, "latin1");
  } catch (error: unknown) {
    const code = error instanceof Error && "code" in error ? error.code : undefined;
    if (code !== "ENOENT" && code !== "ESRCH") {
      throw error;
    }
    return undefined;
  }
}
