import { mkdirSync, symlinkSync } from "node:fs";
import { expect, it } from "vitest";
import { wayInRoot } from "../../../agent/probe/foreign-root.ts";
import { createFailureLog } from "../../../agent/probe/failures.ts";
import { createFiles } from "../../../agent/probe/files.ts";
import { procPaths } from "../../../agent/probe/paths.ts";
import { temporaryFolder } from "./fake-proc.ts";

/** A root with the links of a usual distribution, and some that are not usual. */
function setUp(): { way: (path: string) => string; root: string; failures: () => number } {
  const folder = temporaryFolder();
  const root = `${folder}/7/root`;
  for (const name of ["run/app", "var", "srv/a/b", "odd"]) {
    mkdirSync(`${root}/${name}`, { recursive: true });
  }
  symlinkSync("/run", `${root}/var/run`);
  symlinkSync("../srv/a", `${root}/odd/relative`);
  symlinkSync("/odd/loop", `${root}/odd/loop`);
  symlinkSync("/var/run/app", `${root}/odd/twice`);
  symlinkSync("/../../../../run", `${root}/odd/above`);
  const log = createFailureLog();
  const files = createFiles(log);
  const proc = procPaths(folder);
  const way = (path: string): string => wayInRoot(7, path, proc, files).slice(root.length);
  return { way, root, failures: () => Object.values(log.totals).reduce((sum, one) => sum + one) };
}

it.each([
  ["a path without links", "/run/app/x.sock", "/run/app/x.sock"],
  ["the usual /var/run -> /run", "/var/run/app/x.sock", "/run/app/x.sock"],
  ["a relative link", "/odd/relative/b/x.sock", "/srv/a/b/x.sock"],
  ["a link to a link", "/odd/twice/x.sock", "/run/app/x.sock"],
  ["a link that climbs above the root", "/odd/above/x.sock", "/run/x.sock"],
  ["dots", "/./srv//a/../a/x.sock", "/srv/a/x.sock"],
  ["a last component that is a link", "/odd/twice", "/odd/twice"],
  ["a folder that does not exist", "/none/x.sock", "/none/x.sock"],
])("follows %s inside the root", (_, path, way) => {
  const setup = setUp();
  expect([setup.way(path), setup.failures()]).toEqual([way, 0]);
});

it("gives up a loop, as the kernel does", () => {
  expect(setUp().way("/odd/loop/x.sock")).toBe("/odd/loop/x.sock");
});
