import type { Stats } from "node:fs";
import { octalMode } from "../model/file-mode.ts";
import type { Place, PathState, SocketFile } from "../model/place.ts";
import type { ReadFailure } from "../model/read.ts";
import { mountOf, parseMountinfo } from "../parse/mountinfo.ts";
import { joinPath, pathText } from "../parse/path-text.ts";
import type { Files } from "./files.ts";
import { wayInRoot } from "./foreign-root.ts";
import type { ProcPaths } from "./paths.ts";

/** A place, or why the name leads nowhere the agent can see. */
export type Resolved =
  | { readonly kind: "place"; readonly place: Place }
  | { readonly kind: "gone" }
  | { readonly kind: "unseen"; readonly failure: ReadFailure };

/** Finds out where names lead, and what stands there now. */
export interface Places {
  /** The place of a name that a process has bound, seen through its own root or working directory. */
  boundBy(pid: number, name: string): Resolved;
  /** The place of an absolute path in the agent's own mount namespace; it need not exist. */
  ofPath(path: string): Place;
}

/** Names as a process wrote them and as the agent reaches them. */
interface Way {
  /** The directory and the file as the agent reaches them. */
  readonly directory: string;
  readonly file: string;
  readonly basename: string;
  /** The path for people, in the eyes of the process. */
  readonly plain: string;
  /** Whose mount table describes it: a pid, or `self`. */
  readonly viewer: number | "self";
}

/** Places seen through the processes below `proc`. */
export function createPlaces(proc: ProcPaths, files: Files): Places {
  /** Mount device by directory: mounts seldom change, and mountinfo may be long. */
  const mountDevices = new Map<string, SocketFile["mountDevice"]>();

  function boundBy(pid: number, name: string): Resolved {
    const absolute = name.startsWith("/");
    const base = proc.of(pid, absolute ? "root" : "cwd");
    const link = files.link(base);
    if (!link.ok) return unresolved(link.failure);
    const file = wayTo(pid, base, link.value, name);
    const way: Way = {
      directory: directoryOf(file),
      file,
      basename: basenameOf(name),
      plain: joinPath(link.value, absolute ? `.${name}` : name),
      viewer: pid,
    };
    const directory = files.stat(way.directory);
    if (directory.ok) return { kind: "place", place: placeAt(way, directory.value) };
    if (directory.failure.kind !== "gone") return unresolved(directory.failure);
    if (!files.stat(proc.of(pid, "stat")).ok) return { kind: "gone" };
    return { kind: "place", place: lostPlace(way.plain) };
  }

  /** A process with a root of its own may have symbolic links that lead elsewhere from here. */
  function wayTo(pid: number, base: string, seen: string, name: string): string {
    if (!name.startsWith("/")) return `${base}/${name}`;
    if (seen === "/" && mountNamespace(pid) === "") return `${base}${name}`;
    return wayInRoot(pid, name, proc, files);
  }

  function ofPath(path: string): Place {
    const plain = joinPath("/", path);
    const way: Way = {
      directory: directoryOf(plain),
      file: plain,
      basename: basenameOf(plain),
      plain,
      viewer: "self",
    };
    const directory = files.stat(way.directory);
    if (directory.ok) return { ...placeAt(way, directory.value), path: pathText(plain) };
    if (directory.failure.kind === "gone") return lostPlace(plain);
    return { ...lostPlace(plain), state: unreadable(directory.failure) };
  }

  function placeAt(way: Way, directory: Stats): Place {
    const key = `${directory.dev}:${directory.ino}/${way.basename}`;
    const shown = way.viewer === "self" ? way.plain : canonical(way, directory);
    const state = stateAt(way, directory, shown ?? way.plain);
    if (shown !== undefined) return { key, path: pathText(shown), reachablePath: shown, state };
    const namespace = way.viewer === "self" ? "" : mountNamespace(way.viewer);
    // in the agent's own namespace: removed or mounted over, and others may have had that path
    const mark = namespace === "" ? ` (directory ${directory.dev}:${directory.ino})` : "";
    const path = `${namespace}${pathText(way.plain)}${mark}`;
    return { key, path, reachablePath: way.file, state };
  }

  /** The path in the agent's own eyes, symbolic links resolved; undefined where it sees another directory there. */
  function canonical(way: Way, directory: Stats): string | undefined {
    const plain = directoryOf(way.plain);
    const here = files.stat(plain);
    if (!here.ok || here.value.dev !== directory.dev || here.value.ino !== directory.ino) {
      return undefined;
    }
    const real = files.realPath(plain);
    // it stood there a moment ago; the unresolved name is as right as any
    return joinPath(real.ok ? real.value : plain, way.basename);
  }

  /** Sets apart equal paths in different mount namespaces; empty for the agent's own. */
  function mountNamespace(pid: number): string {
    const own = files.link(`${proc.root}/self/ns/mnt`);
    const link = files.link(proc.of(pid, "ns/mnt"));
    return !link.ok || (own.ok && own.value === link.value) ? "" : `${link.value}:`;
  }

  function stateAt(way: Way, directory: Stats, shown: string): PathState {
    const stat = files.stat(way.file);
    if (!stat.ok)
      return stat.failure.kind === "gone" ? { kind: "absent" } : unreadable(stat.failure);
    if (!stat.value.isSocket()) return { kind: "not-a-socket", what: kindOf(stat.value) };
    return {
      kind: "socket",
      file: {
        device: stat.value.dev,
        inode: stat.value.ino,
        mode: octalMode(stat.value.mode & 0o7777),
        uid: stat.value.uid,
        gid: stat.value.gid,
        mountDevice: mountDevice(way, directory, shown),
      },
    };
  }

  function mountDevice(way: Way, directory: Stats, shown: string): SocketFile["mountDevice"] {
    const key = `${directory.dev}:${directory.ino}`;
    if (!mountDevices.has(key)) {
      const inOwnEyes = way.viewer === "self" || shown !== way.plain;
      const table = files.text(`${proc.root}/${inOwnEyes ? "self" : way.viewer}/mountinfo`);
      const mount = table.ok ? mountOf(shown, parseMountinfo(table.value).mounts) : undefined;
      mountDevices.set(key, mount && { major: mount.major, minor: mount.minor });
    }
    return mountDevices.get(key);
  }

  return { boundBy, ofPath };
}

function unresolved(failure: ReadFailure): Resolved {
  return failure.kind === "gone" ? { kind: "gone" } : { kind: "unseen", failure };
}

/** A path whose directory does not exist: nothing can stand there. */
function lostPlace(plain: string): Place {
  const path = pathText(plain);
  return { key: `lost:${plain}`, path, reachablePath: plain, state: { kind: "absent" } };
}

function unreadable({ why }: ReadFailure): PathState {
  return { kind: "unreadable", why };
}

function kindOf(stat: Stats): string {
  if (stat.isDirectory()) return "a directory";
  if (stat.isFile()) return "a regular file";
  if (stat.isFIFO()) return "a pipe";
  return "a device";
}

function directoryOf(path: string): string {
  const end = path.lastIndexOf("/");
  return end <= 0 ? "/" : path.slice(0, end);
}

/** The last component of a path or name. */
export function basenameOf(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}
