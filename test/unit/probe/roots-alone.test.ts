import {
  chmodSync,
  chownSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { createFailureLog } from "../../../agent/probe/failures.ts";
import { createFiles } from "../../../agent/probe/files.ts";
import { isRootsToChange } from "../../../agent/probe/roots-alone.ts";

const isRoot = process.getuid?.() === 0;

/** Below /: /tmp is everybody's. */
function folder(): string {
  const made = mkdtempSync("/run/om-roots-");
  onTestFinished(() => rmSync(made, { recursive: true }));
  chmodSync(made, 0o755);
  mkdirSync(join(made, "own"));
  mkdirSync(join(made, "theirs"));
  for (const name of ["own", "theirs"]) writeFileSync(join(made, name, "program"), "");
  symlinkSync("own/program", join(made, "to-own"));
  symlinkSync("theirs/program", join(made, "to-theirs"));
  symlinkSync(`${made}/theirs/../own/program`, join(made, "through-theirs"));
  symlinkSync("ring", join(made, "ring"));
  writeFileSync(join(made, "own/writable"), "");
  chmodSync(join(made, "own/writable"), 0o666);
  writeFileSync(join(made, "own/of-group"), "");
  chmodSync(join(made, "own/of-group"), 0o664);
  chownSync(join(made, "own/of-group"), 0, 33);
  chownSync(join(made, "theirs"), 33, 33);
  return made;
}

it.runIf(isRoot).each([
  ["own/program", true],
  ["to-own", true],
  ["own/../own//program", true],
  ["own/missing", true],
  ["missing/missing", false],
  ["theirs/program", false],
  ["theirs/missing", false],
  ["to-theirs", false],
  ["through-theirs", false],
  ["own/writable", false],
  ["own/of-group", false],
  ["ring", false],
])("whether root alone can change what %s leads to", (path, expected) => {
  const files = createFiles(createFailureLog());
  expect(isRootsToChange(join(folder(), "x").replace(/x$/, path), files)).toBe(expected);
});

it("knows a program of the system's own", () => {
  expect(isRootsToChange("/bin/sh", createFiles(createFailureLog()))).toBe(true);
});
