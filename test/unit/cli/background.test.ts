import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { inBackground } from "../../../agent/cli/background.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";

it.each([
  ["the foreground of its terminal", "7 (node) S 1 7 7 34816 7 0 0", false],
  ["the background of it", "7 (node) S 1 7 5 34816 5 0 0", true],
  [
    "the background, its name as if it were in the foreground",
    "7 (a) S 1 5 5 1 5) S 1 7 5 1 5",
    true,
  ],
  ["no terminal at all", "7 (node) S 1 7 7 0 -1 0 0", false],
  ["a file that says nothing", "", true],
])("knows that a process is in %s", (_, stat, expected) => {
  const folder = temporaryFolder("stat");
  const path = join(folder, "stat");
  writeFileSync(path, stat);
  expect(inBackground(path)).toBe(expected);
});

it("does not call unknown the foreground", () => {
  expect(inBackground("/nonexistent/stat")).toBe(true);
});
