import { readFile, stat } from "node:fs/promises";
import { promisify } from "node:util";
import type { AptRun } from "../model/occurrence.ts";
import type { ReadFailure } from "../model/read.ts";
import { parseAptHistory } from "../parse/apt-history.ts";
import { hostClock } from "./error-log-reader.ts";
import { failureOf, logFiles } from "./log-files.ts";

/** What apt logged of its runs. */
export interface AptLog {
  /** Oldest first. */
  readonly runs: readonly AptRun[];
  /** Paragraphs that could not be read. */
  readonly malformed: number;
  readonly failures: readonly ReadFailure[];
}

/** apt starts a new file every month; one as large as this is something else. */
const largestBytes = 16 * 1024 * 1024;

/** Reads apt's history.log and its rotated files. A log that is not there has no runs. */
export async function readAptLog(path = "/var/log/apt/history.log"): Promise<AptLog> {
  const listed = await logFiles(path);
  if (!listed.ok) {
    // no folder: no Debian
    const failures = listed.failure.kind === "gone" ? [] : [listed.failure];
    return { runs: [], malformed: 0, failures };
  }
  const runs: AptRun[] = [];
  const failures: ReadFailure[] = [];
  let malformed = 0;
  for (const file of listed.value) {
    try {
      const history = parseAptHistory(await textOf(file), hostClock);
      runs.push(...history.runs);
      malformed += history.malformed;
    } catch (error) {
      const failure = failureOf(file, error);
      // rotated away just now, or never written
      if (failure.kind !== "gone") failures.push(failure);
    }
  }
  return { runs: runs.toSorted((one, other) => one.beganMs - other.beganMs), malformed, failures };
}

async function textOf(path: string): Promise<string> {
  const { size } = await stat(path);
  if (size > largestBytes) throw new Error(`${size} bytes, more than ${largestBytes}`);
  const bytes = await readFile(path);
  const zipped = bytes[0] === 0x1f && bytes[1] === 0x8b;
  const text = zipped ? await unzip(bytes) : bytes;
  return text.toString("utf8");
}

async function unzip(bytes: Buffer): Promise<Buffer> {
  // loaded here: most agents never meet a zipped log
  const { gunzip } = await import("node:zlib");
  return await promisify(gunzip)(bytes, { maxOutputLength: largestBytes });
}
