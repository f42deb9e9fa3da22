import { lstat, mkdir, readlink } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import type { Stats } from "node:fs";
import type { Read } from "../model/read.ts";
import { failureOf, malformed } from "./small-file.ts";

/** As many links as the kernel follows in one path. */
const MOST_LINKS = 40;

/**
 * Whether nobody but root, or whoever runs this, can change what a path leads to: each folder and
 * each link on the way is theirs, and no folder lets others write, save one with the sticky bit,
 * in which only an owner removes. What is missing is `gone`. Never rejects.
 */
export async function readsAsRoots(path: string): Promise<Read<undefined>> {
  return await walk(resolve(path), { left: MOST_LINKS });
}

/** Makes a folder with mode 0700 where it is missing. Rejects unless it `readsAsRoots`. */
export async function makeOwnFolder(path: string): Promise<void> {
  await mkdir(path, { recursive: true, mode: 0o700 });
  const { ok, failure } = { failure: undefined, ...(await readsAsRoots(path)) };
  if (!ok) throw new Error(`${failure?.what ?? path}: ${failure?.why ?? "not told"}`);
}

async function walk(path: string, links: { left: number }): Promise<Read<undefined>> {
  const above = dirname(path);
  if (above !== path) {
    const read = await walk(above, links);
    if (!read.ok) return read;
  }
  let found: Stats;
  try {
    found = await lstat(path);
  } catch (error) {
    return { ok: false, failure: failureOf(path, error) };
  }
  if (found.uid !== 0 && found.uid !== process.geteuid?.()) {
    return malformed(path, `it belongs to user ${found.uid}, who could put anything there`);
  }
  if (!found.isSymbolicLink()) {
    const why = whyShared(found);
    return why === undefined ? { ok: true, value: undefined } : malformed(path, why);
  }
  links.left -= 1;
  if (links.left < 0) return malformed(path, "it leads through too many links");
  return await walk(resolve(above, await readlink(path)), links);
}

function whyShared(found: Stats): string | undefined {
  if (!found.isDirectory()) return "it is no folder";
  const byOthers = (found.mode & 0o002) !== 0 || ((found.mode & 0o020) !== 0 && found.gid !== 0);
  const isSticky = (found.mode & 0o1000) !== 0;
  return byOthers && !isSticky ? "others than root may write there" : undefined;
}
