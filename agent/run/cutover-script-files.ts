import { basename, dirname, isAbsolute, join, normalize } from "node:path";
import {
  copyWhole,
  hashOf,
  isSameFile,
  makePrivateFolder,
  putLink,
  renameFile,
  standing,
  takeFile,
  takeLink,
} from "../act/put-files.ts";
import { reasonOf } from "./remediation-lock.ts";
import { type CutoverWalk, done, failed, skipped, type StepEnd } from "./cutover-walk.ts";

/**
 * Where a file is kept below the backup folder: under its own path. Throws for a path that leads
 * up or is not written the shortest way: it would be kept, or overwrite, somewhere else.
 */
export function keptAt(backup: string, path: string): string {
  if (!isAbsolute(path) || normalize(path) !== path) {
    throw new Error(`${path} is not kept: it is no plain absolute path`);
  }
  return join(backup, "files", path);
}

/**
 * Copies what will be put away into the backup; nothing is changed. Not the pidfile: whoever runs a
 * gunicorn names its path, and nobody puts it back.
 */
export async function backUp(walk: CutoverWalk): Promise<StepEnd> {
  const { backup, old } = walk.record().target;
  await makePrivateFolder(backup);
  const { initScript } = old;
  if (initScript === null || (await standing(initScript)) === "nothing") {
    return done(`nothing had to be copied to ${backup}`);
  }
  await copyWhole(initScript, keptAt(backup, initScript));
  if ((await standing(initScript)) === "file") {
    walk.amend({ scriptSha256: await hashOf(keptAt(backup, initScript)) });
  }
  return done(`${initScript} copied to ${backup}`);
}

/**
 * What the init script is called in its own folder while it is put away: going back to its name
 * then takes no space, on a disk that is full by now. systemd-sysv-generator and update-rc.d pass
 * over hidden files (FOREACH_DIRENT of dirent-util.h).
 */
function besideOf(initScript: string): string {
  return join(dirname(initScript), `.${basename(initScript)}.onemaster`);
}

/**
 * Gives the init script its hidden name and removes its links; systemd has to read its units anew
 * after it. A script that has changed since it was copied stays, and the step has failed.
 */
export async function putAway(walk: CutoverWalk): Promise<StepEnd> {
  const { backup, old } = walk.record().target;
  const gone: string[] = [];
  const script =
    old.initScript !== null && (await standing(old.initScript)) !== "nothing"
      ? old.initScript
      : undefined;
  const isChanged = script !== undefined && !(await isSameFile(script, keptAt(backup, script)));
  // another name hides nothing: a boot would start both
  const isHidden = old.unit === walk.record().target.service.name;
  if (!isChanged || !isHidden) {
    for (const { path, target } of old.links) if (await takeLink(path, target)) gone.push(path);
  }
  if (isChanged) return failed(`${script} has changed since it was copied`);
  if (script !== undefined) {
    await renameFile(script, basename(besideOf(script)));
    gone.push(script);
  }
  if (gone.length === 0) return skipped("there is no init script, and no link to one");
  return done(`${gone.join(", ")} put away, and kept in ${backup}`);
}

/** The one that is still in its folder, if it is what was kept; else a copy. */
async function copyBack(kept: string, initScript: string): Promise<void> {
  const beside = besideOf(initScript);
  if (await isSameFile(kept, beside)) return await renameFile(beside, basename(initScript));
  try {
    await copyWhole(kept, initScript);
  } catch (error) {
    const help = `make room for it, then write: onemaster cutover rollback --yes`;
    throw new Error(`${initScript} is not back (${reasonOf(error)}): ${help}`, { cause: error });
  }
}

/** Puts init script and links back where they stood; nothing is replaced. */
export async function putScriptBack(walk: CutoverWalk): Promise<StepEnd> {
  const { backup, old } = walk.record().target;
  const back: string[] = [];
  if (old.initScript !== null) {
    const kept = keptAt(backup, old.initScript);
    const there = await standing(old.initScript);
    if (there === "nothing") {
      if ((await standing(kept)) === "nothing") {
        return failed(`${kept} is missing: there is nothing to put back`);
      }
      await copyBack(kept, old.initScript);
      back.push(old.initScript);
    } else if ((await standing(kept)) !== "nothing") {
      if (!(await isSameFile(kept, old.initScript))) {
        walk.note(`${old.initScript} is there and not as it was: it is left as it is`);
      }
    }
    await takeFile(besideOf(old.initScript));
  }
  // another name hides nothing: with both sets of links a boot would start both
  const { service } = walk.record().target;
  if (old.unit === service.name) back.push(...(await putLinksBack(walk)));
  return back.length === 0 ? skipped("all stands where it stood") : done(`${back.join(", ")} back`);
}

/** Puts those links back in whose place nothing stands; gives their paths. */
export async function putLinksBack({ record }: CutoverWalk): Promise<readonly string[]> {
  const back: string[] = [];
  for (const { path, target } of record().target.old.links) {
    if ((await standing(path)) !== "nothing") continue;
    await putLink(path, target);
    back.push(path);
  }
  return back;
}
