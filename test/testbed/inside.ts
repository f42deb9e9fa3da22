import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { childrenOf } from "../support/process.ts";
import type { HostRan, HostRunOptions } from "./test-host.ts";

/** What a command on a host finds in its environment. */
export const hostEnvironment = {
  PATH: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
  HOME: "/root",
  LANG: "C.UTF-8",
  TERM: "dumb",
};

/** The pid 1 of the container that is run below this process; undefined while there is none. */
export function initOf(keeperPid: number): number | undefined {
  const nspawn = descendants(keeperPid).find((pid) => nameOf(pid) === "systemd-nspawn");
  return nspawn === undefined
    ? undefined
    : childrenOf(nspawn)
        .map(({ pid }) => pid)
        .find((pid) => nameOf(pid) === "systemd" && isInit(pid));
}

/**
 * Runs words in all namespaces of a container's pid 1, as root in `/`. What is not done in time
 * is killed, which exits 137. Throws when it cannot be started.
 */
export function attemptInside(
  initPid: number,
  words: readonly string[],
  { stdin, timeoutMs = 60_000 }: HostRunOptions = {},
): Promise<HostRan> {
  // inside, so that it reaches the command, which nsenter forks into the pid namespace
  const limit = ["timeout", "--signal=KILL", `${timeoutMs / 1000}`];
  const parameters = ["--target", `${initPid}`, "--all", "--", ...limit, ...words];
  return new Promise((resolve, reject) => {
    const child = spawn("nsenter", parameters, { env: hostEnvironment, stdio: "pipe" });
    const said = { stdout: "", stderr: "" };
    for (const stream of ["stdout", "stderr"] as const) {
      child[stream].setEncoding("utf8").on("data", (text: string) => {
        said[stream] += text;
      });
    }
    // a command that does not read what it is given closes the pipe early
    child.stdin.on("error", () => undefined);
    child.stdin.end(stdin ?? "");
    child.once("error", reject);
    child.once("close", (code) => resolve({ exitCode: code ?? 137, ...said }));
  });
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
