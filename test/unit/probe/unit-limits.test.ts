import { mkdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { expect, it } from "vitest";
import type { Identity, MemoryCgroup } from "../../../agent/probe/identity.ts";
import { createUnitLimits } from "../../../agent/probe/unit-limits.ts";
import { temporaryFolder } from "./fake-proc.ts";
import { looker } from "./looker.ts";

function setUp() {
  const { files, log, clock } = looker();
  const root = temporaryFolder();
  return {
    log,
    clock,
    limits: createUnitLimits(root, files, () => clock.nowMs),
    write(name: string, content: string): void {
      mkdirSync(dirname(`${root}/${name}`), { recursive: true });
      writeFileSync(`${root}/${name}`, content);
    },
  };
}

function identity(unit: string | undefined, memoryCgroup: MemoryCgroup | undefined): Identity {
  return {
    command: "gunicorn",
    uid: 33,
    unit,
    systemUnit: undefined,
    memoryCgroup,
    netns: "net:[1]",
    pidfile: undefined,
  };
}

const v2 = identity("a.service", { version: "v2", path: "/system.slice/a.service" });
const v1 = identity("a.service", { version: "v1", path: "/system.slice/a.service" });

it.each([
  ["v2, limited", v2, "system.slice/a.service/memory.max", "2147483648\n", 2_147_483_648],
  ["v2, unlimited", v2, "system.slice/a.service/memory.max", "max\n", undefined],
  [
    "v1, limited",
    v1,
    "memory/system.slice/a.service/memory.limit_in_bytes",
    "1048576\n",
    1_048_576,
  ],
  [
    "v1, unlimited",
    v1,
    "memory/system.slice/a.service/memory.limit_in_bytes",
    "9223372036854771712\n",
    undefined,
  ],
  ["no controller, so no file", v2, "system.slice/a.service/cgroup.procs", "", undefined],
  ["no cgroup known", identity("a.service", undefined), "x", "", undefined],
])("%s", (_, asked, name, content, memoryMaxBytes) => {
  const { limits, write } = setUp();
  write(name, content);
  expect(limits.of([asked])).toEqual([{ unit: "a.service", memoryMaxBytes }]);
});

it("gives each unit once, and none for processes outside any", () => {
  const { limits, write } = setUp();
  write("system.slice/a.service/memory.max", "1024\n");
  write("b.scope/memory.max", "2048\n");
  const others = [
    identity(undefined, { version: "v2", path: "/" }),
    identity("b.scope", { version: "v2", path: "/b.scope" }),
  ];
  expect(limits.of([v2, v2, ...others])).toEqual([
    { unit: "a.service", memoryMaxBytes: 1_024 },
    { unit: "b.scope", memoryMaxBytes: 2_048 },
  ]);
});

it.each([
  ["its own, less than its slice's", "1024\n", "2048\n", 1_024],
  ["its slice's, less than its own", "4096\n", "2048\n", 2_048],
  ["its slice's, without one of its own", "max\n", "2048\n", 2_048],
])("the limit of a unit is %s", (_, own, above, memoryMaxBytes) => {
  const { limits, write } = setUp();
  write("system.slice/a.service/memory.max", own);
  write("system.slice/memory.max", above);
  expect(limits.of([v2])).toEqual([{ unit: "a.service", memoryMaxBytes }]);
});

it("reads a limit again after a minute", () => {
  const { limits, write, clock } = setUp();
  write("system.slice/a.service/memory.max", "1024\n");
  const story: [atMs: number, bytes: number][] = [
    [0, 1_024],
    [59_999, 1_024],
    [60_000, 4_096],
  ];
  for (const [atMs, memoryMaxBytes] of story) {
    clock.nowMs = atMs;
    expect([atMs, limits.of([v2])]).toEqual([atMs, [{ unit: "a.service", memoryMaxBytes }]]);
    write("system.slice/a.service/memory.max", "4096\n");
  }
});

it("counts a limit that makes no sense, and tells none", () => {
  const { limits, write, log } = setUp();
  write("system.slice/a.service/memory.max", "much\n");
  write("system.slice/memory.max", "max\n");
  expect(limits.of([v2])).toEqual([{ unit: "a.service", memoryMaxBytes: undefined }]);
  expect(log.totals).toEqual({ gone: 0, denied: 0, malformed: 1, failed: 0 });
});
