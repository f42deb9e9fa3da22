/** What the first bytes of an answer are. */
export type StatusLine =
  | { readonly kind: "status"; readonly status: number }
  | { readonly kind: "more" } // so far it may become one
  | { readonly kind: "other" }; // it is no HTTP

/** Longer than any reason phrase: a server that says more before the line ends speaks no HTTP. */
const LONGEST_LINE = 1_024;
const beginning = "HTTP/1.";

/**
 * Reads the status line of HTTP/1.0 or 1.1 (RFC 9112, section 4) from what has come so far, one
 * character a byte. The reason may be missing, with or without the blank before it.
 */
export function parseStatusLine(text: string): StatusLine {
  const end = text.indexOf("\n");
  if (end === -1) {
    const may =
      text.length <= LONGEST_LINE && beginning.startsWith(text.slice(0, beginning.length));
    return { kind: may ? "more" : "other" };
  }
  const status = /^HTTP\/1\.[01] ([1-5]\d\d)(?: [^\r\n]*)?\r?$/.exec(text.slice(0, end))?.[1];
  if (status === undefined || end > LONGEST_LINE) return { kind: "other" };
  return { kind: "status", status: Number(status) };
}
