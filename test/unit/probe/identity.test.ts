import { mkdirSync } from "node:fs";
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
    systemUnit: "platform.service",
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
    systemUnit: undefined,
    memoryCgroup: undefined,
    netns: undefined,
    pidfile: undefined,
  });
  expect(log.totals).toEqual({ gone: 4, denied: 0, malformed: 0, failed: 0 });
});

it.each([
  ["a unit of the system", "0::/system.slice/a.service\n", "a.service", "a.service"],
  [
    "a unit that a user has named",
    "0::/user.slice/user-33.slice/user@33.service/app.slice/a.service\n",
    "a.service",
    "user@33.service",
  ],
  [
    "v1, where systemd's hierarchy counts",
    "1:name=systemd:/a.service\n0::/\n",
    "a.service",
    "a.service",
  ],
])("tells whose unit it is: %s", async (_, cgroup, unit, systemUnit) => {
  const { proc, identify } = setUp();
  proc.put(10, { cgroup });
  expect(await identify.read(stat)).toMatchObject({ unit, systemUnit });
});

it("finds a process again where it was moved, and leaves the rest as it was read", async () => {
  const { proc, identify } = setUp();
  proc.put(10, { uid: 33, cmdline: "gunicorn\0", cgroup: "0::/system.slice/a.service\n" });
  const known = await identify.read(stat);
  proc.put(10, { uid: 0, cmdline: "else\0", cgroup: "0::/system.slice/b.scope\n" });
  expect(identify.again(stat, known)).toEqual({
    ...known,
    unit: "b.scope",
    systemUnit: "b.scope",
    memoryCgroup: { version: "v2", path: "/system.slice/b.scope" },
  });
});

it("takes a process that has just left for where it was, but none that cannot be read", async () => {
  const { proc, identify } = setUp();
  proc.put(10, { cgroup: "0::/system.slice/a.service\n" });
  const known = await identify.read(stat);
  proc.remove(10);
  expect(identify.again(stat, known)).toBe(known);
  mkdirSync(`${proc.root}/10/cgroup`, { recursive: true });
  expect(identify.again(stat, known)).toEqual({
    ...known,
    unit: undefined,
    systemUnit: undefined,
    memoryCgroup: undefined,
  });
});
