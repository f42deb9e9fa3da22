import { existsSync, writeFileSync } from "node:fs";
import { request as httpRequest, type RequestOptions } from "node:http";
import type { TestFolder } from "./folder.ts";
import { waitFor } from "./wait.ts";

let slowRequests = 0;

/** A whole HTTP answer. */
export interface Answer {
  readonly status: number;
  readonly body: string;
}

/** Asks over a unix socket. Rejects when nobody answers or the answer is cut. */
function request(socketPath: string, path: string): Promise<Answer> {
  return send({ socketPath, path });
}

/**
 * Starts a request that takes `seconds`, and comes back once a worker has it. `answer` settles
 * when it is over.
 */
export async function slowRequest(
  folder: TestFolder,
  socketPath: string,
  seconds: number,
): Promise<{ readonly answer: Promise<Answer> }> {
  return await takenRequest(folder, socketPath, `sleep=${seconds}`);
}

/**
 * The same, of a request that lasts until it is let go, however long what is done meanwhile takes
 * on a busy machine; 110 s at the most.
 */
export async function heldRequest(
  folder: TestFolder,
  socketPath: string,
): Promise<{ readonly answer: Promise<Answer>; letGo(): void }> {
  const go = folder.at(`go-${slowRequests + 1}`);
  const taken = await takenRequest(folder, socketPath, `hold=${encodeURIComponent(go)}`);
  return { ...taken, letGo: () => writeFileSync(go, "") };
}

async function takenRequest(
  folder: TestFolder,
  socketPath: string,
  query: string,
): Promise<{ readonly answer: Promise<Answer> }> {
  slowRequests += 1;
  const taken = folder.at(`taken-${slowRequests}`);
  const answer = request(socketPath, `/?${query}&taken=${encodeURIComponent(taken)}`);
  // who awaits the answer sees the failure; until then it must not end the run
  answer.catch(() => undefined);
  await waitFor("a worker to take the slow request", () => existsSync(taken));
  return { answer };
}

/** Asks over loopback TCP. Rejects when nobody answers or the answer is cut. */
export function requestPort(port: number, path: string): Promise<Answer> {
  return send({ host: "127.0.0.1", port, path });
}

/** Asks the WSGI app who answers on this socket: pids of the worker and of its parent. */
export async function whoAnswers(
  socketPath: string,
  query = "",
): Promise<{ readonly pid: number; readonly parent: number }> {
  const { body } = await request(socketPath, `/${query}`);
  const said: unknown = JSON.parse(body);
  if (typeof said === "object" && said !== null && "pid" in said && "parent" in said) {
    return { pid: Number(said.pid), parent: Number(said.parent) };
  }
  throw new Error(`not an answer of the test app: ${body}`);
}

function send(options: RequestOptions): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const outgoing = httpRequest({ ...options, agent: false, timeout: 120_000 }, (incoming) => {
      const parts: Buffer[] = [];
      incoming.on("data", (part: Buffer) => parts.push(part));
      incoming.on("error", reject);
      incoming.on("end", () => {
        resolve({ status: incoming.statusCode ?? 0, body: Buffer.concat(parts).toString() });
      });
    });
    outgoing.on("timeout", () => outgoing.destroy(new Error("no answer within 120 s")));
    outgoing.on("error", reject);
    outgoing.end();
  });
}
