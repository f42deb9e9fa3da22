import { expect, it } from "vitest";
import type { Binding } from "../../../agent/model/listener.ts";
import type { PathState } from "../../../agent/model/place.ts";
import type { BindingCache } from "../../../agent/probe/binding-cache.ts";
import { contestedNames } from "../../../agent/probe/contested.ts";
import type { HeldListener } from "../../../agent/probe/listeners.ts";

function bindingsOf(binding: Binding): BindingCache {
  return {
    refresh: () => Promise.resolve(),
    keepOnly: () => undefined,
    of: () => binding,
    boundTo: () => [],
    blind: () => [],
  };
}

function held(state: PathState | undefined, contested: boolean): HeldListener {
  const row = { inode: 41, name: "app.sock", ...(contested ? { contested: true as const } : {}) };
  const place = state && { key: "1:2/app.sock", path: "/a", reachablePath: "/a", state };
  const table = {
    netns: "net:[1]",
    viewer: "self" as const,
    rows: new Map(),
    byBasename: new Map(),
  };
  return { row, table, place };
}

function file(inode: number, device = 1): PathState {
  const identity = { device, inode, mode: "0777", uid: 0, gid: 0, mountDevice: undefined };
  return { kind: "socket", file: identity };
}

const bound: Binding = {
  kind: "file",
  file: { inode32: 77, deviceMajor: 0, deviceMinor: 1 },
};
const unknown: Binding = { kind: "unknown", why: "ss is not installed" };
const doubt = [{ what: "listeners", reason: "two rows name socket 41 differently: one is forged" }];

it.each<[string, PathState | undefined, boolean, Binding, readonly unknown[]]>([
  ["a name that nobody contests", file(99), false, bound, []],
  ["a contested name that leads to the bound file", file(77), true, bound, []],
  ["one above 2^32, of which the kernel tells the low bits", file(2 ** 32 + 77), true, bound, []],
  ["a contested name that leads to another file", file(78), true, bound, doubt],
  ["one that leads to the same number on another device", file(77, 2), true, bound, doubt],
  ["a contested name that leads to nothing", { kind: "absent" }, true, bound, doubt],
  ["a contested name whose place must not be seen", undefined, true, bound, doubt],
  ["a contested name when the bound file is unknown", file(77), true, unknown, doubt],
])("judges %s", (_, state, contested, binding, blind) => {
  expect(contestedNames([held(state, contested)], bindingsOf(binding))).toEqual(blind);
});
