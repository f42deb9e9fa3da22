import { createConnection, type Socket } from "node:net";
import { createInterface } from "node:readline";
import { waitFor } from "../support/wait.ts";
import type { HostRan, HostRunOptions } from "./test-host.ts";

/** How much later than the command's own limit an answer may come from a machine under load. */
const graceMs = 60_000;

/** A way to have commands run in a machine by its command server. */
export interface Channel {
  /** As `TestHost.attempt`. Throws also when the machine hangs up or does not answer in time. */
  attempt(words: readonly string[], options?: HostRunOptions): Promise<HostRan>;
  close(): void;
}

/** What the command server answers, one line of JSON each. */
type Answer =
  | { readonly id: number; readonly error: string }
  | {
      readonly id: number;
      readonly exitCode: number;
      /** In base64, as stderr. */
      readonly stdout: string;
      readonly stderr: string;
    };

/** What waits for an answer. */
interface Waiting {
  readonly answered: (answer: Answer) => void;
  readonly failed: (error: Error) => void;
}

/** Connects to the unix socket of the machine's port as soon as it is there. */
export async function openChannel(socketPath: string): Promise<Channel> {
  const socket = await waitFor("the port of the machine", () => connected(socketPath), graceMs);
  const waiting = new Map<number, Waiting>();
  createInterface({ input: socket }).on("line", (line) => {
    const answer = readAnswer(line);
    // none waits for an answer that came after its time
    waiting.get(answer.id)?.answered(answer);
  });
  socket.on("close", () => {
    for (const { failed } of waiting.values()) {
      failed(new Error("the machine hung up"));
    }
  });
  let requests = 0;
  const ask = (
    words: readonly string[],
    stdin: string | Buffer,
    timeoutMs: number,
  ): Promise<Answer> => {
    if (socket.destroyed) {
      throw new Error("the machine has hung up");
    }
    requests += 1;
    const id = requests;
    const answer = new Promise<Answer>((answered, failed) => {
      waiting.set(id, { answered, failed });
    });
    const late = setTimeout(() => {
      waiting.get(id)?.failed(new Error(`no answer after ${timeoutMs + graceMs} ms`));
    }, timeoutMs + graceMs);
    const request = { id, command: words, stdin: Buffer.from(stdin).toString("base64"), timeoutMs };
    socket.write(`${JSON.stringify(request)}\n`);
    return answer.finally(() => {
      clearTimeout(late);
      waiting.delete(id);
    });
  };
  return {
    attempt: async (words, { stdin = "", timeoutMs = 60_000 } = {}) => {
      const answer = await ask(words, stdin, timeoutMs);
      if ("error" in answer) {
        throw new Error(`\`${words.join(" ")}\` could not be started: ${answer.error}`);
      }
      return {
        exitCode: answer.exitCode,
        stdout: Buffer.from(answer.stdout, "base64").toString(),
        stderr: Buffer.from(answer.stderr, "base64").toString(),
      };
    },
    close: () => socket.destroy(),
  };
}

function connected(path: string): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = createConnection(path);
    socket.once("error", reject);
    socket.once("connect", () => {
      socket.off("error", reject);
      // what a broken connection means is said at its close
      socket.on("error", () => undefined);
      resolve(socket);
    });
  });
}

function readAnswer(line: string): Answer {
  const said: unknown = JSON.parse(line);
  if (!isAnswer(said)) {
    throw new Error(`not an answer of the command server: ${line}`);
  }
  return said;
}

function isAnswer(value: unknown): value is Answer {
  return (
    typeof value === "object" &&
    value !== null &&
    "id" in value &&
    ("error" in value || ("exitCode" in value && "stdout" in value && "stderr" in value))
  );
}
