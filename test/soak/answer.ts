import { get } from "node:http";
import type { ContainerHost } from "../testbed/host.ts";

/**
 * Asks at a socket's path, as nginx does, and answers the pid of the master whose worker
 * answered, as the host counts pids. Rejects when nobody answers within ten seconds.
 */
export function masterAnswering(host: ContainerHost, path: string): Promise<number> {
  // through the root of the container, so that no program has to be started in it
  const socketPath = `/proc/${host.initPid}/root${path}`;
  return new Promise((resolve, reject) => {
    const request = get({ socketPath, path: "/", agent: false, timeout: 10_000 }, (response) => {
      let body = "";
      response.setEncoding("utf8").on("data", (text: string) => {
        body += text;
      });
      response.once("end", () => {
        const said: unknown = JSON.parse(body);
        const parent =
          typeof said === "object" && said !== null && "parent" in said ? said.parent : undefined;
        if (typeof parent === "number") {
          resolve(parent);
        } else {
          reject(new Error(`${host.name}: no answer of the application: ${body}`));
        }
      });
    });
    request.once("timeout", () => request.destroy(new Error("no answer in time")));
    request.once("error", reject);
  });
}
