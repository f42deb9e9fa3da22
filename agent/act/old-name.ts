import { linkSync, lstatSync, renameSync, unlinkSync } from "node:fs";
import { basename, dirname } from "node:path";
import type { Done } from "../model/acting.ts";
import { pathProblem } from "../model/plain-path.ts";
import { doneOf } from "./call-failure.ts";
import { reach } from "./reach.ts";
import { rescueLinkOf } from "./rescue-name.ts";

/** A socket file, by what it is and not by its name. */
export interface FileIdentity {
  readonly device: number;
  readonly inode: number;
}

/**
 * The second name of the old socket file while a cutover goes on, beside it: as those that ending a
 * group makes, with 1 for the pid, which is never a gunicorn's.
 */
export function keptNameOf(livePath: string): string {
  return rescueLinkOf(livePath, 1);
}

/**
 * link(2): gives the file at `live` its second name. One that is the same file already is fine; any
 * other that has the name is replaced. Failed where the file at `live` is not this one.
 */
export function keepName(live: string, kept: string, file: FileIdentity): Done {
  return beside(live, kept, (at) => {
    const there = identityAt(at(kept));
    if (isSame(there, file)) return;
    // only a cutover makes such a name, and none is under way: what it named is served no more
    if (there !== undefined) unlinkSync(at(kept));
    linkSync(at(live), at(kept));
    if (isSame(identityAt(at(kept)), file)) return;
    unlinkSync(at(kept));
    throw new Error(`the file at ${live} is not the one that was seen`);
  });
}

/**
 * Makes the live path lead to the old socket file again, in one step in which it always leads to
 * one of the two: link(2) to a third name, rename(2) over the path. `replaces` says whether what
 * stands there may be replaced; where nothing stands, nothing is replaced. Done when it leads
 * there already.
 */
export function nameBack(
  live: string,
  kept: string,
  file: FileIdentity,
  replaces: (there: FileIdentity) => boolean,
): Done {
  return beside(live, kept, (at) => {
    const there = identityAt(at(live));
    if (isSame(there, file)) return;
    if (!isSame(identityAt(at(kept)), file)) throw new Error(`${kept} is not the old socket file`);
    if (there === undefined) return linkSync(at(kept), at(live));
    if (!replaces(there)) throw new Error(`something else stands at ${live}`);
    const third = at(thirdOf(kept));
    if (identityAt(third) !== undefined) unlinkSync(third);
    linkSync(at(kept), third);
    renameSync(third, at(live));
  });
}

/**
 * unlink(2) of the second name, and of a third that a command which died may have left. Gone where
 * there was no second one.
 */
export function dropName(kept: string): Done {
  const left = beside(kept, kept, (at) => unlinkSync(at(thirdOf(kept))));
  const done = beside(kept, kept, (at) => unlinkSync(at(kept)));
  return left.kind === "denied" || left.kind === "failed" ? left : done;
}

/** unlink(2) of a socket that nobody listens at any more. What else stands there is left. */
export function dropDeadSocket(live: string, file: FileIdentity): Done {
  return inFolder(live, (at) => {
    if (!isSame(identityAt(at(live)), file)) throw new Error(`another file stands at ${live}`);
    unlinkSync(at(live));
  });
}

function thirdOf(kept: string): string {
  return kept.replace(/-1$/, "-0");
}

/** A path of the same name, but through the open folder. */
type At = (path: string) => string;

function beside(live: string, kept: string, call: (at: At) => void): Done {
  const isOurs = /^\..+\.onemaster-1$/s.test(basename(kept)) && dirname(kept) === dirname(live);
  if (isOurs) return inFolder(live, call);
  return { kind: "failed", why: `${kept} is no second name that a cutover makes` };
}

/**
 * Every check and call goes through one open folder: the service's user, whose folder or one above
 * it may be, could have the path lead to another one in between, where root would link and unlink.
 */
function inFolder(path: string, call: (at: At) => void): Done {
  const problem = pathProblem(path);
  if (problem !== undefined) return { kind: "failed", why: problem };
  const reached = reach(path);
  if (reached.kind === "gone") return reached;
  if (reached.kind === "refused") return { kind: "failed", why: reached.why };
  const { folder } = reached;
  try {
    call((one) => folder.at(basename(one)));
    return { kind: "done" };
  } catch (error) {
    return doneOf(error);
  } finally {
    folder.close();
  }
}

/** The file itself, links not followed; undefined: nothing stands there. */
function identityAt(path: string): FileIdentity | undefined {
  const found = lstatSync(path, { throwIfNoEntry: false });
  return found === undefined ? undefined : { device: found.dev, inode: found.ino };
}

function isSame(one: FileIdentity | undefined, other: FileIdentity): boolean {
  return one !== undefined && one.device === other.device && one.inode === other.inode;
}
