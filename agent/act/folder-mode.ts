import { closeSync, constants, fchmodSync, fstatSync, openSync, type Stats } from "node:fs";

/** S_ISGID of inode(7): what is made in such a folder belongs to the folder's group. */
const SETGID = 0o2000;

/**
 * Gives a folder of this group the set-group-ID bit, so that what root makes in it is of its group
 * from its first instant. `before` is told the permission bits that it has, and says whether to go
 * on. Gives those bits; undefined: nothing is changed, as it is of another group, has the bit
 * already, `before` said no, or it failed. Never rejects.
 */
export async function setGroupBit(
  path: string,
  gid: number,
  before: (mode: number) => Promise<boolean>,
): Promise<number | undefined> {
  let descriptor: number | undefined;
  try {
    descriptor = openFolder(path);
    const { gid: own, mode } = fstatSync(descriptor);
    const bits = mode & 0o7777;
    if (own !== gid || (bits & SETGID) !== 0 || !(await before(bits))) return undefined;
    fchmodSync(descriptor, bits | SETGID);
    return bits;
  } catch {
    // told by the undefined: it is done without
    return undefined;
  } finally {
    if (descriptor !== undefined) closeSync(descriptor);
  }
}

/**
 * Puts a folder's permission bits back, if nobody has changed them since. Gives why that failed;
 * undefined: they are back, or left as somebody else has made them.
 */
export function putFolderMode(path: string, mode: number): string | undefined {
  let descriptor: number | undefined;
  try {
    descriptor = openFolder(path);
    const now: Stats = fstatSync(descriptor);
    if ((now.mode & 0o7777) === (mode | SETGID)) fchmodSync(descriptor, mode);
    return undefined;
  } catch (error) {
    return `the mode of ${path} could not be put back: ${String(error)}`;
  } finally {
    if (descriptor !== undefined) closeSync(descriptor);
  }
}

function openFolder(path: string): number {
  const { O_RDONLY, O_DIRECTORY, O_NOFOLLOW } = constants;
  return openSync(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
}
