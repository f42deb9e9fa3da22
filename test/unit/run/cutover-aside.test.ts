import { expect, it } from "vitest";
import type { UnitProperties } from "../../../agent/model/unit.ts";
import { setAside } from "../../../agent/run/cutover-aside.ts";
import { startNative } from "../../../agent/run/cutover-start.ts";
import { report, socket } from "../cli/reports.ts";
import { cutover } from "../history/cutovers.ts";
import { fakeCutover } from "./fake-cutover.ts";

const native = "/etc/systemd/system/platform.service";

it.each<[string, Partial<UnitProperties>]>([
  ["main process", { mainPid: 68 }],
  ["control process", { shown: { ControlPID: "68" } }],
])("moves nobody and stops nothing while systemd follows a %s", async (_, change) => {
  const { walk, calls } = fakeCutover({
    record: cutover({ served: null }),
    report: report([socket()]),
    unit: () => ({ fragmentPath: native, ...change }),
  });
  const said = "systemd follows process 68 as one of platform.service";
  expect((await setAside(walk)).text).toContain(said);
  expect((await startNative(walk)).text).toContain(said);
  expect(calls).toEqual([]);
});
