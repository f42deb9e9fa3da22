import { temporaryFolder } from "../../support/temporary-folder.ts";
import { existsSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, it } from "vitest";
import { keptAt, putAway } from "../../../agent/run/cutover-script-files.ts";
import { report } from "../cli/reports.ts";
import { cutover } from "../history/cutovers.ts";
import { fakeCutover } from "./fake-cutover.ts";

const script = "#!/bin/sh\n";
const changed = "#!/bin/sh\n# of a person\n";

it.each([
  ["that is as it was copied goes, and its links", "platform.service", script, [false, false]],
  [
    "that is as it was copied goes, and its links, where the native unit has another name",
    "native.service",
    script,
    [false, false],
  ],
  ["that was changed stays as it was", "platform.service", changed, [true, true]],
  // the native unit does not hide it, and a boot would start both
  [
    "that was changed stays without its links where the native unit has another name",
    "native.service",
    changed,
    [true, false],
  ],
] as const)("an init script %s", async (_, name, text, stands) => {
  const root = temporaryFolder("put-away");
  const initScript = join(root, "init.d/platform");
  const link = join(root, "rc2.d/S01platform");
  const backup = join(root, "backup");
  for (const [file, whole] of [
    [initScript, text],
    [keptAt(backup, initScript), script],
  ] as const) {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, whole);
  }
  mkdirSync(dirname(link));
  symlinkSync("../init.d/platform", link);
  const { target } = cutover();
  const { walk } = fakeCutover({
    report: report([]),
    record: cutover({
      target: {
        ...target,
        backup,
        service: { ...target.service, name },
        old: { ...target.old, initScript, links: [{ path: link, target: "../init.d/platform" }] },
      },
    }),
  });
  const end = await putAway(walk);
  expect(end.text).toMatch(text === script ? /put away, and kept in/ : /has changed since/);
  expect(end.result).toBe(text === script ? "done" : "failed");
  expect([existsSync(initScript), existsSync(link)]).toEqual(stands);
});
