import { existsSync, linkSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { setImmediate } from "node:timers/promises";
import { expect, it } from "vitest";
import { endOld } from "../../../agent/run/cutover-end-old.ts";
import { awaitNative } from "../../../agent/run/cutover-start.ts";
import { createCutoverWalk, type CutoverWalk } from "../../../agent/run/cutover-walk.ts";
import { whichWay } from "../../../agent/run/cutover-which-way.ts";
import { installed, nobody, oldListens, runningUntilStopped } from "./cutover-installed.ts";
import { fakeCutover } from "./fake-cutover.ts";

it.each<readonly [string, (walk: CutoverWalk) => Promise<unknown>]>([
  ["the native unit is waited for", awaitNative],
  ["the old groups wait for their end", endOld],
  ["a cutover is taken up", whichWay],
])("a path that is lost in a look which takes long is led back in it, as %s", async (_, work) => {
  const one = await installed();
  const live = join(dirname(one.keptName), "app.sock");
  linkSync(live, one.keptName);
  const host = runningUntilStopped(one);
  const { walk } = fakeCutover({
    ...host,
    report: nobody,
    living: oldListens,
    file: () => (existsSync(live) ? { kind: "socket", ...one.file } : { kind: "absent" }),
  });
  let isBack: boolean | undefined;
  const lost = async (): Promise<void> => {
    if (isBack !== undefined) return;
    rmSync(live);
    for (let turns = 0; turns < 100 && !existsSync(live); turns += 1) await setImmediate();
    isBack = existsSync(live);
    host.state.runs = false;
  };
  const { look, lookForActing } = walk.parts;
  await work(
    createCutoverWalk(walk.record(), {
      ...walk.parts,
      look: () => lost().then(look),
      lookForActing: () => lost().then(lookForActing),
    }),
  );
  expect(isBack).toBe(true);
});
