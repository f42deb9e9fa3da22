import { existsSync } from "node:fs";
import { dirname } from "node:path";
import type { Report } from "../model/report.ts";
import type { Snapshot } from "../model/snapshot.ts";

/**
 * Paths that nobody named and at which a gunicorn was seen. When it is gone, the path is what
 * its clients still connect to: it is looked at as if it had been named, so that an outage is
 * told and the next master is seen the moment that it binds.
 */
export interface ServedPaths {
  note(report: Report, snapshot: Snapshot): void;
  /** Their bytes as latin1, as `Place` has them. */
  paths(): readonly string[];
}

/** Long enough for a page to be answered; a service that was taken away is let go in the end. */
const KEPT_MS = 24 * 3_600_000;
const MOST_PATHS = 64;

/** Starts with none. A path is let go a day after its last gunicorn, and with its folder. */
export function createServedPaths(monotonicMs: () => number): ServedPaths {
  /** When a group was last seen at each, the latest last. */
  const seenAtMs = new Map<string, number>();
  return {
    note({ sockets }, { places }) {
      const nowMs = monotonicMs();
      const inhabited = new Set(
        sockets.flatMap(({ path, groups }) => (groups.length === 0 ? [] : [path])),
      );
      for (const { path, reachablePath } of places) {
        // through a process, as in another mount namespace: that way ends with the process
        if (!inhabited.has(path) || reachablePath.startsWith("/proc/")) continue;
        seenAtMs.delete(reachablePath);
        seenAtMs.set(reachablePath, nowMs);
      }
      for (const [path, atMs] of seenAtMs) {
        const folder = Buffer.from(dirname(path), "latin1");
        const tooMany = seenAtMs.size > MOST_PATHS;
        if (tooMany || nowMs - atMs > KEPT_MS || !existsSync(folder)) seenAtMs.delete(path);
      }
    },
    paths: () => [...seenAtMs.keys()],
  };
}
