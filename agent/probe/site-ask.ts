import { request, type RequestOptions } from "node:http";

/** What came of one request: the status of the answer, or why there was none. */
export type SiteAnswer =
  | { readonly kind: "answered"; readonly status: number }
  | { readonly kind: "silent"; readonly why: string };

/** Where a site is asked: through its socket, or as its clients do. */
export type SitePlace =
  | { readonly through: "socket"; readonly path: string; readonly url: string }
  | { readonly through: "nginx"; readonly url: string; readonly host: string | null };

/**
 * Sends one GET, on a connection of its own, and waits for the whole answer. One that is cut off,
 * or not whole after `patienceMs`, is silence. Never rejects.
 */
export function askSite(place: SitePlace, patienceMs: number): Promise<SiteAnswer> {
  return new Promise((resolve) => {
    const silent = (why: string): void => resolve({ kind: "silent", why });
    let options: RequestOptions;
    try {
      options = optionsFor(place);
    } catch (error) {
      return silent(error instanceof Error ? error.message : String(error));
    }
    const asked = request(options, (answer) => {
      answer.resume();
      answer.once("error", (error) => silent(error.message));
      answer.once("end", () => {
        if (answer.complete) resolve({ kind: "answered", status: answer.statusCode ?? 0 });
        else silent("the answer was cut off");
      });
    });
    const timer = setTimeout(() => {
      silent(`no answer in ${patienceMs / 1000} s`);
      asked.destroy();
    }, patienceMs);
    asked.once("close", () => {
      clearTimeout(timer);
      silent("the connection was closed without an answer");
    });
    asked.once("error", (error: NodeJS.ErrnoException) => silent(error.code ?? error.message));
    asked.end();
  });
}

function optionsFor(place: SitePlace): RequestOptions {
  const headers = { "User-Agent": "onemaster", Connection: "close" };
  // the agent of node:http keeps connections, and each of these shall be a client of its own
  const common = { agent: false, method: "GET" } as const;
  if (place.through === "socket") {
    const { path, url } = place;
    return { ...common, socketPath: path, path: url, headers: { ...headers, Host: "localhost" } };
  }
  const { protocol, hostname, port, pathname, search } = new URL(place.url);
  if (protocol !== "http:") throw new Error(`${place.url} is not asked: only http is`);
  const host = place.host === null ? {} : { Host: place.host };
  return {
    ...common,
    // a URL has an IPv6 address in brackets
    hostname: hostname.replace(/^\[|\]$/g, ""),
    port,
    path: `${pathname}${search}`,
    headers: { ...headers, ...host },
  };
}
