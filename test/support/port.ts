import { randomInt } from "node:crypto";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer } from "node:net";

/** Of these a user may have any. */
const FIRST = 10_000;

/**
 * A loopback port at which nobody listens. It is none of those that the kernel gives to whoever
 * connects somewhere (ip_local_port_range): such a one may be taken before it is used.
 */
export async function freePort(): Promise<number> {
  const range = readFileSync("/proc/sys/net/ipv4/ip_local_port_range", "latin1");
  const end = Number(/^\d+/.exec(range)?.[0]);
  for (;;) {
    const port = randomInt(FIRST, Math.max(end, FIRST + 1));
    if (await isFree(port)) return port;
  }
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer().listen(port, "127.0.0.1");
  try {
    await once(server, "listening");
  } catch {
    // taken: another is tried
    return false;
  }
  server.close();
  await once(server, "close");
  return true;
}
