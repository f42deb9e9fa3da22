import { symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import type { CutoverEnd } from "../../../agent/model/cutover-actor.ts";
import { underFolderLock } from "../../../agent/run/cutover-parts.ts";
import { testFolder } from "../../support/folder.ts";

const worked: CutoverEnd = { kind: "nothing", text: "worked" };

function work(): Promise<CutoverEnd> {
  return Promise.resolve(worked);
}

it("keeps nobody from going back to what was in a folder that is gone", async () => {
  const socket = join(testFolder().path, "gone", "platform.sock");
  expect(await underFolderLock(socket, work)).toBe(worked);
});

it.each([
  ["is there", "file"],
  ["cannot be looked at", "loop"],
])("does nothing where the folder %s and cannot be locked", async (_, name) => {
  const { path } = testFolder();
  writeFileSync(join(path, "file"), "");
  symlinkSync("loop", join(path, "loop"));
  const end = await underFolderLock(join(path, name, "platform.sock"), work);
  expect(end).toMatchObject({ kind: "refused", why: expect.stringContaining("cannot be locked") });
});
