import { joinPath } from "../parse/path-text.ts";
import { type Files, pathBytes } from "./files.ts";

/** As the kernel (MAXSYMLINKS): more links than that are a ring. */
const MOST_LINKS = 40;
const WRITES_GROUP = 0o020;
const WRITES_OTHERS = 0o002;

/**
 * True where root alone can change what an absolute path leads to: the file and every folder on
 * the way, those behind links too. One that is missing in such a folder is root's to make.
 */
export function isRootsToChange(path: string, files: Files): boolean {
  return isRootsByBytes(pathBytes(path), files);
}

/** The same of a path with one character a byte (latin1), as it is found in a folder. */
export function isRootsByBytes(path: string, files: Files): boolean {
  const rest = path.split("/");
  let folder = "/";
  let links = 0;
  for (let name = rest.shift(); name !== undefined; name = rest.shift()) {
    if (name === "" || name === ".") continue;
    if (!isRoots(folder, files)) return false;
    const here = `${folder === "/" ? "" : folder}/${name}`;
    const link = name === ".." ? undefined : files.linkIfAny(here);
    if (link === undefined) {
      const real = files.realPath(here);
      if (!real.ok) return real.failure.kind === "gone" && !rest.some((one) => one !== "");
      folder = real.value;
      continue;
    }
    links += 1;
    if (links > MOST_LINKS) return false;
    rest.unshift(...joinPath(folder, link).split("/"));
    folder = "/";
  }
  return isRoots(folder, files);
}

/** True where what stands at a path (latin1), links followed, is root's to change by its mode. */
export function isRoots(path: string, files: Files): boolean {
  const stat = files.stat(path);
  if (!stat.ok || stat.value.uid !== 0 || (stat.value.mode & WRITES_OTHERS) !== 0) return false;
  return (stat.value.mode & WRITES_GROUP) === 0 || stat.value.gid === 0;
}
