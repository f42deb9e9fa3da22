import { escapeUnprintable } from "./path-text.ts";
import { wholeNumber } from "./whole-number.ts";

/** What a pidfile says. */
export type PidfileText =
  | { readonly kind: "pid"; readonly pid: number }
  | { readonly kind: "empty" }
  /** The start of what stands there instead, at most 40 characters, printable. */
  | { readonly kind: "malformed"; readonly text: string };

/** PID_MAX_LIMIT of the kernel on 64 bits. */
const largestPid = 4_194_304;

const longestQuote = 40;

/**
 * Reads a pidfile as gunicorn does, with Python's int(): white space around the number, a
 * plus sign and leading zeros are allowed. Nobody is named by 0 or a negative number, which
 * kill(2) takes for process groups.
 */
export function parsePidfile(text: string): PidfileText {
  const trimmed = text.trim();
  if (trimmed === "") return { kind: "empty" };
  const pid = wholeNumber(trimmed.replace(/^\+/, ""));
  if (pid !== undefined && pid >= 1 && pid <= largestPid) return { kind: "pid", pid };
  // cut first: the file may be of any size
  const quoted = escapeUnprintable(trimmed.slice(0, longestQuote)).slice(0, longestQuote);
  return { kind: "malformed", text: quoted };
}
