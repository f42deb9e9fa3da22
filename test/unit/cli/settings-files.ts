import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll } from "vitest";

/** Settings files on disk: one that is right, and one in which two things are wrong. */
interface SettingsFiles {
  /** What both are in; empty until the first test begins, as the others are. */
  folder: string;
  good: string;
  bad: string;
}

/** Writes the two before the first test of the file that calls this, and removes them at its end. */
export function settingsFiles(): Readonly<SettingsFiles> {
  const files: SettingsFiles = { folder: "", good: "", bad: "" };
  beforeAll(() => {
    files.folder = mkdtempSync(join(tmpdir(), "om-cli-"));
    files.good = join(files.folder, "good.yml");
    files.bad = join(files.folder, "bad.yml");
    writeFileSync(
      files.good,
      "sockets:\n  - { path: /srv/shop/app.sock, unit: shop.service }\n  - { path: /run/b.sock }\n",
    );
    writeFileSync(files.bad, "scan: { intervall: 1s }\nweb: 1\n");
  });
  afterAll(() => rmSync(files.folder, { recursive: true }));
  return files;
}
