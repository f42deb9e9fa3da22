import { spawn } from "node:child_process";
import { createInterface } from "node:readline";

/** A program on a host whose lines are read as it writes them. */
export interface Followed {
  /** Rejects with what it wrote to stderr when it ends, which it is not meant to do. */
  readonly ended: Promise<never>;
}

/**
 * Starts a program in all namespaces of a container's pid 1. It ends with the container. It gets
 * no Ctrl-C of a terminal, since what it tells is still wanted then.
 */
export function follow(
  initPid: number,
  words: readonly string[],
  onLine: (line: string) => void,
): Followed {
  const child = spawn("nsenter", ["--target", `${initPid}`, "--all", "--", ...words], {
    detached: true,
    env: { PATH: "/usr/sbin:/usr/bin:/sbin:/bin", LANG: "C.UTF-8" },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let said = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    said = (said + text).slice(-4_000);
  });
  createInterface({ input: child.stdout }).on("line", onLine);
  const ended = new Promise<never>((_, reject) => {
    child.once("error", reject);
    child.once("close", (code, signal) => {
      reject(new Error(`${words[0]} ended with ${code ?? signal}: ${said.trim()}`));
    });
  });
  // waited for only while something else is waited for too
  ended.catch(() => undefined);
  return { ended };
}
