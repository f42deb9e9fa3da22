import { createHash } from "node:crypto";
import { readdirSync, rmSync, statSync, utimesSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";

const keptMs = 30 * 24 * 3_600_000;

/**
 * The folder, outside the checkout, in which what is expensive to make is kept:
 * ONEMASTER_TESTBED_CACHE, or `onemaster/testbed` in the user's cache folder.
 */
export function cacheRoot(): string {
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
  for (const name of readdirSync(cacheRoot())) {
    const other = join(cacheRoot(), name);
    const old = statSync(other).mtimeMs < now.getTime() - keptMs;
    if (name.startsWith(`${kind}-`) && old) {
      rmSync(other, { recursive: true });
    }
  }
}
