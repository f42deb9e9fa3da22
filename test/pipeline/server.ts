import { readFileSync } from "node:fs";
import { request } from "node:http";
import type { TestFolder } from "../support/folder.ts";
import { exitOf, startProgram } from "../support/program.ts";
import { waitFor } from "../support/wait.ts";

/** A Prometheus or an Alertmanager that answers; it is killed when the test is finished. */
export interface RunningServer {
  readonly pid: number;
  /** Without a slash at its end. */
  readonly url: string;
  /** All it has written. */
  log(): string;
  /** Ends it with SIGTERM. Throws unless it exits 0. */
  stop(): Promise<void>;
}

/**
 * Starts a server that was told to listen at port 0, and waits until `/-/ready` answers 200. Which
 * port the kernel gave it is what it logs, so no two tests can ask for the same one.
 */
export async function startServer(
  folder: TestFolder,
  command: readonly string[],
): Promise<RunningServer> {
  const name = command[0] ?? "";
  // outside of a test nobody else ends it when we are killed
  const withUs = ["setpriv", "--pdeathsig", "KILL", "--", ...command];
  const { child, outputPath } = startProgram({ folder, command: withUs });
  const log = (): string => readFileSync(outputPath, "utf8");
  const url = await waitFor(
    `${name} to be ready`,
    async () => {
      if (child.exitCode !== null) throw new Error(`it ended with ${child.exitCode}: ${log()}`);
      const address = /msg="Listening on" address=(\S+)/.exec(log())?.[1];
      if (address === undefined) return false;
      const { status } = await ask(`http://${address}/-/ready`);
      return status === 200 && `http://${address}`;
    },
    30_000,
  ).catch((error: unknown) => {
    throw new Error(`no ${name}; it said: ${log()}`, { cause: error });
  });
  return {
    pid: child.pid ?? 0,
    url,
    log,
    stop: async () => {
      child.kill("SIGTERM");
      const exitCode = await exitOf(child);
      if (exitCode !== 0) throw new Error(`${name} ended with ${exitCode}: ${log()}`);
    },
  };
}

/** What a server answered. */
export interface HttpAnswer {
  readonly status: number;
  readonly body: string;
}

/** Asks over HTTP with a connection of its own. Rejects when nobody answers within 30 s. */
export function ask(
  url: string,
  { method = "GET", json }: { readonly method?: string; readonly json?: unknown } = {},
): Promise<HttpAnswer> {
  const body = json === undefined ? undefined : JSON.stringify(json);
  const headers = body === undefined ? {} : { "content-type": "application/json" };
  return new Promise((resolve, reject) => {
    const outgoing = request(url, { method, headers, agent: false, timeout: 30_000 });
    outgoing.on("response", (incoming) => {
      const parts: Buffer[] = [];
      incoming.on("data", (part: Buffer) => parts.push(part));
      incoming.on("error", reject);
      incoming.on("end", () => {
        resolve({ status: incoming.statusCode ?? 0, body: Buffer.concat(parts).toString() });
      });
    });
    outgoing.on("timeout", () => outgoing.destroy(new Error(`no answer within 30 s: ${url}`)));
    outgoing.on("error", reject);
    outgoing.end(body);
  });
}

/** Asks for JSON. Throws, with what was answered, unless the status is 200. */
export async function askJson<T>(url: string): Promise<T> {
  const { status, body } = await ask(url);
  if (status !== 200) throw new Error(`${url} answered ${status}: ${body}`);
  return JSON.parse(body) as T;
}
