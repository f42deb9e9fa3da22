import { readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { unfinishedName } from "./atomic-file.ts";
import { failureOf } from "./small-file.ts";

/** What a folder of records may hold. */
export interface FolderLimits {
  readonly count: number;
  readonly totalBytes: number;
}

/** A file of the folder that is no record as this version writes them. */
export interface UnreadRecord {
  readonly path: string;
  /** An error code or a sentence. */
  readonly reason: string;
}

/** Names of all its files; none of a folder that is not there. Rejects when it cannot be read. */
export async function namesIn(folder: string): Promise<readonly string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (failureOf(folder, error).kind === "gone") return [];
    throw error;
  }
}

/** Removes what an agent that was killed in the middle of a write left behind. */
export async function removeUnfinishedIn(folder: string): Promise<void> {
  for (const name of await namesIn(folder)) {
    if (unfinishedName.test(name)) await rm(join(folder, name), { force: true });
  }
}

/**
 * Removes records until the others are within the limits: of `names` the first first, but for
 * those that may not go. Rejects when one could not be removed.
 */
export async function removeOver(
  folder: string,
  names: readonly string[],
  limits: FolderLimits,
  mayGo: (name: string) => Promise<boolean>,
): Promise<void> {
  const sizes = await Promise.all(names.map(async (name) => (await stat(join(folder, name))).size));
  let bytes = sizes.reduce((sum, size) => sum + size, 0);
  let count = names.length;
  for (const [index, name] of names.entries()) {
    if (count <= limits.count && bytes <= limits.totalBytes) return;
    if (!(await mayGo(name))) continue;
    await rm(join(folder, name), { force: true });
    bytes -= sizes[index] ?? 0;
    count -= 1;
  }
}
