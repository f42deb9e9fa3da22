import { isIP } from "node:net";

/**
 * True when a request with this Host header may be answered. A server on a loopback address
 * takes only names that lead there: otherwise a web page whose name was made to resolve to
 * 127.0.0.1 (DNS rebinding) could read the answers from a browser on this host. An IP
 * address cannot be rebound. A server on another address may have any name.
 */
export function hostIsOurs(header: string | undefined, listenHost: string): boolean {
  if (!isLoopback(listenHost) || header === undefined) return true;
  const name = hostnameOf(header);
  return isIP(name) !== 0 || name === "localhost" || name === listenHost.toLowerCase();
}

function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || (isIP(host) === 4 && host.startsWith("127."));
}

/** `[::1]:10709` to `::1`, `Localhost.:80` to `localhost`. */
function hostnameOf(header: string): string {
  const bracketed = /^\[([^\]]*)\](?::\d*)?$/.exec(header);
  if (bracketed !== null) return bracketed[1] ?? "";
  return header.replace(/:\d*$/, "").replace(/\.$/, "").toLowerCase();
}
