import type { ListenerRow } from "../model/listener.ts";
import { wholeNumber } from "./whole-number.ts";

// unix_seq_show in net/unix/af_unix.c: "%pK: %08X %08X %08X %04X %02X %5lu", then " NAME"
const row = /^(?:[0-9a-fA-F]+|\(\S+\)):(?: [0-9A-F]{8}){3} [0-9A-F]{4} [0-9A-F]{2} +\d+(?: |$)/;
const listenerRow =
  /^(?:[0-9a-fA-F]+|\(\S+\)):(?: [0-9A-F]{8}){2} 00010000 0001 01 +(\d+)(?: ([^]*))?$/;

/** Flags __SO_ACCEPTCON, type SOCK_STREAM, state SS_UNCONNECTED: what every listener's row has. */
const listenerMark = " 00010000 0001 01 ";

/** sun_path, the longest name: longer ones are no name. */
const longestName = 108;

const newline = 0x0a;
const blank = 0x20;
const zero = 0x30;
const nine = 0x39;

/**
 * The named stream listeners of /proc/PID/net/unix, and how many rows looked like one but
 * were not. Names are raw bytes as latin1: blanks and tabs are kept, and a line that is no
 * row continues the name of the row before it. Abstract names begin with "@", like those of
 * files named so.
 *
 * Any user can bind a name with a newline in it and so write rows of their own here: take a
 * row as a hint until the fd link of some process carries its inode. Of two rows with one
 * inode, which the kernel never prints, the first is kept as contested and the other counted.
 *
 * Searches the bytes for the columns of a listener and looks only at those lines closely:
 * most of some thousand rows are connections, and this runs on every scan.
 */
export function parseListeners(bytes: Buffer): {
  readonly rows: readonly ListenerRow[];
  readonly malformed: number;
} {
  const rows = new Map<number, ListenerRow>();
  let malformed = 0;
  let mark = bytes.indexOf(listenerMark, 0, "latin1");
  while (mark >= 0) {
    const start = bytes.lastIndexOf(newline, mark) + 1;
    const line = lineAt(bytes, start);
    let next = start + line.length + 1;
    const columns = listenerRow.exec(line);
    if (columns !== null) {
      const inode = wholeNumber(columns[1]) ?? 0;
      const whole = withContinuation(bytes, columns[2] ?? "", next);
      next = whole.next;
      // the kernel prints no listener without an inode and none without a name
      const known = rows.get(inode);
      if (inode === 0 || whole.name === "") malformed += 1;
      else if (known === undefined) rows.set(inode, { inode, name: whole.name });
      else {
        malformed += 1;
        if (known.name !== whole.name) rows.set(inode, { ...known, contested: true });
      }
    } else if (!row.test(line)) {
      malformed += 1; // else the mark is part of the name of some other socket
    }
    mark = bytes.indexOf(listenerMark, next, "latin1");
  }
  return { rows: [...rows.values()], malformed };
}

/**
 * True when `bytes` holds as many listeners as `known`, all with known inodes. Then parsing
 * would give the same rows again, at ten times the cost: a socket keeps its name for life.
 */
export function hasSameListeners(
  bytes: Buffer,
  known: { readonly size: number; has(inode: number): boolean },
): boolean {
  let seen = 0;
  let mark = bytes.indexOf(listenerMark, 0, "latin1");
  while (mark >= 0) {
    seen += 1;
    if (seen > known.size || !known.has(inodeAfter(bytes, mark))) return false;
    mark = bytes.indexOf(listenerMark, mark + listenerMark.length, "latin1");
  }
  return seen === known.size;
}

/** The number after the mark and any blanks; 0, which no listener has, when there is none. */
function inodeAfter(bytes: Buffer, mark: number): number {
  let at = mark + listenerMark.length;
  while (bytes[at] === blank) at += 1;
  let inode = 0;
  for (let digit = bytes[at]; digit !== undefined && digit >= zero && digit <= nine;) {
    inode = inode * 10 + digit - zero;
    at += 1;
    digit = bytes[at];
  }
  return inode;
}

/** The line that starts at `start`, without its newline. */
function lineAt(bytes: Buffer, start: number): string {
  const end = bytes.indexOf(newline, start);
  return bytes.toString("latin1", start, end < 0 ? bytes.length : end);
}

/** The whole name of a row whose first line was read, and where the line after it starts. */
function withContinuation(
  bytes: Buffer,
  firstLine: string,
  from: number,
): { name: string; next: number } {
  let name = firstLine;
  let next = from;
  while (next < bytes.length) {
    const line = lineAt(bytes, next);
    if (name.length + 1 + line.length > longestName || row.test(line)) break;
    name += `\n${line}`;
    next += line.length + 1;
  }
  return { name, next };
}
