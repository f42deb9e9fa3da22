import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { expect, it, onTestFinished } from "vitest";
import type { Place } from "../../../agent/model/place.ts";
import { createBindingCache } from "../../../agent/probe/binding-cache.ts";
import { createFailureLog } from "../../../agent/probe/failures.ts";
import type { SocketTable } from "../../../agent/probe/socket-tables.ts";
import { temporaryFolder } from "./fake-proc.ts";

const table: SocketTable = {
  netns: "net:[1]",
  viewer: "self",
  rows: new Map(),
  byBasename: new Map(),
};

const file700 = { kind: "file", file: { inode32: 70, deviceMajor: 254, deviceMinor: 0 } } as const;

function row(inode: number, fileInode: number): string {
  return `u_str LISTEN 0 2048 app.sock ${inode} * 0 <-> ino:${fileInode} dev:0/65024 peers:\n`;
}

function place(inode: number | undefined): Place {
  const file = {
    device: 65_024,
    inode: inode ?? 0,
    mode: "0770",
    uid: 0,
    gid: 0,
    mountDevice: undefined,
  };
  return {
    key: "65024:9/app.sock",
    path: "/run/app.sock",
    reachablePath: "/run/app.sock",
    state: inode === undefined ? { kind: "absent" } : { kind: "socket", file },
  };
}

/** A cache, with programs named `ss` and `nsenter` of the test's own on PATH. */
function setUp() {
  const folder = temporaryFolder();
  const path = process.env["PATH"];
  onTestFinished(() => {
    process.env["PATH"] = path;
  });
  process.env["PATH"] = folder;
  const clock = { nowMs: 0 };
  const log = createFailureLog();
  const calls = `${folder}/calls`;

  /** What the program does from now on, as lines of a shell; it notes how it was called. */
  function install(name: "ss" | "nsenter", script: string): void {
    const note = `echo "${name} $*" >> ${calls}`;
    writeFileSync(`${folder}/${name}`, `#!/bin/sh\n${note}\n${script}\n`, { mode: 0o755 });
  }

  return {
    clock,
    log,
    cache: createBindingCache("/proc", log, () => clock.nowMs),
    install,
    says: (output: string) => {
      writeFileSync(`${folder}/output`, output);
      install("ss", `while IFS= read -r line; do echo "$line"; done < ${folder}/output`);
    },
    calls: () => (existsSync(calls) ? readFileSync(calls, "latin1").trim().split("\n") : []),
  };
}

it("tells the file that each listener is bound to", async () => {
  const { cache, says, log } = setUp();
  says(row(700, 70) + row(701, 71) + row(999, 99));
  await cache.refresh(table, [700, 701], [place(71)]);
  expect({
    held: cache.of("net:[1]", 700),
    atFile: [70, 71, 72].map((inode) => cache.boundTo("net:[1]", inode)),
    unlisted: cache.of("net:[1]", 555),
    elsewhere: cache.of("net:[2]", 700),
    blind: cache.blind(),
    totals: log.totals,
  }).toEqual({
    held: file700,
    atFile: [[700], [701], []],
    unlisted: { kind: "unknown", why: "ss did not list the listener" },
    elsewhere: { kind: "unknown", why: "it was not asked" },
    blind: [],
    totals: { gone: 0, denied: 0, malformed: 0, failed: 0 },
  });
});

it("tells of a listener that nobody watched holds but that is bound to the file at a place", async () => {
  const { cache, says } = setUp();
  says(row(700, 70) + row(999, 99));
  await cache.refresh(table, [700], [place(99)]);
  expect(cache.boundTo("net:[1]", 99)).toEqual([999]);
});

it("asks only when the question changes", async () => {
  const { cache, says, calls } = setUp();
  says(row(700, 70) + row(701, 71));
  const story: [why: string, held: number[], file: number | undefined, asked: number][] = [
    ["the first time", [700], 70, 1],
    ["the same again", [700], 70, 1],
    ["a listener has come", [700, 701], 70, 2],
    ["the file at the place is another", [700, 701], 71, 3],
    ["the file is away", [700, 701], undefined, 4],
    ["the same again", [700, 701], undefined, 4],
    ["a listener has left", [701], undefined, 5],
  ];
  for (const [why, held, file, asked] of story) {
    await cache.refresh(table, held, [place(file)]);
    expect([why, calls().length]).toEqual([why, asked]);
  }
  expect(calls()[0]).toBe("ss -xlHe");
});

it("asks again after a minute about a listener that was not listed, and not sooner", async () => {
  const { cache, says, calls, clock } = setUp();
  says(row(701, 71));
  for (const atMs of [0, 1, 59_999]) {
    clock.nowMs = atMs;
    await cache.refresh(table, [700], []);
  }
  expect(calls()).toHaveLength(1);
  says(row(700, 70));
  clock.nowMs = 60_000;
  await cache.refresh(table, [700], []);
  expect(calls()).toHaveLength(2);
  expect(cache.of("net:[1]", 700)).toEqual(file700);
});

it.each([
  ["ss is missing", undefined, "ss is not installed", { gone: 1 }],
  [
    "ss says why it fails",
    "echo 'Cannot open netlink' >&2; exit 1",
    "ss failed: Cannot open netlink",
    { failed: 1 },
  ],
  ["ss fails without a word", "exit 3", "ss failed: Command failed: ss -xlHe", { failed: 1 }],
] as const)("when %s all is unknown, and once a minute it is tried again", async (...row4) => {
  const [, script, why, counted] = row4;
  const { cache, install, says, log, clock } = setUp();
  if (script !== undefined) install("ss", script);
  await cache.refresh(table, [700], [place(70)]);
  expect({
    of: cache.of("net:[1]", 700),
    boundTo: cache.boundTo("net:[1]", 70),
    blind: cache.blind(),
    totals: log.totals,
  }).toEqual({
    of: { kind: "unknown", why },
    boundTo: [],
    blind: [{ what: "bound-file", reason: why }],
    totals: { gone: 0, denied: 0, malformed: 0, failed: 0, ...counted },
  });
  says(row(700, 70));
  await cache.refresh(table, [700], [place(70)]);
  expect(cache.blind()).toHaveLength(1);
  clock.nowMs = 60_000;
  await cache.refresh(table, [700], [place(70)]);
  expect([cache.blind(), cache.of("net:[1]", 700)]).toEqual([[], file700]);
});

it("counts rows that make no sense", async () => {
  const { cache, says, log } = setUp();
  says(`odd row 7 * 0 <-> ino:1 dev:0/65024 peers:\n${row(700, 70)}`);
  await cache.refresh(table, [700], []);
  expect(log.totals).toEqual({ gone: 0, denied: 0, malformed: 1, failed: 0 });
  expect(cache.of("net:[1]", 700)).toEqual(file700);
});

it("enters another network namespace through a process in it", async () => {
  const { cache, install, calls } = setUp();
  install("nsenter", `echo '${row(800, 80).trim()}'`);
  await cache.refresh({ ...table, netns: "net:[2]", viewer: 4101 }, [800], []);
  expect(calls()).toEqual(["nsenter --net=/proc/4101/ns/net -- ss -xlHe"]);
  expect(cache.of("net:[2]", 800)).toMatchObject({ kind: "file", file: { inode32: 80 } });
});

it("forgets a namespace that is gone, and that it was blind there", async () => {
  const { cache, says } = setUp();
  says(row(700, 70));
  await cache.refresh(table, [700], []);
  await cache.refresh({ ...table, netns: "net:[2]", viewer: process.pid }, [800], []);
  expect(cache.blind()).toEqual([{ what: "bound-file", reason: "nsenter is not installed" }]);
  cache.keepOnly(new Set(["net:[1]"]));
  expect(cache.blind()).toEqual([]);
  expect(cache.of("net:[1]", 700)).toEqual(file700);
  expect(cache.of("net:[2]", 800)).toEqual({ kind: "unknown", why: "it was not asked" });
});

it("is not blind to a namespace whose process has left while it asked", async () => {
  const { cache, says } = setUp();
  says(row(700, 70));
  const nobody = 4_194_304; // PID_MAX_LIMIT: one more than the largest pid
  await cache.refresh({ ...table, netns: "net:[2]", viewer: nobody }, [800], []);
  expect(cache.blind()).toEqual([]);
});
