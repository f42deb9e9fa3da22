import { readFileSync, statSync, type Stats } from "node:fs";
import { SettingsError } from "./settings-error.ts";

/** Where settings come from. */
export interface SettingsSource {
  /** The file, as it is to be named in messages. */
  readonly path: string;
  /** False: the default place, where no file need be. */
  readonly mustExist: boolean;
  /** How another file is named, for the message that this one is not there. */
  readonly nameAnother?: string;
}

function errorCode(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : String(error);
}

function refuse(path: string, message: string): never {
  throw new SettingsError([`${path}: ${message}`]);
}

/** The sentence for a file that could not be opened, from an error code of stat(2) or open(2). */
function whyUnreadable(code: string, nameAnother: string): string {
  switch (code) {
    case "ENOENT":
    case "ENOTDIR":
      return `found no such file; create it, or name another with ${nameAnother}`;
    case "EACCES":
    case "EPERM":
      return "found a file this user may not read; run as another user or change its rights";
    default:
      return `could not be read (${code})`;
  }
}

function kindOf(stats: Stats): string {
  if (stats.isDirectory()) return "a directory";
  if (stats.isFIFO()) return "a pipe";
  if (stats.isSocket()) return "a socket";
  return "a device";
}

/** The text of the bytes, which must be UTF-8; a byte order mark is left out. */
function decode(path: string, bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
  }
  // latin1 keeps the bytes apart, and a line end is one byte in UTF-8 too
  const lines = Buffer.from(bytes).toString("latin1").split("\n");
  const index = lines.findIndex((line) => !isUtf8Line(line));
  return refuse(`${path}:${index + 1}:1`, "found bytes that are not UTF-8; save the file as UTF-8");
}

function isUtf8Line(latin1: string): boolean {
  const bytes = Buffer.from(latin1, "latin1");
  return Buffer.compare(Buffer.from(bytes.toString("utf8"), "utf8"), bytes) === 0;
}

/**
 * The bytes of a file; undefined where there is none and none need be. Throws a SettingsError for
 * what cannot be read and for what is no ordinary file.
 */
export function readSettingsBytes({
  path,
  mustExist,
  nameAnother = "--config FILE",
}: SettingsSource): Uint8Array | undefined {
  try {
    const stats = statSync(path);
    // a pipe would hold up the whole agent until somebody writes to it
    if (!stats.isFile()) return refuse(path, `found ${kindOf(stats)}; write the path of a file`);
    return readFileSync(path);
  } catch (error) {
    if (error instanceof SettingsError) throw error;
    const code = errorCode(error);
    if (!mustExist && code === "ENOENT") return undefined;
    return refuse(path, whyUnreadable(code, nameAnother));
  }
}

/** The text of a settings file: as `readSettingsBytes`, and it must be UTF-8. */
export function readSettingsText(source: SettingsSource): string | undefined {
  const bytes = readSettingsBytes(source);
  return bytes === undefined ? undefined : decode(source.path, bytes);
}
