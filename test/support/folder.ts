import { chmodSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { endLeased } from "./lease.ts";
import { ticksNow } from "./process.ts";
import { appSource } from "./python.ts";

/** A folder of one test. Everything started with one of its leases ends with the test. */
export interface TestFolder {
  /** Absolute, without symbolic links, short enough for socket paths, readable for all users. */
  readonly path: string;
  /** Where the leases of everything started for this test are kept. */
  readonly leases: string;
  /** The absolute path of something in it. */
  at(...parts: readonly string[]): string;
}

/**
 * Makes a folder that holds the WSGI app. When the test is finished, failed or not, all
 * processes that hold one of its leases are killed and the folder is removed.
 */
export function testFolder(): TestFolder {
  const path = mkdtempSync(join(realpathSync(tmpdir()), "om-"));
  chmodSync(path, 0o755);
  const leases = join(path, "leases");
  const madeTicks = ticksNow();
  onTestFinished(async () => {
    try {
      await endLeased(leases, madeTicks);
    } finally {
      rmSync(path, { recursive: true, force: true });
    }
  });
  mkdirSync(leases);
  return folderWithApp(path, leases);
}

/** Makes a folder inside the test's folder, with the WSGI app in it. */
export function subFolder(folder: TestFolder, name: string): TestFolder {
  const path = folder.at(name);
  mkdirSync(path);
  return folderWithApp(path, folder.leases);
}

function folderWithApp(path: string, leases: string): TestFolder {
  writeFileSync(join(path, "app.py"), appSource);
  return { path, leases, at: (...parts) => join(path, ...parts) };
}
