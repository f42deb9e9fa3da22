import { once } from "node:events";
import { createServer, connect, type Socket } from "node:net";
import { onTestFinished } from "vitest";

/** What a gate does with whoever comes. */
export type GateMode =
  | "shut" // hangs up, as a host does on which nobody listens
  | "silent" // takes the connection and never says a word
  | { readonly to: string }; // passes everything on to this URL

/** An address that stands whatever is behind it. Ends with the test. */
export interface Gate {
  readonly url: string;
  /** From now on; connections that stand are cut. */
  set(mode: GateMode): void;
  /** Connections that stand now. */
  held(): number;
}

/** Opens a gate at a free port of loopback. */
export async function openGate(initial: GateMode): Promise<Gate> {
  let mode = initial;
  const standing = new Set<Socket>();

  function keep(socket: Socket): void {
    standing.add(socket);
    socket.on("close", () => standing.delete(socket));
    socket.on("error", () => socket.destroy());
  }

  const server = createServer((incoming) => {
    keep(incoming);
    if (mode === "shut") incoming.destroy();
    else if (mode === "silent") incoming.resume();
    else {
      const { hostname, port } = new URL(mode.to);
      const outgoing = connect(Number(port), hostname);
      keep(outgoing);
      incoming.pipe(outgoing).pipe(incoming);
    }
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  const cut = (): void => standing.forEach((socket) => socket.destroy());
  onTestFinished(() => {
    cut();
    server.close();
  });
  return {
    url: `http://127.0.0.1:${port}`,
    set(next) {
      mode = next;
      cut();
    },
    held: () => standing.size,
  };
}
