import type { Server, ServerOptions } from "node:http";
import type { Socket } from "node:net";
import type { TLSSocket } from "node:tls";
import { plainAddress, subjectAltNames } from "./subject-alt-names.ts";
import type { TlsTerms, WebShield } from "./web-shield.ts";

/** A TLS server that does not listen yet. */
export interface TlsServer {
  readonly server: Server;
  /** Cuts every connection, those that have not finished their handshake too. */
  cutConnections(): void;
}

/**
 * A server for HTTP/1.1 over TLS on these terms. New terms of the shield hold from the very
 * connection at which it found them. Node's TLS is loaded only here.
 */
export async function createTlsServer(
  options: ServerOptions,
  handshakeMs: number,
  shield: WebShield,
  terms: TlsTerms,
): Promise<TlsServer> {
  const { createServer } = await import("node:https");
  const { constants } = await import("node:crypto");
  const sockets = new Set<Socket>();
  let current = terms;

  function contextOf({ context }: TlsTerms): TlsTerms["context"] {
    // A resumed session would keep what was verified under terms that hold no more. Prometheus
    // does not resume any.
    return { ...context, secureOptions: constants.SSL_OP_NO_TICKET };
  }

  const server = createServer({
    ...options,
    ...contextOf(terms),
    handshakeTimeout: handshakeMs,
    requestCert: terms.clientAuth !== "NoClientCert",
    rejectUnauthorized: terms.clientAuth === "RequireAndVerifyClientCert",
    ALPNProtocols: ["http/1.1"],
  });
  // before the listener that begins the handshake
  server.prependListener("connection", (socket: Socket) => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
    shield.refresh();
    const now = shield.tls();
    if (now === undefined || now === current) return;
    server.setSecureContext(contextOf(now));
    current = now;
  });
  server.prependListener("secureConnection", (socket: TLSSocket) => {
    if (mayAsk(socket, current)) return;
    shield.cut("credentials");
    socket.destroy();
  });
  server.on("tlsClientError", () => shield.cut("handshake"));
  return {
    server,
    cutConnections() {
      server.closeAllConnections();
      for (const socket of sockets) socket.destroy();
    },
  };
}

/** True when the certificate that the client has shown, or has not, is enough. */
function mayAsk(socket: TLSSocket, { clientAuth, allowedSans }: TlsTerms): boolean {
  const certificate = socket.getPeerX509Certificate();
  switch (clientAuth) {
    case "NoClientCert":
    case "RequestClientCert":
      return true;
    case "RequireAnyClientCert":
    case "RequireClientCert":
      return certificate !== undefined;
    case "VerifyClientCertIfGiven":
      return certificate === undefined || socket.authorized;
    case "RequireAndVerifyClientCert": {
      if (certificate === undefined || !socket.authorized) return false;
      if (allowedSans.length === 0) return true;
      const names = subjectAltNames(certificate.subjectAltName);
      return allowedSans.some((san) => names.includes(plainAddress(san)));
    }
  }
}
