import type { Binding } from "../model/listener.ts";
import { wholeNumber } from "./whole-number.ts";

/** The first columns of a row: netid, state, receive queue, send queue, and then the name. */
const head = /^(\w+) +(\w+) +\d+ +\d+ +([^]*)$/;

/**
 * The last columns of a row: inode, peer, and from netlink also the shutdown marks, the bound
 * file, and the inodes of connections that wait to be accepted.
 */
const tail = / (\d+) +\* \d+( [<-]-[>-](?: ino:(\d+) dev:(\d+)\/(\d+))?(?: peers:(?: \d+)*)?)? *$/;

const largestInode = 0xffff_ffff;
// what is left of the kernel's 32 bits (12 of major, 20 of minor) after glibc's macros
const largestPrintedMajor = 0xfff;
const largestPrintedMinor = 0xf_ffff;

/**
 * The files that stream listeners are bound to, by the listener's socket inode, from
 * `ss -xlHe` of iproute2 6.1 and newer; and how many records made no sense.
 *
 * Names are printed raw and may hold newlines, so a record ends where the last columns stand
 * at the end of a line. A hostile name can still forge a whole record; but the kernel tells
 * of each socket once, so two different answers for one inode make it `unknown`.
 *
 * Where ss cannot use netlink it prints rows from /proc/net/unix all the same. They lack the
 * shutdown marks (`<->`) and the files, so they are `unknown`.
 */
export function parseSsBindings(bytes: Buffer): {
  readonly bindings: ReadonlyMap<number, Binding>;
  readonly malformed: number;
} {
  const bindings = new Map<number, Binding>();
  let malformed = 0;
  let record: string[] = [];
  for (const line of bytes.toString("latin1").split("\n")) {
    record.push(line);
    const end = tail.exec(line);
    if (end === null) continue;
    const answer = readRecord(record, end);
    record = [];
    if (!answer.sound) malformed += 1;
    if (!answer.listening) continue;
    const earlier = bindings.get(answer.inode);
    if (earlier === undefined) {
      bindings.set(answer.inode, answer.binding);
    } else if (!sameBinding(earlier, answer.binding)) {
      malformed += 1;
      bindings.set(answer.inode, unknown("ss printed two different answers for this socket"));
    }
  }
  // after the last record comes nothing but the end of its line
  if (record.some((line) => line !== "")) malformed += 1;
  return { bindings, malformed };
}

/** `sound`: false when the record counts as malformed, whether or not it gave an answer. */
type Answer =
  | { readonly listening: false; readonly sound: boolean }
  | {
      readonly listening: true;
      readonly sound: boolean;
      readonly inode: number;
      readonly binding: Binding;
    };

function readRecord(record: readonly string[], end: RegExpExecArray): Answer {
  const starts = record.map((line) => head.exec(line)).filter((start) => start !== null);
  // The first line must be the only start: others are a hostile name or a row that lost its
  // end, and which of the two cannot be told. The last columns are right in both cases.
  const sound = starts.length === 1 && head.test(record.join("\n"));
  const inode = wholeNumber(end[1]);
  if (inode === undefined) return { listening: false, sound: false };
  if (starts.length === 0) {
    return { listening: true, sound, inode, binding: unknown("the start of ss's row is missing") };
  }
  const listeners = starts.filter((start) => start[1] === "u_str" && start[2] === "LISTEN");
  if (listeners.length === 0) return { listening: false, sound };
  if (end[3] !== undefined) {
    const binding = boundFile(end[3], end[4], end[5]);
    return { listening: true, sound: sound && binding.kind === "file", inode, binding };
  }
  const netlink = end[2] !== undefined;
  if (!netlink) {
    const why = "ss could not use netlink, which alone tells the bound file";
    return { listening: true, sound, inode, binding: unknown(why) };
  }
  if (!listeners.every((start) => start[3]?.startsWith("@"))) {
    const why = "ss named no file for a name that is not abstract";
    return { listening: true, sound: false, inode, binding: unknown(why) };
  }
  return { listening: true, sound, inode, binding: { kind: "none" } };
}

/**
 * The kernel's device number is major<<20 | minor, and ss takes it apart with glibc's macros,
 * which expect another layout: this undoes them.
 */
function boundFile(
  inodeText: string,
  majorText: string | undefined,
  minorText: string | undefined,
): Binding {
  const inode32 = wholeNumber(inodeText) ?? Infinity;
  const printedMajor = wholeNumber(majorText) ?? Infinity;
  const printedMinor = wholeNumber(minorText) ?? Infinity;
  if (
    inode32 > largestInode ||
    printedMajor > largestPrintedMajor ||
    printedMinor > largestPrintedMinor
  ) {
    return unknown("ss printed an inode or a device out of range");
  }
  const deviceMajor = printedMinor >> 8;
  const deviceMinor = (printedMajor << 8) | (printedMinor & 0xff);
  return { kind: "file", file: { inode32, deviceMajor, deviceMinor } };
}

function unknown(why: string): Binding {
  return { kind: "unknown", why };
}

function sameBinding(one: Binding, other: Binding): boolean {
  if (one.kind !== "file" || other.kind !== "file") return one.kind === other.kind;
  return (
    one.file.inode32 === other.file.inode32 &&
    one.file.deviceMajor === other.file.deviceMajor &&
    one.file.deviceMinor === other.file.deviceMinor
  );
}
