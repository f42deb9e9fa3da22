import { joinPath, pathText } from "../parse/path-text.ts";
import { type Files, pathBytes } from "./files.ts";
import { isRoots, isRootsByBytes } from "./roots-alone.ts";

/** What was found below some folders. */
export interface FoundBelow {
  /** Paths that others than root can change. */
  readonly paths: readonly string[];
  /** What could not be looked at, for people. */
  readonly problems: readonly string[];
}

/** More than all Python modules of a Debian host. */
const MOST_ENTRIES = 200_000;
const LONGEST_PTH_BYTES = 64 * 1024;
/** Modules, and by what Python finds some: links to paths, and entry points. */
const isCode = /\.(?:py[co]?|so|pth|egg|zip)$|^entry_points\.txt$/;
/** Folders that can be a package, and those that tell of an installed one. */
const isPackage = /^[A-Za-z_\x80-\xff][\w\x80-\xff]*$|\.(?:dist-info|egg-info|egg)$/;

/**
 * What others than root can change of that which Python may import from some folders: the folders,
 * and the packages and modules below them. Of a folder that is open its own name alone is told.
 */
export function openBelow(folders: readonly string[], files: Files): FoundBelow {
  const seen = new Set<string>();
  const paths: string[] = [];
  const problems: string[] = [];
  const rest = folders.map(pathBytes);
  let entries = 0;

  function lookIn(folder: string): void {
    const real = files.realPath(folder);
    const key = real.ok ? real.value : folder;
    if (seen.has(key)) return;
    seen.add(key);
    if (key === "/") {
      problems.push("/ is not looked through for modules: write --chdir FOLDER");
      return;
    }
    const names = files.names(folder);
    if (!names.ok) {
      if (names.failure.kind !== "gone") problems.push(`${pathText(folder)} could not be read`);
      return;
    }
    entries += names.value.length;
    for (const name of names.value) {
      if (isCode.test(name) || isPackage.test(name)) lookAt(folder, name);
    }
  }

  function lookAt(folder: string, name: string): void {
    const path = `${folder}/${name}`;
    const isLink = files.linkIfAny(path) !== undefined;
    const stat = files.stat(path);
    const isFolder = stat.ok && stat.value.isDirectory();
    if (!isLink && !isFolder && !isCode.test(name)) return;
    if (!(isLink ? isRootsByBytes(path, files) : isRoots(path, files))) {
      paths.push(pathText(path));
      return;
    }
    if (isFolder) rest.push(path);
    else if (name.endsWith(".pth")) rest.push(...namedBy(path, folder).filter(isRootsOrTold));
  }

  /** site.py: each line is a folder more, but for code, which is root's here. */
  function namedBy(path: string, folder: string): readonly string[] {
    const read = files.regular(path, LONGEST_PTH_BYTES);
    if (!read.ok) problems.push(`${pathText(path)} could not be read`);
    const lines = (read.ok ? read.value : "").split("\n").map((line) => line.trimEnd());
    return lines
      .filter((line) => line !== "" && !/^(?:#|import[ \t])/.test(line))
      .map((line) => joinPath(folder, line));
  }

  function isRootsOrTold(path: string): boolean {
    if (isRootsByBytes(path, files)) return true;
    paths.push(pathText(path));
    return false;
  }

  const first = rest.splice(0).filter(isRootsOrTold);
  rest.push(...first);
  for (let folder = rest.pop(); folder !== undefined; folder = rest.pop()) {
    lookIn(folder);
    if (entries <= MOST_ENTRIES) continue;
    problems.push(`there are more modules below ${folders.join(", ")} than are looked at`);
    break;
  }
  return { paths: [...new Set(paths)], problems };
}
