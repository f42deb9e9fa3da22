import { request as httpRequest } from "node:http";
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { expect, onTestFinished } from "vitest";
import type { WebSources } from "../../../agent/expose/answers.ts";
import { type WebLimits, webLimits } from "../../../agent/expose/web-limits.ts";
import { startWebServer, type WebServer } from "../../../agent/expose/web.ts";
import { duplicateSocket, reportOf } from "./reports.ts";

/** Sources that answer everything; an error that reaches them makes `start`'s test fail. */
export const fine: Omit<WebSources, "onError"> = {
  metricsPage: async (openMetrics) => ({
    contentType: openMetrics ? "test/open" : "test/classic",
    body: "a 1\n",
  }),
  status: async () => reportOf([duplicateSocket()]),
  incidents: () => [],
  health: () => ({ ok: true, text: "ok" }),
  ready: () => ({ ok: true, text: "ready" }),
};

/**
 * A server on a free port of loopback that is closed when the test ends. Without an `onError`
 * of its own, the test fails when a source fails.
 */
export async function start(
  sources: Partial<WebSources> = {},
  limits: Partial<WebLimits> = {},
): Promise<WebServer> {
  const errors: unknown[] = [];
  const server = await startWebServer(
    { host: "127.0.0.1", port: 0 },
    { ...fine, onError: (error) => errors.push(error), ...sources },
    { ...webLimits, ...limits },
  );
  onTestFinished(async () => {
    await server.close();
    expect(errors).toEqual([]);
  });
  return server;
}

/** A whole answer. */
export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

/** Asks over a connection of its own. Rejects when the answer is cut. */
export function ask(
  { address }: WebServer,
  path: string,
  options: {
    readonly method?: string;
    readonly headers?: Readonly<Record<string, string>>;
    readonly send?: string;
  } = {},
): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const { method = "GET", headers = {}, send } = options;
    const outgoing = httpRequest(
      { ...address, path, method, headers, agent: false },
      (incoming) => {
        const parts: Buffer[] = [];
        incoming.on("data", (part: Buffer) => parts.push(part));
        incoming.on("error", reject);
        incoming.on("end", () =>
          resolve({
            status: incoming.statusCode ?? 0,
            headers: incoming.headers,
            body: Buffer.concat(parts).toString(),
          }),
        );
      },
    );
    outgoing.on("error", reject);
    outgoing.end(send);
  });
}

/** A promise with its resolver: Node 20 has no Promise.withResolvers. */
export function later<T>(): { readonly promise: Promise<T>; readonly resolve: (value: T) => void } {
  let resolveIt: ((value: T) => void) | undefined;
  const promise = new Promise<T>((resolve) => {
    resolveIt = resolve;
  });
  return { promise, resolve: (value) => resolveIt?.(value) };
}

/** A raw connection that has sent `text`. */
export async function rawClient({ address }: WebServer, text: string): Promise<Socket> {
  const socket = connect(address.port, address.host);
  await once(socket, "connect");
  socket.write(text);
  return socket;
}

/** All that arrives until the server closes the connection. */
export async function readToEnd(socket: Socket): Promise<string> {
  const parts: Buffer[] = [];
  socket.on("data", (part: Buffer) => parts.push(part));
  await once(socket, "close");
  return Buffer.concat(parts).toString();
}
