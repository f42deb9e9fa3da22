import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { waitFor } from "../support/wait.ts";
import type { TestHost } from "./test-host.ts";

const loadScript = readFileSync(new URL("load.py", import.meta.url));
const longScript = readFileSync(new URL("long-requests.py", import.meta.url));

/** What became of a constant load of requests through nginx. */
export interface Load {
  readonly asked: number;
  /** The rate at which they really were asked. */
  readonly perSecond: number;
  readonly slowestMs: number;
  /** How many were answered with 200, by the pid of the answering worker's master. */
  readonly byMaster: Readonly<Record<string, number>>;
  /** Another status, no connection, no answer within 15 s, or the answer to another request. */
  readonly failed: number;
  /** The first thousand of these, with their times in milliseconds since 1970. */
  readonly failures: readonly { readonly atMs: number; readonly why: string }[];
}

/** What load to make. */
export interface LoadOptions {
  /** Absent: 300 requests a second. */
  readonly perSecond?: number;
  /** It ends by itself then. Absent: 50 s. */
  readonly limitS?: number;
}

/**
 * Asks requests at a constant rate through the host's nginx while `work` goes on, each on a
 * connection of its own; `work` begins with the first answer. Answers what came of both. Throws
 * what `work` throws.
 */
export async function whileLoaded<T>(
  host: TestHost,
  work: () => Promise<T>,
  { perSecond = 300, limitS = 50 }: LoadOptions = {},
): Promise<{ readonly load: Load; readonly worked: T }> {
  const going = `/run/load-${randomBytes(4).toString("hex")}`;
  await host.write(going, "");
  const parameters = [going, `${perSecond}`, `${limitS}`];
  const asked = host.run(["python3", "-", ...parameters], {
    stdin: loadScript,
    timeoutMs: (limitS + 30) * 1000,
  });
  // awaited below; a failure of the work is told first
  asked.catch(() => undefined);
  let worked: T;
  try {
    await waitFor("the first answer under load", async () => {
      return (await host.attempt(["test", "-e", `${going}.first`])).exitCode === 0;
    });
    worked = await work();
  } finally {
    await host.run(["rm", "-f", going, `${going}.first`]);
  }
  const load: unknown = JSON.parse(await asked);
  if (!isLoad(load)) {
    throw new Error(`not what load.py prints: ${JSON.stringify(load)}`);
  }
  return { load, worked };
}

/** A worker of the application, with its master. */
export interface Answerer {
  readonly pid: number;
  readonly parent: number;
}

/** How a long request ended. */
export interface LongAnswer {
  /** Null: there was no answer. */
  readonly status: number | null;
  /** Who answered; null unless the status is 200. */
  readonly said: Answerer | null;
  /** Null, or why there was no answer. */
  readonly why: string | null;
  /** Milliseconds since 1970. */
  readonly endedMs: number;
}

/** Requests that are in flight. */
export interface LongRequests {
  /** Which workers have them. */
  readonly takenBy: readonly Answerer[];
  /** Lets the application answer them; they would be answered after 110 s by themselves. */
  release(): Promise<void>;
  /** Waits for the end of all. */
  answers(): Promise<readonly LongAnswer[]>;
}

/**
 * Asks requests through the host's nginx that last until they are released, and comes back when
 * workers have them all.
 */
export async function longRequests(host: TestHost, count: number): Promise<LongRequests> {
  const folder = `/run/long-${randomBytes(4).toString("hex")}`;
  // workers make their files in it
  await host.run(["install", "-d", "-o", "www-data", folder]);
  const command = ["python3", "-", folder, `${count}`];
  const asked = host.run(command, { stdin: longScript, timeoutMs: 150_000 });
  asked.catch(() => undefined);
  const files = Array.from({ length: count }, (_, number) => `${folder}/${number}`);
  const takenBy = await waitFor(`workers to have ${count} long requests`, async () => {
    const { exitCode, stdout } = await host.attempt(["sed", "-s", "$a\\", ...files]);
    return exitCode === 0 ? stdout.trimEnd().split("\n").map(readAnswerer) : undefined;
  });
  return {
    takenBy,
    release: async () => {
      await host.run(["touch", `${folder}/go`]);
    },
    answers: async () => {
      const answers: unknown = JSON.parse(await asked);
      if (!isAnswers(answers)) {
        throw new Error(`not what long-requests.py prints: ${JSON.stringify(answers)}`);
      }
      return answers;
    },
  };
}

function readAnswerer(text: string): Answerer {
  const said: unknown = JSON.parse(text);
  if (typeof said !== "object" || said === null || !("pid" in said) || !("parent" in said)) {
    throw new Error(`not a worker: ${text}`);
  }
  return { pid: Number(said.pid), parent: Number(said.parent) };
}

function isLoad(value: unknown): value is Load {
  return typeof value === "object" && value !== null && "failures" in value && "byMaster" in value;
}

function isAnswers(value: unknown): value is readonly LongAnswer[] {
  return (
    Array.isArray(value) &&
    value.every((one: unknown) => typeof one === "object" && one !== null && "endedMs" in one)
  );
}
