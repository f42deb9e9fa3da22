import { chmodSync, mkdirSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { isMadeAsGood, lostAtBoot } from "../../../agent/probe/boot-folders.ts";
import { createFailureLog } from "../../../agent/probe/failures.ts";
import { createFiles } from "../../../agent/probe/files.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";

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

it.each([
  ["as it is now", 0o750, 0o750, true],
  ["open to more", 0o750, 0o755, true],
  ["open to less", 0o770, 0o750, false],
  ["with its group for what is made in it", 0o2750, 0o2750, true],
  ["without its group for what is made in it", 0o2750, 0o750, false],
])("a folder that a boot makes %s", async (_, bits, mode, isAsGood) => {
  const folder = temporaryFolder("made");
  chmodSync(folder, bits);
  const now = statSync(folder);
  const line = { mode, user: `${now.uid}`, group: `${now.gid}` };
  expect(await isMadeAsGood(line, now, createFailureLog())).toBe(isAsGood);
});
