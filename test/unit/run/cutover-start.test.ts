import { existsSync, linkSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { setImmediate } from "node:timers/promises";
import { installed, nobody, oldListens } from "./cutover-installed.ts";
import { expect, it } from "vitest";
import { awaitNative, startNative } from "../../../agent/run/cutover-start.ts";
import { createCutoverWalk } from "../../../agent/run/cutover-walk.ts";
import { fakeCutover } from "./fake-cutover.ts";

it("once the path is lost no further unit is started", async () => {
  const one = await installed({ socketActivation: true });
  const { target } = one.record;
  const start = ["platform.socket", "platform.service"];
  let release: (() => void) | undefined;
  const { walk, calls } = fakeCutover({
    record: {
      ...one.record,
      target: { ...target, start, socket: { ...target.socket, gid: null } },
    },
    report: nobody,
    living: oldListens,
    file: () =>
      calls.includes("start platform.socket")
        ? { kind: "absent" }
        : { kind: "socket", ...one.file },
    unit: () => ({ fragmentPath: one.unitFile, mainPid: 0 }),
    refuses(call) {
      if (call !== "start platform.socket") return undefined;
      return new Promise((resolve) => {
        release = () => resolve(undefined);
      });
    },
  });
  const end = await startNative(walk);
  expect(end.text).toMatch(/nothing stands at .* any more/);
  release?.();
  await setImmediate();
  expect(calls).toEqual(["stop platform.service", "start platform.socket"]);
});

it("with --clean, where nobody is to be led back to, each of its units is started", async () => {
  const nobodyWas = {
    mode: "clean",
    socketActivation: true,
    served: null,
    keptName: null,
  } as const;
  const one = await installed(nobodyWas);
  const { target } = one.record;
  const start = ["platform.socket", "platform.service"];
  const { walk, calls } = fakeCutover({
    record: {
      ...one.record,
      target: { ...target, start, socket: { ...target.socket, gid: null } },
    },
    report: nobody,
    unit: () => ({ fragmentPath: one.unitFile, mainPid: 0 }),
    async refuses() {
      await setImmediate();
      return undefined;
    },
  });
  const end = await startNative(walk);
  expect(end.text).toBe("platform.socket, platform.service started");
  expect(calls.slice(1)).toEqual(["start platform.socket", "start platform.service"]);
});

it("a look that fails while the native unit is waited for is a surprise as any other", async () => {
  const one = await installed();
  const { walk } = fakeCutover({
    record: one.record,
    report: nobody,
    living: oldListens,
    file: { kind: "socket", ...one.file },
    unit: () => ({ fragmentPath: one.unitFile, mainPid: 70 }),
  });
  const look = (): Promise<never> => Promise.reject(new Error("EMFILE: too many open files"));
  const end = await awaitNative(createCutoverWalk(walk.record(), { ...walk.parts, look }));
  expect(end).toEqual({ result: "failed", text: "EMFILE: too many open files" });
});

it("a path that is lost while systemd starts the native unit is led back before that ends", async () => {
  const one = await installed();
  const live = join(dirname(one.keptName), "app.sock");
  linkSync(live, one.keptName);
  const { walk } = fakeCutover({
    record: one.record,
    report: nobody,
    living: oldListens,
    file: () => (existsSync(live) ? { kind: "socket", ...one.file } : { kind: "absent" }),
    unit: () => ({ fragmentPath: one.unitFile, mainPid: 0 }),
    async refuses(call) {
      if (!call.startsWith("start ")) return undefined;
      rmSync(live);
      for (let turns = 0; turns < 50 && !existsSync(live); turns += 1) await setImmediate();
      return existsSync(live) ? "it is back" : "it is lost";
    },
  });
  const end = await startNative(walk);
  expect(end).toEqual({ result: "failed", text: "it is back" });
});
