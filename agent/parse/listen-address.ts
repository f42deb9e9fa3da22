import { wholeNumber } from "./whole-number.ts";

/** Where a server listens. */
export interface ListenAddress {
  /** A name or an address; IPv6 without its brackets. */
  readonly host: string;
  /** 0: any free port. */
  readonly port: number;
}

const largestPort = 65_535;

/**
 * Reads `HOST:PORT` or `[IPV6]:PORT`; undefined for everything else. The host must be
 * written out: `:PORT` would mean every interface without saying so.
 */
export function parseListenAddress(text: string): ListenAddress | undefined {
  const [, ipv6, name, portText] =
    /^(?:\[([0-9A-Fa-f.]*:[0-9A-Fa-f:.]*(?:%\w+)?)\]|([\w.-]+)):(\d{1,5})$/.exec(text) ?? [];
  const host = ipv6 ?? name;
  const port = wholeNumber(portText);
  if (host === undefined || port === undefined || port > largestPort) return undefined;
  return { host, port };
}
