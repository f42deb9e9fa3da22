import { readdir } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import type { Read } from "../model/read.ts";

/** More rotated files than logrotate keeps in ten years of days. */
const mostFiles = 4_000;

/**
 * The log itself, whether it is there or not, and what rotation left beside it: `.1`, `.2.gz`,
 * `-20261122`, `-20261122.gz` and the like, in no order. Fails when the folder cannot be listed.
 */
export async function logFiles(path: string): Promise<Read<readonly string[]>> {
  const folder = dirname(path);
  try {
    const name = basename(path);
    const rotated = (await readdir(folder)).filter(
      (entry) =>
        entry.startsWith(name) && /^[.-]\d[\d.-]*(?:\.gz)?$/.test(entry.slice(name.length)),
    );
    if (rotated.length > mostFiles) {
      const why = `${rotated.length} rotated files, more than ${mostFiles}`;
      return { ok: false, failure: { kind: "failed", what: path, why } };
    }
    return { ok: true, value: [path, ...rotated.map((entry) => join(folder, entry))] };
  } catch (error) {
    return { ok: false, failure: failureOf(folder, error) };
  }
}

/** Why a file or folder could not be read. */
export function failureOf(
  what: string,
  error: unknown,
): Extract<Read<never>, { ok: false }>["failure"] {
  const code = error instanceof Error && "code" in error ? String(error.code) : undefined;
  const why = code ?? (error instanceof Error ? error.message : String(error));
  if (code === "ENOENT") return { kind: "gone", what, why };
  if (code === "EACCES" || code === "EPERM") return { kind: "denied", what, why };
  // what zlib says of a file that is no gzip, or only the first part of one
  if (code?.startsWith("Z_") === true) return { kind: "malformed", what, why };
  return { kind: "failed", what, why };
}
