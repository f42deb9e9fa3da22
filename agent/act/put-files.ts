import { constants } from "node:fs";
import {
  chmod,
  chown,
  copyFile,
  lstat,
  mkdir,
  open,
  readFile,
  readlink,
  rename,
  rm,
  rmdir,
  symlink,
  unlink,
  utimes,
} from "node:fs/promises";
import { basename, dirname, join } from "node:path";

/** What stands at a path, links not followed. */
export type Standing = "nothing" | "file" | "link" | "other";

/** What stands at a path. Rejects when that cannot be told. */
export async function standing(path: string): Promise<Standing> {
  try {
    const found = await lstat(path);
    if (found.isSymbolicLink()) return "link";
    return found.isFile() ? "file" : "other";
  } catch (error) {
    if (codeOf(error) === "ENOENT" || codeOf(error) === "ENOTDIR") return "nothing";
    throw error;
  }
}

/** SHA-256 of a file's bytes, in hex. Rejects when it cannot be read. */
export async function hashOf(path: string): Promise<string> {
  return await hashOfText(await readFile(path));
}

/** SHA-256 of a text in UTF-8, or of bytes, in hex. */
export async function hashOfText(text: string | Buffer): Promise<string> {
  // loaded where it is needed: most of what this program does needs none of it
  const { createHash } = await import("node:crypto");
  return createHash("sha256").update(text).digest("hex");
}

/**
 * Writes a file so that there is the old one, or none, or the new one, whole and on disk. What
 * stands there is replaced. Owner is whoever runs this. Folders above it are made, with mode 0755.
 * Rejects when it could not be written, or not be brought to disk.
 */
export async function putFile(path: string, text: string, mode: number): Promise<void> {
  await makeFolders(dirname(path));
  await atomically(path, async (temporary) => {
    const { O_WRONLY, O_CREAT, O_EXCL, O_NOFOLLOW } = constants;
    const file = await open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0o600);
    try {
      await file.writeFile(text);
      await file.chmod(mode);
      await file.sync();
    } finally {
      await file.close();
    }
  });
}

/**
 * Copies a file, or a symbolic link as such, with owner, permissions and times, so that it appears
 * whole. What stands at `to` is replaced. Rejects like `putFile`, and for anything else at `from`.
 */
export async function copyWhole(from: string, to: string): Promise<void> {
  await makeFolders(dirname(to));
  await atomically(to, async (temporary) => {
    const found = await lstat(from);
    if (found.isSymbolicLink()) return await symlink(await readlink(from), temporary);
    if (!found.isFile()) throw new Error(`${from} is no regular file`);
    await copyFile(from, temporary, constants.COPYFILE_EXCL);
    await chown(temporary, found.uid, found.gid);
    await chmod(temporary, found.mode & 0o7777);
    await utimes(temporary, found.atime, found.mtime);
    await syncPath(temporary);
  });
}

/** True when both are links that lead to the same, or files with the same bytes. */
export async function isSameFile(one: string, other: string): Promise<boolean> {
  const [first, second] = [await standing(one), await standing(other)];
  if (first !== second) return false;
  if (first === "link") return (await readlink(one)) === (await readlink(other));
  return first === "file" && (await hashOf(one)) === (await hashOf(other));
}

/** Makes a symbolic link. One that leads there is fine; rejects where anything else stands. */
export async function putLink(path: string, target: string): Promise<void> {
  await makeFolders(dirname(path));
  if ((await standing(path)) === "link" && (await readlink(path)) === target) return;
  await symlink(target, path);
  await syncPath(dirname(path));
}

/** Removes a symbolic link that leads there. Gives whether there was one; others are left. */
export async function takeLink(path: string, target: string): Promise<boolean> {
  if ((await standing(path)) !== "link" || (await readlink(path)) !== target) return false;
  await takeFile(path);
  return true;
}

/** Gives a file another name in its folder, which takes no space; what has that name is replaced. */
export async function renameFile(path: string, name: string): Promise<void> {
  await rename(path, join(dirname(path), name));
  await syncPath(dirname(path));
}

/** Removes a file; one that is gone is fine. */
export async function takeFile(path: string): Promise<void> {
  await rm(path, { force: true });
  await syncPath(dirname(path));
}

/** Removes a folder where nothing is in it; one that is gone or holds something is left. */
export async function takeEmptyFolder(path: string): Promise<void> {
  try {
    await rmdir(path);
  } catch (error) {
    const code = codeOf(error);
    if (code !== "ENOENT" && code !== "ENOTEMPTY") throw error;
  }
}

/** Makes a folder that its owner alone enters, and those above it; one that is there becomes so. */
export async function makePrivateFolder(path: string): Promise<void> {
  await mkdir(path, { recursive: true, mode: 0o700 });
  await chmod(path, 0o700);
}

/** Folders above a unit's file: readable for all, as systemd's own are. */
async function makeFolders(path: string): Promise<void> {
  await mkdir(path, { recursive: true, mode: 0o755 });
}

/**
 * The temporary name begins with a dot and ends in no suffix of a unit, so that neither systemd nor
 * its generator of init scripts takes it for anything.
 */
async function atomically(path: string, make: (temporary: string) => Promise<void>): Promise<void> {
  const { randomBytes } = await import("node:crypto");
  const temporary = join(dirname(path), `.${basename(path)}.${randomBytes(6).toString("hex")}`);
  try {
    await make(temporary);
    await rename(temporary, path);
  } catch (error) {
    // whatever comes of this, the first error says more
    await unlink(temporary).catch(() => undefined);
    throw error;
  }
  await syncPath(dirname(path));
}

/** What was written must outlive a crash of the host: the record says that it was done. */
async function syncPath(path: string): Promise<void> {
  const handle = await open(path, constants.O_RDONLY);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && "code" in error ? error.code : undefined;
}
