import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { lostAtBoot } from "../../../agent/probe/boot-folders.ts";
import { createFailureLog } from "../../../agent/probe/failures.ts";
import { createFiles } from "../../../agent/probe/files.ts";

it("tells a folder in memory that nothing makes at boot, by its real path, and no other", async () => {
  const memory = `/dev/shm/onemaster-boot-${process.pid}`;
  onTestFinished(() => rmSync(memory, { recursive: true }));
  mkdirSync(join(memory, "own"), { recursive: true, mode: 0o750 });
  const log = createFailureLog();
  const folders = [join(memory, "own/../own"), "/dev/shm", "/usr", join(memory, "missing")];
  const [lost, ...more] = await lostAtBoot(folders, createFiles(log), log);
  expect(more).toEqual([]);
  expect(lost).toMatchObject({ path: join(memory, "own"), mode: 0o750 });
  expect(lost?.owner).toEqual({ uid: process.getuid?.(), gid: process.getgid?.() });
});
