import { expect, it } from "vitest";
import { looker, noSlices } from "./looker.ts";

const wanted = new Set([700]);

function setUp() {
  const { proc, holders, clock, asked } = looker();
  return {
    proc,
    clock,
    /** What a search at this time found; `not made` where no process was looked at. */
    async search(inodes: ReadonlySet<number> = wanted) {
      asked();
      const found = await holders.find(inodes, noSlices);
      return asked().length === 0 ? "not made" : found;
    },
  };
}

it("finds every process that holds one of the listeners", async () => {
  const { proc, search } = setUp();
  proc.put(10, { fds: { 3: "socket:[700]" } });
  proc.put(11, { fds: { 9: "socket:[700]", 4: "socket:[1]" } });
  proc.put(12, { fds: { 3: "socket:[701]" } });
  expect(await search()).toEqual([10, 11]);
});

it("is not made for nothing", async () => {
  expect(await setUp().search(new Set())).toBe("not made");
});

it("is made again at once after one that found somebody", async () => {
  const { proc, search } = setUp();
  proc.put(10, { fds: { 3: "socket:[700]" } });
  expect(await search()).toEqual([10]);
  expect(await search()).toEqual([10]);
});

it("waits longer and longer while it finds nobody, since anybody can write such rows", async () => {
  const { proc, search, clock } = setUp();
  proc.put(10, { fds: { 3: "socket:[1]" } });
  const madeAtS: number[] = [];
  for (let second = 0; second < 1_500; second += 1) {
    clock.nowMs = second * 1_000;
    if ((await search()) !== "not made") madeAtS.push(second);
  }
  expect(madeAtS).toEqual([0, 1, 3, 7, 15, 31, 63, 127, 255, 511, 811, 1_111, 1_411]);
});

it("starts to wait anew once it has found somebody", async () => {
  const { proc, search, clock } = setUp();
  proc.put(10);
  await search();
  clock.nowMs = 1_000;
  await search();
  proc.put(10, { fds: { 3: "socket:[700]" } });
  clock.nowMs = 3_000;
  expect(await search()).toEqual([10]);
  proc.put(10);
  expect(await search()).toEqual([]);
  clock.nowMs = 3_999;
  expect(await search()).toBe("not made");
  clock.nowMs = 4_000;
  expect(await search()).toEqual([]);
});
