import { constants } from "node:fs";
import { open } from "node:fs/promises";

/** Owner and group. */
export interface Ids {
  readonly uid: number;
  readonly gid: number;
}

/**
 * Gives a file or a folder to somebody, if it still belongs to whom it did. Resolves with why that
 * was not done, or undefined: it is theirs, also where it already was. A link is not followed, and
 * a file with several names is left: whoever may write in its folder could have made one of them.
 */
export async function giveTo(path: string, from: Ids, to: Ids): Promise<string | undefined> {
  try {
    const { O_RDONLY, O_NOFOLLOW, O_NONBLOCK } = constants;
    const file = await open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
    try {
      const found = await file.stat();
      if (found.uid === to.uid && found.gid === to.gid) return undefined;
      if (found.uid !== from.uid || found.gid !== from.gid) {
        return `${path} belongs to ${found.uid}:${found.gid} by now`;
      }
      if (!found.isFile() && !found.isDirectory()) return `${path} is no file and no folder`;
      if (found.isFile() && found.nlink !== 1) return `${path} has ${found.nlink} names`;
      await file.chown(to.uid, to.gid);
      return undefined;
    } finally {
      await file.close();
    }
  } catch (error) {
    return `${path}: ${error instanceof Error ? error.message : String(error)}`;
  }
}
