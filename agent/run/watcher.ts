import { existsSync } from "node:fs";
import { dirname } from "node:path";
import { watch } from "chokidar";

/** Tells when a watched path comes, goes or changes. */
export interface Watcher {
  /**
   * Watches exactly these absolute paths from now on, whether they exist or not. A path whose
   * folder does not exist is watched from the first call after it does.
   */
  follow(paths: readonly string[]): void;
  close(): Promise<void>;
}

/** What a watcher calls. Neither may throw. */
export interface WatcherEvents {
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
  let folders: ReadonlySet<string> = new Set();
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
      followed = new Set(paths);
      const wanted = new Set(paths.map((path) => dirname(path)));
      const gone = [...folders].filter((folder) => !wanted.has(folder));
      // a folder that does not exist yet is tried again with every scan
      const fresh = [...wanted].filter((folder) => !folders.has(folder) && existsSync(folder));
      folders = new Set(
        [...wanted].filter((folder) => folders.has(folder) || fresh.includes(folder)),
      );
      if (gone.length > 0) watcher.unwatch(gone);
      if (fresh.length > 0) watcher.add(fresh);
    },
    close: () => watcher.close(),
  };
}
