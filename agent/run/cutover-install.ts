import { readdir, readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { CutoverFile } from "../model/cutover.ts";
import {
  copyWhole,
  hashOf,
  putFile,
  putLink,
  standing,
  takeFile,
  takeLink,
} from "../act/put-files.ts";
import { giveTo } from "../act/give-files.ts";
import { putLinksBack, putScriptBack } from "./cutover-script-files.ts";
import { reasonOf } from "./remediation-lock.ts";
import { type CutoverWalk, done, failed, skipped, type StepEnd } from "./cutover-walk.ts";

/** Gives the files that the service has to write to its user. */
export async function giveOwnership(walk: CutoverWalk): Promise<StepEnd> {
  const { ownership, old, service } = walk.record().target;
  if (ownership.length === 0) return skipped("all files are the service's own");
  for (const { path, from, to } of ownership) {
    const why = await giveTo(path, from, to, [old.unit, service.name]);
    if (why !== undefined) return failed(why);
  }
  return done(`${ownership.map(({ path }) => path).join(", ")} given to the service's user`);
}

/**
 * Writes the unit's files and enables them by their links. By hand, not by `systemctl enable`, which
 * calls systemd-sysv-install while the init script stands, and that changes its links.
 */
export async function writeUnit(
  walk: CutoverWalk,
  files: readonly CutoverFile[],
): Promise<StepEnd> {
  for (const { path } of files) {
    if ((await standing(path)) !== "nothing") return failed(`something stands at ${path} already`);
  }
  const { enable } = walk.record().target;
  // links first: a unit without them hides the init script, and nothing would start it at boot
  for (const unit of enable) {
    const file = files.find(({ path }) => path.endsWith(`/${unit}`));
    if (file === undefined) return failed(`${unit} is to be enabled and has no file`);
    await enableUnit(unit, file.path, file.text);
  }
  for (const { path, text, mode } of files) await putFile(path, text, mode);
  const written = files.map(({ path }) => path).join(", ");
  const enabled = enable.length === 0 ? "nothing" : enable.join(", ");
  return done(`${written} written, ${enabled} enabled`);
}

async function enableUnit(unit: string, path: string, text: string): Promise<void> {
  for (const target of wantedBy(text)) {
    await putLink(join(dirname(path), `${target}.wants`, unit), path);
  }
}

/** `WantedBy=` lines of a unit's file. */
function wantedBy(text: string): readonly string[] {
  return [...text.matchAll(/^WantedBy=(.*)$/gm)].flatMap(([, words = ""]) =>
    words.split(/\s+/).filter((word) => /^[\w@.-]+\.target$/.test(word)),
  );
}

/** Has systemd read its units. Why the native one is not what it has read; undefined: it is. */
export async function whyNotLoaded(walk: CutoverWalk): Promise<string | undefined> {
  const { parts, record } = walk;
  const { service, files } = record().target;
  const unread = await parts.systemd.reload();
  if (unread !== undefined) return unread;
  const unit = await parts.unit(service.name);
  if (unit === undefined) return "systemd could not be asked";
  const { loadState, fragmentPath = "no file", needDaemonReload } = unit;
  if (loadState !== "loaded") return `${service.name} is ${loadState ?? "not known"}`;
  if (!files.some(({ path }) => path === fragmentPath)) {
    return `systemd has ${service.name} from ${fragmentPath}, not from what was written`;
  }
  if (needDaemonReload === true) return `${service.name} has changed since systemd read it`;
  return undefined;
}

/** Where a file of the native unit is kept when it is removed. */
function nativeKeptAt(backup: string, path: string): string {
  return join(backup, "native", path);
}

/** True once all files of the native unit were written. */
export function wasInstalled({ record }: Pick<CutoverWalk, "record">): boolean {
  return record().steps.some(({ step, result }) => step === "install" && result === "done");
}

/** Copies the native unit's files to the backup, so that they can be removed, and be put back. */
async function keepUnit({ record }: CutoverWalk): Promise<void> {
  const { files, backup } = record().target;
  for (const { path } of files) {
    if ((await standing(path)) === "file") await copyWhole(path, nativeKeptAt(backup, path));
  }
}

/**
 * Removes what `writeUnit` wrote, of which `bringBack` has kept a copy, and has systemd read its
 * units anew, whatever came of that. A file that it did not come to write, as one that stood in its
 * way, is left. The script's links come back, and files that were given away to their owners.
 */
export async function removeUnit(walk: CutoverWalk): Promise<StepEnd> {
  const end = await removeFiles(walk).catch((error: unknown) => failed(reasonOf(error)));
  const unread = await walk.parts.systemd.reload();
  if (unread === undefined) return end;
  return failed(end.result === "failed" ? `${end.text}; ${unread}` : unread);
}

async function removeFiles(walk: CutoverWalk): Promise<StepEnd> {
  const { files, backup, ownership, old, service } = walk.record().target;
  const installed = wasInstalled(walk);
  const removed: string[] = [];
  const changed: string[] = [];
  for (const { path, sha256 } of files) {
    const there = await standing(path);
    const same = there === "file" && (await hashOf(path)) === sha256;
    if (there !== "nothing" && !same && !(installed && there === "file")) {
      if (installed) return failed(`${path} is no file any more, and is left`);
      walk.note(`${path} is not what would have been written, and is left`);
      continue;
    }
    // its links last: the file alone would hide the init script from systemd, and not be started
    if (there !== "nothing") {
      if (!same) changed.push(path);
      await takeFile(path);
      removed.push(path);
    }
    for (const link of await wantsLinks(path)) await takeLink(link, path);
    const dropIns = (await namesIn(`${path}.d`)).filter((name) => name.endsWith(".conf"));
    if (dropIns.length > 0) {
      const all = dropIns.map((name) => join(`${path}.d`, name)).join(", ");
      walk.note(`${all} will hold for the init script's unit too`);
    }
  }
  await putLinksBack(walk);
  for (const { path, from, to } of ownership) {
    const why = await giveTo(path, to, from, [old.unit, service.name]);
    // one that was never given, or that is gone, changes nothing
    if (why !== undefined) walk.note(`not given back: ${why}`);
  }
  if (changed.length > 0) {
    const where = join(backup, "native");
    walk.note(`${changed.join(", ")} had been changed, and is kept below ${where}`);
  }
  if (removed.length === 0) return skipped("nothing of the native unit is there");
  return done(`${removed.join(", ")} removed`);
}

/** Puts back what `removeUnit` removed, with its links. Gives why not, or undefined. */
export async function putUnitBack(walk: CutoverWalk): Promise<string | undefined> {
  const { files, backup, enable } = walk.record().target;
  for (const { path } of files) {
    if ((await standing(path)) !== "nothing") continue;
    const kept = nativeKeptAt(backup, path);
    if ((await standing(kept)) !== "file") return `${kept} is missing`;
    await copyWhole(kept, path);
  }
  for (const unit of enable) {
    const file = files.find(({ path }) => path.endsWith(`/${unit}`));
    if (file !== undefined) await enableUnit(unit, file.path, await readFile(file.path, "utf8"));
  }
  return undefined;
}

/** Links to a unit's file that enable it: `TARGET.wants/UNIT` beside it. */
async function wantsLinks(path: string): Promise<readonly string[]> {
  const folder = dirname(path);
  const name = path.slice(folder.length + 1);
  const wants = (await namesIn(folder)).filter((one) => /\.(?:wants|requires)$/.test(one));
  return wants.map((one) => join(folder, one, name));
}

async function namesIn(folder: string): Promise<readonly string[]> {
  return (await standing(folder)) === "nothing" ? [] : await readdir(folder);
}

/**
 * Puts init script and links back where they stood, where the native unit hides them as yet, and
 * keeps a copy of that unit. Nobody is stopped by it: what is missing for the way back is seen here.
 */
export async function bringBack(walk: CutoverWalk): Promise<StepEnd> {
  await keepUnit(walk);
  return await putScriptBack(walk);
}
