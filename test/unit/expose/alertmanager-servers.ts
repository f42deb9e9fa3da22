import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { createServer, type IncomingMessage, type RequestListener } from "node:http";
import { createServer as createTcpServer, type Server, type Socket } from "node:net";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import type { AlertmanagerAccess } from "../../../agent/model/settings.ts";
import { postAlerts } from "../../../agent/expose/alertmanager-post.ts";
import { systemClock } from "../../../agent/run/clock.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";

/** Nothing is asked for. */
export const nobody: AlertmanagerAccess = {
  basicAuth: undefined,
  bearerTokenFile: undefined,
  caFile: undefined,
};

/** The port of loopback at which it listens from now on. */
export async function listening(server: Server): Promise<number> {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => void server.close());
  const address = server.address();
  return typeof address === "object" && address !== null ? address.port : 0;
}

/** A server that answers so, and what it was asked. */
export async function serving(answer: RequestListener) {
  const asked: { readonly request: IncomingMessage; readonly body: string }[] = [];
  const server = createServer((request, response) => {
    let body = "";
    request.setEncoding("utf8").on("data", (text: string) => (body += text));
    request.on("end", () => {
      asked.push({ request, body });
      answer(request, response);
    });
  });
  onTestFinished(() => server.closeAllConnections());
  return { asked, url: `http://127.0.0.1:${await listening(server)}` };
}

/** A server that says these bytes to whoever connects, and keeps the connection. */
export async function saying(bytes: string, again = ""): Promise<string> {
  const sockets: Socket[] = [];
  const server = createTcpServer((socket) => {
    sockets.push(socket);
    socket.on("error", () => undefined);
    socket.once("data", () => {
      socket.write(bytes);
      const timer = setInterval(() => again !== "" && socket.write(again), 5);
      socket.on("close", () => clearInterval(timer));
    });
  });
  onTestFinished(() => sockets.forEach((socket) => socket.destroy()));
  return `http://127.0.0.1:${await listening(server)}`;
}

/** Pushes no alert. */
export function post(url: string, access: AlertmanagerAccess = nobody, timeoutMs = 2_000) {
  const { signal } = new AbortController();
  return postAlerts({ url, timeoutMs, access }, "[]", systemClock, signal);
}

/** A folder of the test. */
export function folder(): string {
  return temporaryFolder("post");
}

/** A file with this text. */
export function fileWith(text: string): string {
  const path = join(folder(), "secret");
  writeFileSync(path, text);
  return path;
}
