import type { IncomingMessage, Server, ServerOptions, ServerResponse } from "node:http";
import { type Answer, answer, hasBody, type WebSources } from "./answers.ts";
import { ListenError } from "./listen-error.ts";
import { type WebLimits, webLimits } from "./web-limits.ts";
import type { WebShield } from "./web-shield.ts";

/** An address to listen on; port 0 asks for any free one. */
export interface WebAddress {
  readonly host: string;
  readonly port: number;
}

/** A server that listens. */
export interface WebServer {
  /** What it is bound to: the IP address and the real port. */
  readonly address: WebAddress;
  readonly scheme: "http" | "https";
  /**
   * Takes no more connections, from the moment of the call, closes the idle ones, and resolves once the running answers
   * are sent, or cut after `closeMs`. A second call gives the same promise.
   */
  close(): Promise<void>;
}

/** Sent with every answer: what it says holds for this moment, and only for who asked. */
const commonHeaders = {
  "Cache-Control": "no-store",
  "X-Content-Type-Options": "nosniff",
  "Cross-Origin-Resource-Policy": "same-origin",
};

/**
 * Listens and answers from `sources` whom `shield` lets ask; without one, everybody, over plain
 * HTTP. Rejects with a ListenError when it cannot listen.
 */
export async function startWebServer(
  listen: WebAddress,
  sources: WebSources,
  limits: WebLimits = webLimits,
  shield?: WebShield,
): Promise<WebServer> {
  const { server, cutConnections, scheme } = await serverFor(limits, shield);
  server.maxConnections = limits.connections;
  server.setTimeout(limits.idleMs);
  const close = serve(server, { sources, listen, limits, shield, cutConnections });
  const address = await startListening(server, listen);
  server.on("error", (error) => sources.onError(error));
  return { address, scheme, close };
}

/** A server that does not listen yet, and how all of its connections are cut. */
interface Bare {
  readonly server: Server;
  readonly scheme: WebServer["scheme"];
  cutConnections(): void;
}

async function serverFor(limits: WebLimits, shield: WebShield | undefined): Promise<Bare> {
  const options: ServerOptions = {
    maxHeaderSize: limits.headerBytes,
    headersTimeout: limits.headersMs,
    requestTimeout: limits.requestMs,
    connectionsCheckingInterval: limits.checkEveryMs,
    keepAliveTimeout: limits.keepAliveMs,
  };
  const terms = shield?.tls();
  if (shield !== undefined && terms !== undefined) {
    const { createTlsServer } = await import("./web-tls.ts");
    return {
      ...(await createTlsServer(options, limits.handshakeMs, shield, terms)),
      scheme: "https",
    };
  }
  // an import is hoisted to the start of every command, few of which have a server
  const server = process.getBuiltinModule("node:http").createServer(options);
  if (shield !== undefined) server.on("connection", () => shield.refresh());
  return { server, scheme: "http", cutConnections: () => server.closeAllConnections() };
}

interface Serving {
  readonly sources: WebSources;
  readonly listen: WebAddress;
  readonly limits: WebLimits;
  readonly shield: WebShield | undefined;
  cutConnections(): void;
}

/** Answers every request of `server`; the returned function closes it. */
function serve(
  server: Server,
  { sources, listen, limits, shield, cutConnections }: Serving,
): () => Promise<void> {
  let running = 0;
  let closed: Promise<void> | undefined;

  async function answerTo(request: IncomingMessage): Promise<Answer> {
    const refusal = await shield?.refusal(request.headers.authorization);
    const made = refusal ?? (await answer(request, sources, listen.host));
    return { ...made, headers: { ...made.headers, ...shield?.headers() } };
  }

  function take(request: IncomingMessage, response: ServerResponse): void {
    running += 1;
    response.once("close", () => {
      running -= 1;
      if (closed !== undefined && running === 0) cutConnections();
    });
    answerTo(request)
      .then((made) => send(response, made, closed !== undefined || hasBody(request)))
      .catch((error: unknown) => {
        sources.onError(error);
        response.destroy();
      });
  }

  server.on("request", take);
  // Without this listener Node invites the body that is refused.
  server.on("checkContinue", take);

  return () => {
    closed ??= new Promise((resolve) => {
      // Once close was called, Node no longer enforces its time limits: whoever is still
      // sending a request would keep the server open for ever.
      const cut = setTimeout(cutConnections, limits.closeMs);
      server.close(() => {
        clearTimeout(cut);
        resolve();
      });
      if (running === 0) cutConnections();
    });
    return closed;
  };
}

function send(response: ServerResponse, { status, headers, body }: Answer, last: boolean): void {
  response.writeHead(status, {
    ...commonHeaders,
    "Content-Length": Buffer.byteLength(body),
    ...headers,
    ...(last ? { Connection: "close" } : {}),
  });
  response.end(body);
}

function startListening(server: Server, { host, port }: WebAddress): Promise<WebAddress> {
  return new Promise((resolve, reject) => {
    function refuse(error: Error): void {
      reject(new ListenError(addressText(host, port), error));
    }
    server.once("error", refuse);
    server.listen({ host, port }, () => {
      server.off("error", refuse);
      const bound = server.address();
      if (bound === null || typeof bound === "string") {
        reject(new TypeError(`${addressText(host, port)} is bound to ${String(bound)}, no port`));
        return;
      }
      resolve({ host: bound.address, port: bound.port });
    });
  });
}

function addressText(host: string, port: number): string {
  return host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
}
