import { createServer } from "node:http";
import { onTestFinished } from "vitest";
import type { TestHost } from "../testbed/test-host.ts";

/**
 * Hands requests on to the agent of a host, which listens at that host's loopback alone, and gives
 * the address where it does. Ends with the test. Who asks gets 502 while the agent does not answer.
 */
export async function relayTo(host: TestHost): Promise<string> {
  const server = createServer((incoming, outgoing) => {
    const url = `http://127.0.0.1:10709${incoming.url}`;
    const answer = async (): Promise<void> => {
      const { exitCode, stdout } = await host.attempt(["curl", "--silent", "--fail", url]);
      outgoing.writeHead(exitCode === 0 ? 200 : 502, { "content-type": "text/plain" });
      outgoing.end(stdout);
    };
    answer().catch((error: unknown) => outgoing.destroy(new Error(String(error))));
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", resolve);
  });
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  if (typeof address !== "object" || address === null) throw new Error("a relay without a port");
  return `127.0.0.1:${address.port}`;
}
