import { mkdirSync, rmSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { listenerRow } from "./fake-proc.ts";
import { looker, noSlices } from "./looker.ts";

const uptimeSeconds = 1_000;

function setUp() {
  const { proc, discovery, processes, tables, clock, asked } = looker();
  proc.put(1, { comm: "systemd", parent: 0 });

  function rows(...inodes: readonly number[]): void {
    proc.write("self/net/unix", inodes.map((inode) => listenerRow(inode, "/run/x.sock")).join(""));
  }

  function hold(pid: number, inode: number): void {
    const known = processes.tracked.get(pid);
    if (known === undefined) throw new Error(`${pid} is not tracked`);
    known.links = { kind: "read", descriptorOf: new Map([[inode, 3]]) };
  }

  async function discover(...watched: readonly number[]) {
    const { tables: read } = tables.read(new Map([["net:[1]", ["self"] as const]]));
    asked();
    const newRows = await discovery.discover(read, new Set(watched), uptimeSeconds, noSlices);
    const looked = asked().flatMap((name) => /^(\d+)\/stat$/.exec(name)?.[1] ?? []);
    return { newRows, looked: looked.map(Number).toSorted((one, other) => one - other) };
  }

  return { proc, discovery, processes, clock, rows, hold, discover };
}

const nothing = { newRows: false, looked: [] };

describe("when to look for gunicorns", () => {
  it("at the start: at every process, and what is found is watched", async () => {
    const { proc, discover, processes, discovery } = setUp();
    proc.put(10, { role: "master" });
    proc.put(20, { comm: "postgres" });
    expect(await discover()).toEqual({ newRows: false, looked: [1, 10, 20] });
    expect([...processes.tracked.keys()]).toEqual([10]);
    expect(discovery.blind()).toEqual([]);
  });

  it("every second while no server holds a watched listener, as with a socket unit", async () => {
    const { proc, discover, clock, rows, hold } = setUp();
    rows(700);
    await discover(700);
    proc.put(10, { role: "master" });
    clock.nowMs = 999;
    expect(await discover(700)).toEqual(nothing);
    expect(await discover()).toEqual(nothing);
    clock.nowMs = 1_000;
    expect(await discover(700)).toEqual({ newRows: false, looked: [10] });
    hold(10, 700);
    clock.nowMs = 5_000;
    expect(await discover(700)).toEqual(nothing);
  });

  it("not again while nothing has changed, until a minute is over, and after 15 of them at all", async () => {
    const { proc, discover, clock } = setUp();
    proc.put(10, { role: "master" });
    const story: [atMs: number, looked: number[]][] = [
      [0, [1, 10]],
      [1, []],
      [59_999, []],
      [60_000, [10]],
      [119_999, []],
      [120_000, [10]],
      [899_999, [10]],
      [900_000, [1, 10]],
      [959_999, []],
    ];
    for (const [atMs, looked] of story) {
      clock.nowMs = atMs;
      expect([atMs, (await discover()).looked]).toEqual([atMs, looked]);
    }
  });

  it("at once when a listener comes that nobody is known to hold, and then no more for it", async () => {
    const { proc, discover, rows } = setUp();
    await discover();
    proc.put(10, { role: "master", startTicks: 99_900 });
    rows(700);
    expect(await discover()).toEqual({ newRows: true, looked: [10] });
    expect(await discover()).toEqual(nothing);
    rows(700, 701);
    expect((await discover()).newRows).toBe(true);
    rows(701);
    expect(await discover()).toEqual(nothing);
  });

  it("not for a listener whose holder is known", async () => {
    const { proc, discover, rows, hold } = setUp();
    proc.put(10, { role: "master" });
    await discover();
    hold(10, 700);
    rows(700);
    expect(await discover()).toEqual(nothing);
  });

  it("at once when a listener has lost its holder", async () => {
    const { proc, discover, rows, hold } = setUp();
    proc.put(10, { role: "master" });
    await discover();
    hold(10, 700);
    rows(700);
    await discover();
    hold(10, 999);
    expect((await discover()).newRows).toBe(true);
  });
});

describe("what could not be seen", () => {
  it("other users' processes, told by pid 1 that is missing", async () => {
    const { proc, discover, discovery, clock } = setUp();
    proc.remove(1);
    proc.put(10, { role: "master" });
    await discover();
    expect(discovery.blind()).toEqual([
      { what: "processes", reason: "pids of other users are hidden (hidepid or ProtectProc)" },
    ]);
    proc.put(1, { parent: 0 });
    clock.nowMs = 60_000;
    await discover();
    expect(discovery.blind()).toEqual([]);
  });
});

describe("holders of watched listeners", () => {
  it("are watched from then on", async () => {
    const { proc, discovery, processes } = setUp();
    proc.put(10, { comm: "uwsgi", fds: { 3: "socket:[700]" } });
    expect(await discovery.searchHolders(new Set([700]), noSlices)).toBe(true);
    expect([...processes.tracked].map(([pid, { holder }]) => [pid, holder])).toEqual([[10, true]]);
  });

  it("are not searched where none is missing", async () => {
    const { discovery } = setUp();
    expect(await discovery.searchHolders(new Set(), noSlices)).toBe(false);
  });

  it("that stay unknown make it look for gunicorns every second", async () => {
    const { proc, discovery, discover, clock } = setUp();
    proc.put(10, { role: "master" });
    await discover();
    await discovery.searchHolders(new Set([700]), noSlices);
    clock.nowMs = 999;
    expect((await discover()).looked).toEqual([]);
    clock.nowMs = 1_000;
    expect((await discover()).looked).toEqual([10]);
    await discovery.searchHolders(new Set(), noSlices);
    clock.nowMs = 2_000;
    expect((await discover()).looked).toEqual([]);
  });
});

it("is blind where pids are listed but must not be looked at, as under hidepid=1", async () => {
  const { proc, discovery, clock, discover } = setUp();
  proc.put(10);
  rmSync(`${proc.root}/10/stat`);
  mkdirSync(`${proc.root}/10/stat`);
  await discover();
  expect(discovery.blind()).toEqual([{ what: "processes", reason: "EISDIR" }]);
  proc.put(10);
  clock.nowMs += 60_000;
  await discover();
  expect(discovery.blind()).toEqual([]);
});
