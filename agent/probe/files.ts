import {
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  openSync,
  readSync,
  readdirSync,
  readlinkSync,
  realpathSync,
  statSync,
  type Stats,
} from "node:fs";
import type { Read } from "../model/read.ts";
import { type FailureLog, failureOf, success } from "./failures.ts";

/**
 * Reads the host's files. Reads are synchronous: a /proc file answers from memory in some
 * 15 microseconds, a trip through the thread pool costs many times that. Files that may wait
 * for a lock of the process they describe are read elsewhere (see `memory.ts`).
 *
 * Paths may hold any byte: they are strings with one character a byte (latin1).
 */
export interface Files {
  /** The whole file; the buffer is used again by the next read. */
  bytes(path: string): Read<Buffer>;
  text(path: string): Read<string>;
  /**
   * The first `maxBytes` of a regular file at a path that anybody may have chosen. Anything else
   * there is not opened: a pipe would stop the agent, and some devices act when they are opened.
   */
  regular(path: string, maxBytes: number): Read<string>;
  /**
   * What a parser makes of a file that the kernel gives out in one piece, as it does those of
   * one process; `malformed` when it makes nothing of it.
   */
  parsed<T>(path: string, parse: (text: string) => T | undefined): Read<T>;
  /** Names in a directory, one character a byte. */
  names(path: string): Read<readonly string[]>;
  /** Where a symbolic link leads, one character a byte. */
  link(path: string): Read<string>;
  /** Where a path leads if it is a symbolic link; undefined for anything else, which is no failure. */
  linkIfAny(path: string): string | undefined;
  /** The same path without symbolic links. */
  realPath(path: string): Read<string>;
  /** What stands at a path, symbolic links followed. */
  stat(path: string): Read<Stats>;
}

const FIRST_BUFFER_BYTES = 64 * 1024;
const LARGEST_FILE_BYTES = 64 * 1024 * 1024;
/** open(2): names a file without opening it. Node has no constant for it. */
const O_PATH = 0o10_000_000;

/** Reads through one buffer that grows as needed; failures are counted in `log`. */
export function createFiles(log: FailureLog): Files {
  let buffer = Buffer.allocUnsafeSlow(FIRST_BUFFER_BYTES);

  function attempt<T>(path: string, read: (raw: string | Buffer) => T): Read<T> {
    try {
      return success(read(rawPath(path)));
    } catch (error) {
      return { ok: false, failure: log.count(failureOf(path, error)) };
    }
  }

  function readWhole(raw: string | Buffer): Buffer {
    const descriptor = openSync(raw, "r");
    try {
      let length = 0;
      for (;;) {
        if (length === buffer.length) grow();
        const read = readSync(descriptor, buffer, length, buffer.length - length, null);
        if (read === 0) return buffer.subarray(0, length);
        length += read;
      }
    } finally {
      closeSync(descriptor);
    }
  }

  function grow(): void {
    if (buffer.length >= LARGEST_FILE_BYTES) throw new RangeError("EFBIG");
    const larger = Buffer.allocUnsafeSlow(buffer.length * 4);
    buffer.copy(larger);
    buffer = larger;
  }

  function readRegular(raw: string | Buffer, maxBytes: number): string {
    const named = openSync(raw, O_PATH);
    try {
      if (!fstatSync(named).isFile()) throw new Error("not a regular file");
      // the same file, whatever stands at the path by now
      const way = `/proc/self/fd/${named}`;
      const descriptor = openSync(way, constants.O_RDONLY | constants.O_NONBLOCK);
      try {
        return buffer.toString("latin1", 0, readSync(descriptor, buffer, 0, maxBytes, null));
      } finally {
        closeSync(descriptor);
      }
    } finally {
      closeSync(named);
    }
  }

  function text(path: string): Read<string> {
    return attempt(path, (raw) => readWhole(raw).toString("latin1"));
  }

  function readOnce(raw: string | Buffer): string {
    const descriptor = openSync(raw, "r");
    try {
      return buffer.toString("latin1", 0, readSync(descriptor, buffer, 0, buffer.length, null));
    } finally {
      closeSync(descriptor);
    }
  }

  function parsed<T>(path: string, parse: (text: string) => T | undefined): Read<T> {
    const read = attempt(path, readOnce);
    if (!read.ok) return read;
    const value = parse(read.value);
    if (value !== undefined) return success(value);
    const why = JSON.stringify(read.value.slice(0, 80));
    return { ok: false, failure: log.count({ kind: "malformed", what: path, why }) };
  }

  return {
    bytes: (path) => attempt(path, readWhole),
    text,
    regular: (path, maxBytes) => attempt(path, (raw) => readRegular(raw, maxBytes)),
    parsed,
    names: (path) => attempt(path, (raw) => readdirSync(raw, "latin1")),
    link: (path) => attempt(path, (raw) => readlinkSync(raw, "latin1")),
    linkIfAny(path) {
      const link = attempt(path, (raw) => {
        const isLink = lstatSync(raw, { throwIfNoEntry: false })?.isSymbolicLink() === true;
        return isLink ? readlinkSync(raw, "latin1") : undefined;
      });
      return link.ok ? link.value : undefined;
    },
    realPath: (path) => attempt(path, (raw) => realpathSync.native(raw, "latin1")),
    stat: (path) => attempt(path, (raw) => statSync(raw)),
  };
}

const beyondAscii = /[^\0-\x7f]/;

/** Node takes strings as UTF-8; any other byte has to be handed over in a buffer. */
export function rawPath(path: string): string | Buffer {
  return beyondAscii.test(path) ? Buffer.from(path, "latin1") : path;
}

/** A path as people write it, as one character a byte. */
export function pathBytes(text: string): string {
  return Buffer.from(text, "utf8").toString("latin1");
}
