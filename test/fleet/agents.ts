import { createServer, type Server } from "node:http";
import type { RecordedPage } from "./record.ts";

/** A simulated agent: a real page at an address of its own. */
export interface SimulatedAgent {
  /** Its host's name in the fleet: label values that name the host carry it. */
  readonly name: string;
  readonly page: RecordedPage;
}

/** Many simulated agents that listen. */
export interface RunningAgents {
  /** `host:port` of each, in their order. */
  readonly addresses: readonly string[];
  /** How many pages they have given. */
  pages(): number;
  /** How many bytes those had, uncompressed. */
  bytes(): number;
  stop(): void;
}

const port = 10709;

/**
 * Lets each agent listen at an address below 127.64.0.0, all at one port, as hosts do. A counter
 * moves from page to page by what it moved between the two recordings, and a gauge goes to and fro
 * between them, so Prometheus has as much to store as from real ones; the time of the last scan is
 * now.
 */
export async function startAgents(agents: readonly SimulatedAgent[]): Promise<RunningAgents> {
  const addresses = agents.map((_, index) => `127.64.${index >> 8}.${index & 255}`);
  let given = 0;
  let bytes = 0;
  const servers: Server[] = [];
  for (const [index, agent] of agents.entries()) {
    const pageOf = mover(agent);
    const server = createServer((_, outgoing) => {
      const page = pageOf();
      given += 1;
      bytes += Buffer.byteLength(page);
      outgoing.writeHead(200, { "content-type": "text/plain; version=0.0.4; charset=utf-8" });
      outgoing.end(page);
    });
    servers.push(server);
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      server.listen(port, addresses[index], resolve);
    });
  }
  return {
    addresses: addresses.map((address) => `${address}:${port}`),
    pages: () => given,
    bytes: () => bytes,
    stop: () => {
      for (const server of servers) {
        server.closeAllConnections();
        server.close();
      }
    },
  };
}

/** Gives the page of an agent anew each time. */
function mover({ name, page: { first, second } }: SimulatedAgent): () => string {
  const later = new Map(samplesIn(second));
  const types = typesIn(first);
  const lines = first.split("\n").map((line) => {
    const [series, value] = sampleOf(line) ?? [];
    if (series === undefined || value === undefined) return () => line;
    const own = series.replace('socket="/var/www/', `socket="/srv/${name}/`);
    if (series === "onemaster_last_complete_scan_timestamp_seconds") {
      return () => `${own} ${Date.now() / 1000}`;
    }
    const step = (later.get(series) ?? value) - value;
    if (step === 0) return () => `${own} ${value}`;
    const family = series.replace(/\{.*/s, "").replace(/_(?:bucket|count|sum)$/, "");
    const counts = ["counter", "histogram"].includes(types.get(family) ?? "");
    return (turn: number) => `${own} ${value + step * (counts ? turn : turn % 2)}`;
  });
  let turn = 0;
  return () => {
    turn += 1;
    return lines.map((line) => line(turn)).join("\n");
  };
}

function sampleOf(line: string): readonly [series: string, value: number] | undefined {
  const at = line.lastIndexOf(" ");
  if (line === "" || line.startsWith("#") || at < 0) return undefined;
  return [line.slice(0, at), Number(line.slice(at + 1))];
}

function samplesIn(page: string): readonly (readonly [series: string, value: number])[] {
  return page.split("\n").flatMap((line) => {
    const sample = sampleOf(line);
    return sample === undefined ? [] : [sample];
  });
}

function typesIn(page: string): ReadonlyMap<string, string> {
  return new Map(
    [...page.matchAll(/^# TYPE (\S+) (\S+)$/gm)].map(([, name = "", type = ""]) => [name, type]),
  );
}
