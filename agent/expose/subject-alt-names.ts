import { isIPv6 } from "node:net";

/**
 * The names in `subjectAltName` of an X509Certificate, as the exporter-toolkit compares them: DNS
 * names, e-mail addresses, URIs, and IP addresses in their usual form. Node prints the entries
 * with `, ` between them and puts one that could be taken for several into JSON quotes.
 */
export function subjectAltNames(text: string | undefined): readonly string[] {
  const names: string[] = [];
  const entry = /(?:^|, )(DNS|email|URI|IP Address|[^:",]+):("(?:[^"\\]|\\.)*"|[^",]*)/gy;
  for (const [, kind, written = ""] of (text ?? "").matchAll(entry)) {
    const value: unknown = written.startsWith('"') ? JSON.parse(written) : written;
    if (typeof value !== "string") continue;
    if (kind === "IP Address") names.push(plainAddress(value));
    else if (kind === "DNS" || kind === "email" || kind === "URI") names.push(value);
  }
  return names;
}

/** `2001:DB8:0:0:0:0:0:1` to `2001:db8::1`; anything but IPv6 stays. */
export function plainAddress(address: string): string {
  return isIPv6(address) ? new URL(`http://[${address}]/`).hostname.slice(1, -1) : address;
}
