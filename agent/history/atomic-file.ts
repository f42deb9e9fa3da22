import { constants } from "node:fs";
import { mkdir, open, rename, rm } from "node:fs/promises";
import { join } from "node:path";

/** Names of files that an agent was still writing: a hidden one with its pid at the end. */
export const unfinishedName: RegExp = /^\..+\.\d+$/;

/**
 * Writes a file so that a reader, or an agent after a crash of the host, finds the old one or the
 * new one, never a part. Mode 0640; the folder is made with mode 0750 where it is missing. Rejects
 * when it could not be written, and then the old one is still there. Of one file, one write at a
 * time.
 */
export async function writeAtomically(folder: string, name: string, text: string): Promise<void> {
  await makeFolder(folder);
  const unfinished = join(folder, `.${name.replace(/\.json$/, "")}.${process.pid}`);
  try {
    // one that an agent of this pid left; what appears here after that is another's, and not used
    await rm(unfinished, { force: true });
    const { O_WRONLY, O_CREAT, O_EXCL, O_NOFOLLOW } = constants;
    const file = await open(unfinished, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0o640);
    try {
      await file.writeFile(text);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(unfinished, join(folder, name));
  } catch (error) {
    await rm(unfinished, { force: true });
    throw error;
  }
  await syncFolder(folder);
}

/** Node's recursive mkdir says ENOENT where the file system is read-only, so it is asked last. */
async function makeFolder(folder: string): Promise<void> {
  const mode = 0o750;
  try {
    await mkdir(folder, { mode });
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : undefined;
    if (code === "ENOENT") await mkdir(folder, { recursive: true, mode });
    else if (code !== "EEXIST") throw error;
  }
}

/** A change of names in a folder must outlive a crash of the host as well. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
