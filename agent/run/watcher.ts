import { statSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { watch } from "chokidar";

/** Tells when a watched path comes, goes or changes. */
export interface Watcher {
  /**
   * Watches exactly these paths from now on, whether they exist or not. A path whose
   * folder does not exist is watched from the first call after it does. True when a folder was
   * added: what happens there before inotify is set up, some milliseconds later, goes unseen.
   */
  follow(paths: readonly string[]): boolean;
  close(): Promise<void>;
}

/** What a watcher calls. Neither may throw. */
export interface WatcherEvents {
  /** `path` is absolute, and without `.` and `..`. */
  changed(path: string): void;
  /** Events may be missing from now on: `reason` is an error code or text. */
  failed(reason: string): void;
}

/**
 * Watches the folders of the given paths through inotify: a socket that is unlinked and bound
 * again is seen within 2 ms. Nothing else in those folders is looked at.
 */
export function createWatcher(events: WatcherEvents): Watcher {
  let followed: ReadonlySet<string> = new Set();
  /** Watched folders, each with its identity: inotify watches an inode, not a path. */
  let folders: ReadonlyMap<string, string> = new Map();
  const watcher = watch([], {
    depth: 0,
    ignoreInitial: true,
    ignored: (path) => !followed.has(path) && !folders.has(path),
  });
  watcher.on("all", (_event, path) => {
    if (followed.has(path)) events.changed(path);
  });
  watcher.on("error", (error) => {
    events.failed(error instanceof Error && "code" in error ? String(error.code) : String(error));
  });
  return {
    follow(paths) {
      // events come with such paths
      const normal = paths.map((path) => resolve(path));
      followed = new Set(normal);
      const before = folders;
      const wanted = [...new Set(normal.map((path) => dirname(path)))];
      folders = new Map(wanted.flatMap((folder) => identityOf(folder) ?? []));
      // a folder that was removed and made again, as /run/NAME is at a restart, is another one
      const gone = [...before].filter(([folder, id]) => folders.get(folder) !== id);
      const fresh = [...folders].filter(([folder, id]) => before.get(folder) !== id);
      if (gone.length > 0) watcher.unwatch(gone.map(([folder]) => folder));
      if (fresh.length > 0) watcher.add(fresh.map(([folder]) => folder));
      return fresh.length > 0;
    },
    close: () => watcher.close(),
  };
}

/** The folder with its identity; undefined where there is none to be seen, which scans tell. */
function identityOf(folder: string): [[string, string]] | undefined {
  try {
    const stat = statSync(folder);
    if (!stat.isDirectory()) return undefined;
    // ext4 gives a new folder the inode of the one that was just removed
    return [[folder, `${stat.dev}:${stat.ino}:${stat.birthtimeMs}`]];
  } catch {
    return undefined;
  }
}
