import { lstatSync, readlinkSync, type Stats } from "node:fs";
import { posix } from "node:path";
import type { OwnerIds } from "../model/log-place.ts";
import { doneOf } from "./call-failure.ts";
import type { PinnedFolder } from "./parts.ts";
import { pinFolder } from "./pinned-folder.ts";

/** What came of reaching a path. A folder that was reached has to be closed. */
export type Reached =
  | {
      readonly kind: "reached";
      readonly folder: PinnedFolder;
      /** The name in it, of which nothing is known yet. */
      readonly name: string;
      /** The path with no link in its folders. */
      readonly path: string;
      /** Owners of its folders, but for /. */
      readonly owners: readonly OwnerIds[];
    }
  | { readonly kind: "gone" }
  | { readonly kind: "refused"; readonly why: string };

/** As many links as the kernel follows in one path. */
const MOST_LINKS = 40;

/**
 * Opens the folder of an absolute path, going from folder to folder, so that nobody but root can
 * have led it elsewhere: a link is followed only where root alone could have made it. Never throws.
 */
export function reach(path: string): Reached {
  let next = path;
  for (let links = 0; links <= MOST_LINKS; links += 1) {
    const step = reachWithout(next);
    if (step.kind !== "link") return step;
    next = step.to;
  }
  return { kind: "refused", why: `${path} leads through too many links` };
}

function reachWithout(path: string): Reached | { readonly kind: "link"; readonly to: string } {
  const refused = (why: string): Reached => ({ kind: "refused", why });
  const names = path.split("/").filter((name) => name !== "" && name !== ".");
  const isPlain = path.startsWith("/") && !path.endsWith("/") && !names.includes("..");
  const name = names.pop();
  if (!isPlain || name === undefined) {
    return refused(`${path} is no plain path of a file`);
  }
  let here = "/";
  let folder = pinFolder(here);
  let isRoots = isRootsAlone(lstatSync(here));
  const owners: OwnerIds[] = [];
  for (const [at, one] of names.entries()) {
    if (folder === undefined) break;
    const above = folder;
    try {
      const found = lstatSync(above.at(one));
      const there = posix.join(here, one);
      if (found.isSymbolicLink()) {
        if (!isRoots || found.uid !== 0) return refused(`${there} is a link, and not root's alone`);
        const rest = [...names.slice(at + 1), name].join("/");
        return { kind: "link", to: posix.resolve(here, readlinkSync(above.at(one)), rest) };
      }
      folder = pinFolder(above.at(one));
      if (folder?.inode !== found.ino || folder.device !== found.dev) {
        folder?.close();
        return refused(`${there} cannot be opened as a folder`);
      }
      here = there;
      isRoots = isRootsAlone(found);
      owners.push({ uid: found.uid, gid: found.gid });
    } catch (error) {
      const done = doneOf(error);
      if (done.kind === "gone") return { kind: "gone" };
      return refused(`${here}: ${done.kind === "done" ? "" : done.why}`);
    } finally {
      above.close();
    }
  }
  if (folder === undefined) return refused(`${here} cannot be opened as a folder`);
  return { kind: "reached", folder, name, path: posix.join(here, name), owners };
}

/** Only root makes, replaces and removes names in it; in one with the sticky bit its own. */
function isRootsAlone({ uid, gid, mode }: Stats): boolean {
  const byOthers = (mode & 0o002) !== 0 || ((mode & 0o020) !== 0 && gid !== 0);
  return uid === 0 && (!byOthers || (mode & 0o1000) !== 0);
}
