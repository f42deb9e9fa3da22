import { constants } from "node:fs";
import { open } from "node:fs/promises";
import { type OwnerIds, whyNoLogOfService, whyNoneOfIts } from "../model/log-place.ts";
import { doneOf } from "./call-failure.ts";
import { reach } from "./reach.ts";

/**
 * Gives a log to somebody, if it still belongs to whom it did. Resolves with why that was not done,
 * or undefined: it is theirs, also where it already was. Only root gives and is given back; what it
 * gives is in a folder of theirs or of the units that are named. A link is followed only on the way
 * and where root alone could have made it; a file with several names is left: whoever may write in
 * its folder could have made one of them.
 */
export async function giveTo(
  path: string,
  from: OwnerIds,
  to: OwnerIds,
  units: readonly string[],
): Promise<string | undefined> {
  const reached = reach(path);
  if (reached.kind === "gone") return `${path}: gone`;
  if (reached.kind === "refused") return reached.why;
  const { folder, name, owners } = reached;
  try {
    // its name, and the one that links lead to
    const why =
      whyNoLogOfService(path) ??
      whyNoLogOfService(reached.path) ??
      (to.uid === 0 ? undefined : whyNoneOfIts(reached.path, owners, to, units));
    return why ?? (await giveAt(folder.at(name), path, from, to));
  } catch (error) {
    const done = doneOf(error);
    return `${path}: ${"why" in done ? done.why : "gone"}`;
  } finally {
    folder.close();
  }
}

async function giveAt(
  at: string,
  path: string,
  from: OwnerIds,
  to: OwnerIds,
): Promise<string | undefined> {
  const { O_RDONLY, O_NOFOLLOW, O_NONBLOCK } = constants;
  const file = await open(at, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
  try {
    const found = await file.stat();
    if (found.uid === to.uid && found.gid === to.gid) return undefined;
    if (found.uid !== from.uid || found.gid !== from.gid) {
      return `${path} belongs to ${found.uid}:${found.gid} by now`;
    }
    if (from.uid !== 0 && to.uid !== 0) return `${path} is not root's to give`;
    if (!found.isFile()) return `${path} is no file`;
    if (found.nlink !== 1) return `${path} has ${found.nlink} names`;
    await file.chown(to.uid, to.gid);
    return undefined;
  } finally {
    await file.close();
  }
}
