import type { RequestOptions } from "node:http";
import type { RequestOptions as TlsOptions } from "node:https";

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
export async function askSite(place: SitePlace, patienceMs: number): Promise<SiteAnswer> {
  let options: RequestOptions;
  try {
    options = optionsFor(place);
  } catch (error) {
    return { kind: "silent", why: error instanceof Error ? error.message : String(error) };
  }
  const isTls = options.protocol === "https:";
  // most sites are asked without TLS, and most commands ask none
  const { request: send } = isTls ? await import("node:https") : await import("node:http");
  return await new Promise((resolve) => {
    const silent = (why: string): void => resolve({ kind: "silent", why });
    const asked = send(options, (answer) => {
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

function optionsFor(place: SitePlace): RequestOptions | TlsOptions {
  const headers = { "User-Agent": "onemaster", Connection: "close" };
  // the agent of node:http keeps connections, and each of these shall be a client of its own
  const common = { agent: false, method: "GET" } as const;
  if (place.through === "socket") {
    const { path, url } = place;
    return { ...common, socketPath: path, path: url, headers: { ...headers, Host: "localhost" } };
  }
  const { protocol, hostname, port, pathname, search } = new URL(place.url);
  if (!/^https?:$/.test(protocol))
    throw new Error(`${place.url} is not asked: only http and https`);
  const host = place.host === null ? {} : { Host: place.host };
  return {
    ...common,
    protocol,
    // who answers is the question here, not whether its certificate is in order
    rejectUnauthorized: false,
    ...(place.host === null ? {} : { servername: place.host }),
    // a URL has an IPv6 address in brackets
    hostname: hostname.replace(/^\[|\]$/g, ""),
    port,
    path: `${pathname}${search}`,
    headers: { ...headers, ...host },
  };
}
