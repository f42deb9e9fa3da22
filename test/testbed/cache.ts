import { createHash } from "node:crypto";
import { readdirSync, rmSync, statSync, utimesSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";

const keptMs = 30 * 24 * 3_600_000;

/**
 * The folder, outside the checkout, in which what is expensive to make is kept:
 * ONEMASTER_TESTBED_CACHE, or `onemaster/testbed` in the user's cache folder.
 */
function cacheRoot(): string {
  const given = process.env["ONEMASTER_TESTBED_CACHE"];
  const caches = process.env["XDG_CACHE_HOME"] ?? join(homedir(), ".cache");
  return given ?? join(caches, "onemaster", "testbed");
}

/** Where the thing `kind` made by exactly this recipe is kept, whether or not it is there yet. */
export function cached(kind: string, recipe: unknown): string {
  const hash = createHash("sha256").update(JSON.stringify(recipe)).digest("hex").slice(0, 10);
  return join(cacheRoot(), `${kind}-${hash}`);
}

/** Notes that the thing is in use, and removes those of its kind that were not for 30 days. */
export function touchCached(kind: string, path: string): void {
  const now = new Date();
  utimesSync(path, now, now);
  for (const name of readdirSync(cacheRoot()).filter((other) => other.startsWith(`${kind}-`))) {
    const other = join(cacheRoot(), name);
    // another process may be removing the same one
    const usedMs = statSync(other, { throwIfNoEntry: false })?.mtimeMs;
    if (usedMs !== undefined && usedMs < now.getTime() - keptMs) {
      rmSync(other, { recursive: true, force: true });
    }
  }
}
