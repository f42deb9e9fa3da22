import { setImmediate } from "node:timers/promises";
import { expect, it } from "vitest";
import { startNative } from "../../../agent/run/cutover-start.ts";
import { stopNew } from "../../../agent/run/cutover-stop-new.ts";
import { createCutoverWalk } from "../../../agent/run/cutover-walk.ts";
import { installed, nobody, oldListens, runningUntilStopped } from "./cutover-installed.ts";
import { fakeCutover } from "./fake-cutover.ts";

const thrown = async (): Promise<never> => {
  await setImmediate();
  throw new Error("spawn ENOMEM");
};

it("what goes wrong while the path is watched fails a stop, and kills nothing", async () => {
  const one = await installed();
  const { walk } = fakeCutover({ ...runningUntilStopped(one), report: nobody });
  const systemd = { ...walk.parts.systemd, stop: thrown };
  const end = await stopNew(createCutoverWalk(walk.record(), { ...walk.parts, systemd }));
  expect(end).toEqual({ result: "failed", text: "spawn ENOMEM" });
});

it("nor does it in a start", async () => {
  const one = await installed();
  const { target } = one.record;
  const { walk } = fakeCutover({
    record: { ...one.record, target: { ...target, socket: { ...target.socket, gid: null } } },
    report: nobody,
    living: oldListens,
    file: { kind: "socket", ...one.file },
    unit: () => ({ fragmentPath: one.unitFile, mainPid: 0 }),
  });
  const systemd = { ...walk.parts.systemd, start: thrown };
  const end = await startNative(createCutoverWalk(walk.record(), { ...walk.parts, systemd }));
  expect(end).toEqual({ result: "failed", text: "spawn ENOMEM" });
});
