import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { execFileSync } from "node:child_process";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { defaultSettings } from "../../../agent/model/settings-defaults.ts";
import { SettingsError } from "../../../agent/run/settings-error.ts";
import type { Settings } from "../../../agent/model/settings.ts";
import { loadSettings } from "../../../agent/run/settings-file.ts";

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "onemaster-settings-"));
  chmodSync(folder, 0o755);
});
afterAll(() => rmSync(folder, { recursive: true }));

function file(name: string, text: string | Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

async function problemsOf(path: string, mustExist = true): Promise<readonly string[]> {
  try {
    await loadSettings({ path, mustExist });
  } catch (error) {
    if (error instanceof SettingsError) return error.problems;
    throw error;
  }
  return [];
}

describe("loadSettings", () => {
  it("takes the defaults where no file is and none need be", async () => {
    const path = join(folder, "none.yml");
    expect(await loadSettings({ path, mustExist: false })).toEqual(defaultSettings);
  });

  it("refuses a missing file that was asked for", async () => {
    const path = join(folder, "none.yml");
    expect(await problemsOf(path)).toEqual([
      `${path}: found no such file; create it, or name another with --config FILE`,
    ]);
  });

  it("reads a file, byte order mark or not", async () => {
    const path = file("bom.yml", "\uFEFFscan: { interval: 20s }\n");
    expect(await loadSettings({ path, mustExist: false })).toEqual({
      ...defaultSettings,
      scan: { ...defaultSettings.scan, intervalMs: 20_000 },
    });
  });

  it("refuses a directory and a pipe, even at the default place", async () => {
    const directory = join(folder, "directory.yml");
    mkdirSync(directory);
    const pipe = join(folder, "pipe.yml");
    execFileSync("mkfifo", [pipe]);
    expect(await problemsOf(directory, false)).toEqual([
      `${directory}: found a directory; write the path of a file`,
    ]);
    expect(await problemsOf(pipe)).toEqual([`${pipe}: found a pipe; write the path of a file`]);
  });

  it("says in which line bytes are not UTF-8", async () => {
    const path = file("latin1.yml", Buffer.from("# ok \u00e9\nscan: {}\n# caf\u00e9\n", "latin1"));
    const mixed = file("mixed.yml", Buffer.concat([Buffer.from("# \u00e9\n# "), Buffer.of(0xff)]));
    expect(await problemsOf(path)).toEqual([
      `${path}:1:1: found bytes that are not UTF-8; save the file as UTF-8`,
    ]);
    expect(await problemsOf(mixed)).toEqual([
      `${mixed}:2:1: found bytes that are not UTF-8; save the file as UTF-8`,
    ]);
  });

  it("refuses a file that may not be read", async () => {
    const path = file("secret.yml", "scan: {}\n");
    chmodSync(path, 0);
    const root = process.geteuid?.() === 0;
    // root may read everything
    if (root) process.seteuid?.(65_534);
    try {
      expect(await problemsOf(path, false)).toEqual([
        `${path}: found a file this user may not read; run as another user or change its rights`,
      ]);
    } finally {
      if (root) process.seteuid?.(0);
    }
  });
});

it("reads again what has changed, and throws for what is broken", async () => {
  const path = file("again.yml", "scan: { interval: 20s }\n");
  const read = (): Promise<Settings> => loadSettings({ path, mustExist: true });
  expect((await read()).scan.intervalMs).toBe(20_000);
  file("again.yml", "scan: { interval: 25s }\n");
  expect((await read()).scan.intervalMs).toBe(25_000);
  file("again.yml", "scan: [\n");
  await expect(read()).rejects.toThrow(SettingsError);
  rmSync(path);
  await expect(read()).rejects.toThrow("found no such file");
});
