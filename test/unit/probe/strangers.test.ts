import { expect, it } from "vitest";
import type { Place } from "../../../agent/model/place.ts";
import type { BindingCache } from "../../../agent/probe/binding-cache.ts";
import type { HeldListener } from "../../../agent/probe/listeners.ts";
import type { SocketTable } from "../../../agent/probe/socket-tables.ts";
import { strangersAt } from "../../../agent/probe/strangers.ts";

const fileInode = 2 ** 32 + 70;

const place: Place = {
  key: "1:2/app.sock",
  path: "/run/app.sock",
  reachablePath: "/run/app.sock",
  state: {
    kind: "socket",
    file: { device: 1, inode: fileInode, mode: "0770", uid: 0, gid: 0, mountDevice: undefined },
  },
};

const binding = {
  kind: "file",
  file: { inode32: 70, deviceMajor: 254, deviceMinor: 0 },
} as const;

function tableWith(...inodes: readonly number[]): SocketTable {
  const rows = new Map(inodes.map((inode) => [inode, { inode, name: "/run/\xff.sock" }]));
  return { netns: "net:[1]", viewer: "self", rows, byBasename: new Map() };
}

/** All listeners in it are bound to the file with the inode 70. */
const bindings: BindingCache = {
  refresh: () => Promise.resolve(),
  keepOnly: () => undefined,
  of: () => binding,
  boundTo: (_, inode32) => (inode32 === 70 ? [700, 701] : []),
  blind: () => [],
};

const stranger = {
  inode: 701,
  boundAs: "/run/\\xff.sock",
  netns: "net:[1]",
  binding,
  place: undefined,
};

it("is a listener bound to the file at a place that no watched process holds", () => {
  const table = tableWith(700, 701);
  const held: HeldListener = { row: { inode: 700, name: "app.sock" }, table, place };
  expect(strangersAt([place, place], [table], [held], bindings)).toEqual([stranger]);
});

it.each<[string, Place, SocketTable]>([
  ["that is in no table", place, tableWith()],
  [
    "that is bound to another file",
    { ...place, state: { ...place.state, file: { ...socketFile(), inode: 71 } } as Place["state"] },
    tableWith(700, 701),
  ],
  ["where nothing stands", { ...place, state: { kind: "absent" } }, tableWith(700, 701)],
])("is no listener %s", (_, at, table) => {
  expect(strangersAt([at], [table], [], bindings)).toEqual([]);
});

function socketFile() {
  if (place.state.kind !== "socket") throw new Error("not a socket");
  return place.state.file;
}
