import { linkSync, lstatSync, renameSync, unlinkSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import type { Done } from "../model/acting.ts";
import { pathProblem } from "../model/plain-path.ts";
import { doneOf } from "./call-failure.ts";

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
  return join(dirname(livePath), `.${basename(livePath)}.onemaster-1`);
}

/** link(2): gives the file at `live` its second name. One that is the same file already is fine. */
export function keepName(live: string, kept: string, file: FileIdentity): Done {
  const problem = problemOf(live, kept);
  if (problem !== undefined) return problem;
  return attempt(() => {
    const there = identityAt(kept);
    if (isSame(there, file)) return;
    // only a cutover makes such a name, and none is under way: what it named is served no more
    if (there !== undefined) unlinkSync(kept);
    linkSync(live, kept);
    if (isSame(identityAt(kept), file)) return;
    unlinkSync(kept);
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
  const problem = problemOf(live, kept);
  if (problem !== undefined) return problem;
  return attempt(() => {
    const there = identityAt(live);
    if (isSame(there, file)) return;
    if (!isSame(identityAt(kept), file)) throw new Error(`${kept} is not the old socket file`);
    if (there === undefined) return linkSync(kept, live);
    if (!replaces(there)) throw new Error(`something else stands at ${live}`);
    const third = kept.replace(/-1$/, "-0");
    if (identityAt(third) !== undefined) unlinkSync(third);
    linkSync(kept, third);
    renameSync(third, live);
  });
}

/** unlink(2) of the second name, and of a third that a command which died may have left. */
export function dropName(kept: string): Done {
  const problem = problemOf(kept, kept);
  if (problem !== undefined) return problem;
  const third = kept.replace(/-1$/, "-0");
  const left = attempt(() => unlinkSync(third));
  const done = attempt(() => unlinkSync(kept));
  return left.kind === "denied" || left.kind === "failed" ? left : done;
}

/** unlink(2) of a socket that nobody listens at any more. What else stands there is left. */
export function dropDeadSocket(live: string, file: FileIdentity): Done {
  const problem = pathProblem(live);
  if (problem !== undefined) return { kind: "failed", why: problem };
  return attempt(() => {
    if (!isSame(identityAt(live), file)) throw new Error(`another file stands at ${live}`);
    unlinkSync(live);
  });
}

function problemOf(live: string, kept: string): Done | undefined {
  const problem = pathProblem(live) ?? pathProblem(kept);
  if (problem !== undefined) return { kind: "failed", why: problem };
  if (/^\..+\.onemaster-1$/s.test(basename(kept))) return undefined;
  return { kind: "failed", why: `${kept} is no second name that a cutover makes` };
}

/** The file itself, links not followed; undefined: nothing stands there. */
function identityAt(path: string): FileIdentity | undefined {
  const found = lstatSync(path, { throwIfNoEntry: false });
  return found === undefined ? undefined : { device: found.dev, inode: found.ino };
}

function isSame(one: FileIdentity | undefined, other: FileIdentity): boolean {
  return one !== undefined && one.device === other.device && one.inode === other.inode;
}

function attempt(call: () => void): Done {
  try {
    call();
    return { kind: "done" };
  } catch (error) {
    return doneOf(error);
  }
}
