import { expect, it } from "vitest";
import type { ProcStat } from "../../../agent/parse/proc-stat.ts";
import { createIdentify } from "../../../agent/probe/identity.ts";
import { createSlowFiles } from "../../../agent/probe/slow-files.ts";
import { looker } from "./looker.ts";

const stat: ProcStat = {
  pid: 10,
  comm: "gunicorn",
  state: "S",
  parentPid: 1,
  threads: 1,
  startTicks: 100,
  rssPages: 1,
  caughtSignals: 0,
};

function setUp() {
  const { proc, files, log } = looker();
  return { proc, log, identify: createIdentify(proc.paths, files, createSlowFiles(log, 1_000)) };
}

it("reads all there is to know", async () => {
  const { proc, identify } = setUp();
  proc.put(10, {
    uid: 33,
    cmdline: "gunicorn\0--pid\0gunicorn.pid\0app:app\0",
    cgroup: "0::/system.slice/platform.service\n",
    netns: "net:[4026531840]",
  });
  expect(await identify.read(stat)).toEqual({
    command: "gunicorn --pid gunicorn.pid app:app",
    uid: 33,
    unit: "platform.service",
    memoryCgroup: { version: "v2", path: "/system.slice/platform.service" },
    netns: "net:[4026531840]",
    pidfile: "gunicorn.pid",
  });
});

it.each([
  [
    "the limit on a hybrid host is on v1",
    "5:memory:/system.slice/a.service\n1:name=systemd:/system.slice/a.service\n0::/system.slice/a.service\n",
    { unit: "a.service", memoryCgroup: { version: "v1", path: "/system.slice/a.service" } },
  ],
  [
    "the unit is not taken from the memory controller",
    "5:memory:/\n1:name=systemd:/system.slice/a.service\n",
    { unit: "a.service", memoryCgroup: { version: "v1", path: "/" } },
  ],
  [
    "where systemd's hierarchy says nothing, the unified one counts",
    "1:name=systemd:/\n0::/system.slice/a.service\n",
    { unit: "a.service", memoryCgroup: { version: "v2", path: "/system.slice/a.service" } },
  ],
  ["outside any unit there is none", "0::/\n", { memoryCgroup: { version: "v2", path: "/" } }],
  ["no hierarchy, no cgroup", "", {}],
])("%s", async (_, cgroup, expected) => {
  const { proc, identify } = setUp();
  proc.put(10, { cgroup });
  const { unit, memoryCgroup } = await identify.read(stat);
  expect({ unit, memoryCgroup }).toEqual({ unit: undefined, memoryCgroup: undefined, ...expected });
});

it("keeps what could not be read undefined, and counts it", async () => {
  const { identify, log } = setUp();
  expect(await identify.read(stat)).toEqual(identify.unread(stat));
  expect(identify.unread(stat)).toEqual({
    command: "gunicorn",
    uid: undefined,
    unit: undefined,
    memoryCgroup: undefined,
    netns: undefined,
    pidfile: undefined,
  });
  expect(log.totals).toEqual({ gone: 4, denied: 0, malformed: 0, failed: 0 });
});
