import { createReadStream } from "node:fs";
import { open, stat } from "node:fs/promises";
import type { ReadFailure } from "../model/read.ts";
import { lineReader, type LocalClock } from "../parse/error-log-line.ts";
import { scanErrorLog, type ErrorLogContent } from "../parse/error-log.ts";
import { failureOf, logFiles } from "./log-files.ts";

/** One file of an error.log, read as far as it could be. */
export interface ErrorLogFile {
  readonly path: string;
  readonly content: ErrorLogContent;
  /** The last line had no end yet, or never got one; it was not looked at. */
  readonly torn: boolean;
  /** Lines of which only the beginning was looked at. */
  readonly overlong: number;
  /** Why reading stopped before the end; what was read before stands. */
  readonly failure: ReadFailure | undefined;
}

/** How to read an error.log. */
export interface ErrorLogReading {
  /** Called now and then with the bytes read so far, compressed ones as they lie on disk. */
  readonly onProgress?: (bytes: number) => void;
}

/** Enough for a year of restarts every minute; some 60 MB. */
const mostMarks = 500_000;
/** Far more than the longest line that matters here. */
const longestLine = 16_384;
const chunkBytes = 256 * 1024;
/** How much of a file is searched for its first line of gunicorn. */
const peekBytes = 1024 * 1024;

/** Lines of gunicorn 19.0 and 19.1 name no offset from UTC: it is taken from this host's zone. */
export const hostClock: LocalClock = (wallMs) => {
  const shown = new Date(wallMs);
  return new Date(
    shown.getUTCFullYear(),
    shown.getUTCMonth(),
    shown.getUTCDate(),
    shown.getUTCHours(),
    shown.getUTCMinutes(),
    shown.getUTCSeconds(),
  ).getTime();
};

/**
 * Reads an error.log and its rotated files, oldest first by what is in them. Reads each once, in
 * pieces; memory does not grow with their size. Never rejects for what a file is like: that is
 * told for each.
 */
export async function readErrorLog(
  path: string,
  reading: ErrorLogReading = {},
): Promise<readonly ErrorLogFile[]> {
  const listed = await logFiles(path);
  if (!listed.ok) return [{ ...nothing(path), failure: listed.failure }];
  const files: { readonly path: string; readonly firstMs: number }[] = [];
  for (const file of listed.value) files.push({ path: file, firstMs: await firstMsOf(file) });
  const masters = new Set<number>();
  const read: ErrorLogFile[] = [];
  let bytes = 0;
  for (const file of files.toSorted((one, other) => one.firstMs - other.firstMs)) {
    const scan = scanErrorLog({
      localClock: hostClock,
      masters,
      maxMarks: Math.ceil(mostMarks / files.length),
    });
    const { failure, torn, overlong } = await eachLine(file.path, {
      line: scan.add,
      chunk: (size) => reading.onProgress?.((bytes += size)),
      stopped: () => false,
    });
    read.push({ path: file.path, content: scan.finish(), torn, overlong, failure });
  }
  return read;
}

function nothing(path: string): ErrorLogFile {
  const masters = new Set<number>();
  const content = scanErrorLog({ localClock: hostClock, masters, maxMarks: 1 }).finish();
  return { path, content, torn: false, overlong: 0, failure: undefined };
}

interface LineSink {
  line(text: string): void;
  /** With the size of what was read from the disk. */
  chunk(bytes: number): void;
  stopped(): boolean;
}

interface LinesRead {
  readonly failure: ReadFailure | undefined;
  readonly torn: boolean;
  readonly overlong: number;
}

/** Hands over every line that has an end, one character a byte. */
async function eachLine(path: string, sink: LineSink): Promise<LinesRead> {
  let rest = "";
  let overlong = 0;
  let cut = false;
  function take(text: string): void {
    let from = 0;
    for (let end = text.indexOf("\n"); end >= 0; end = text.indexOf("\n", from)) {
      const line = rest === "" ? text.slice(from, end) : rest + text.slice(from, end);
      sink.line(line);
      rest = "";
      cut = false;
      from = end + 1;
    }
    if (rest.length < longestLine) rest += text.slice(from, from + longestLine);
    else if (!cut) {
      cut = true;
      overlong += 1;
    }
  }
  try {
    const { file, stream } = await opened(path);
    let bytes = 0;
    for await (const chunk of stream) {
      if (sink.stopped()) break;
      sink.chunk(file.bytesRead - bytes);
      bytes = file.bytesRead;
      take(String(chunk));
    }
    file.destroy();
    return { failure: undefined, torn: rest !== "", overlong };
  } catch (error) {
    return { failure: failureOf(path, error), torn: rest !== "", overlong };
  }
}

async function opened(
  path: string,
): Promise<{ file: ReturnType<typeof createReadStream>; stream: AsyncIterable<unknown> }> {
  // a fifo would never end, a folder is no log
  if (!(await stat(path)).isFile()) throw new Error("is no file");
  // before there is a stream, whose errors somebody would have to hear meanwhile
  // zlib is loaded here: an agent never reads what was rotated
  const zlib = (await isGzip(path)) ? await import("node:zlib") : undefined;
  const file = createReadStream(path, { highWaterMark: chunkBytes });
  if (zlib === undefined) return { file, stream: file.setEncoding("latin1") };
  const unzipped = zlib.createGunzip({ chunkSize: chunkBytes }).setEncoding("latin1");
  file.on("error", (error) => unzipped.destroy(error));
  return { file, stream: file.pipe(unzipped) };
}

async function isGzip(path: string): Promise<boolean> {
  const handle = await open(path);
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(2), 0, 2, 0);
    return bytesRead === 2 && buffer[0] === 0x1f && buffer[1] === 0x8b;
  } finally {
    await handle.close();
  }
}

/** When the first line of gunicorn near the file's beginning was written; else far in the past. */
async function firstMsOf(path: string): Promise<number> {
  const read = lineReader(hostClock);
  let firstMs = -Infinity;
  let bytes = 0;
  await eachLine(path, {
    line: (text) => {
      bytes += text.length + 1;
      if (firstMs === -Infinity) firstMs = read(text)?.atMs ?? -Infinity;
    },
    chunk: () => undefined,
    stopped: () => firstMs !== -Infinity || bytes > peekBytes,
  });
  return firstMs;
}
