import {
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  openSync,
  statSync,
  type Stats,
} from "node:fs";
import type { FileNow } from "../model/acting.ts";
import type { PinnedFolder } from "./parts.ts";
import { doneOf } from "./call-failure.ts";

/**
 * Opens a directory and reaches all names in it through the descriptor: what its path is made to
 * name afterwards does not matter. Undefined: it cannot be opened, its last part is a link, its
 * identity cannot be told, or /proc does not lead to it.
 */
export function pinFolder(path: string): PinnedFolder | undefined {
  let descriptor: number | undefined;
  try {
    const { O_RDONLY, O_DIRECTORY, O_NOFOLLOW } = constants;
    descriptor = openSync(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
    const own = fstatSync(descriptor);
    const within = statSync(pathOf(descriptor));
    if (isExact(own) && own.dev === within.dev && own.ino === within.ino) {
      return createPinned(descriptor, own);
    }
  } catch {
    // told by the undefined below
  }
  if (descriptor !== undefined) closeSync(descriptor);
  return undefined;
}

function createPinned(descriptor: number, { dev, ino }: Stats): PinnedFolder {
  let open = true;

  /** The number of a closed descriptor may be another file's. */
  function at(name: string): string {
    if (!open) throw new Error("the directory is closed");
    if (name === "" || name === "." || name === ".." || name.includes("/")) {
      throw new Error(`${name} is no name in a directory`);
    }
    return `${pathOf(descriptor)}/${name}`;
  }

  return {
    device: dev,
    inode: ino,
    at,
    look: (name) => lookAt(at(name)),
    close() {
      if (open) closeSync(descriptor);
      open = false;
    },
  };
}

/** proc_pid_fd(5): the link leads to the open directory itself, not to its name. */
function pathOf(descriptor: number): string {
  return `/proc/self/fd/${descriptor}`;
}

function lookAt(path: string): FileNow {
  let now: Stats;
  try {
    now = lstatSync(path);
  } catch (error) {
    const done = doneOf(error);
    if (done.kind === "gone") return { kind: "absent" };
    return { kind: "unreadable", why: done.kind === "done" ? "" : done.why };
  }
  if (!now.isSocket()) return { kind: "other" };
  if (isExact(now)) return { kind: "socket", device: now.dev, inode: now.ino };
  return { kind: "unreadable", why: "its inode number is too large to be told" };
}

function isExact({ dev, ino }: Stats): boolean {
  return Number.isSafeInteger(dev) && Number.isSafeInteger(ino);
}
