import { writeFileSync } from "node:fs";
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

it("does nothing where the folder is there and cannot be locked", async () => {
  const { path } = testFolder();
  writeFileSync(join(path, "file"), "");
  const end = await underFolderLock(join(path, "file", "platform.sock"), work);
  expect(end).toMatchObject({ kind: "refused", why: expect.stringContaining("cannot be locked") });
});
