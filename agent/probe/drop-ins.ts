import { dropInFolders } from "../parse/drop-in-folders.ts";
import { pathText } from "../parse/path-text.ts";
import type { Files } from "./files.ts";

/** Where systemd looks for the files of units, first things first (systemd.unit(5)). */
const roots = [
  "/etc/systemd/system.control",
  "/run/systemd/system.control",
  "/run/systemd/transient",
  "/run/systemd/generator.early",
  "/etc/systemd/system",
  "/run/systemd/system",
  "/run/systemd/generator",
  "/usr/local/lib/systemd/system",
  "/usr/lib/systemd/system",
  "/run/systemd/generator.late",
] as const;

/**
 * Paths of the drop-ins that are in force for a unit, whether or not it has a file yet: of one
 * name the first; a link to /dev/null takes it out.
 */
export function dropInsOf(unit: string, files: Files): readonly string[] {
  const { named, ofType } = dropInFolders(unit);
  const first = new Map<string, string>();
  const folders = [
    ...roots.flatMap((root) => named.map((name) => `${root}/${name}`)),
    ...roots.map((root) => `${root}/${ofType}`),
  ];
  for (const folder of folders) {
    const listed = files.names(folder);
    const names = listed.ok ? listed.value.filter((one) => one.endsWith(".conf")) : [];
    for (const one of names.toSorted()) if (!first.has(one)) first.set(one, `${folder}/${one}`);
  }
  return [...first.values()].filter((path) => {
    const real = files.realPath(path);
    return !real.ok || real.value !== "/dev/null";
  });
}

const LARGEST_BYTES = 64 * 1024;

/** What `find` finds in a drop-in, or that it could not be read, each with its path; for people. */
export function settingsIn(
  path: string,
  find: (text: string) => readonly string[],
  files: Files,
): readonly string[] {
  const read = files.regular(path, LARGEST_BYTES);
  if (!read.ok) return [`${pathText(path)}, which could not be read (${read.failure.why})`];
  return find(read.value).map((name) => `${pathText(path)}: ${name}=`);
}
