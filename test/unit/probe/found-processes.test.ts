import { expect, it } from "vitest";
import { heldInodes, unreadableLinks } from "../../../agent/probe/link-table.ts";
import { listenerRow, unixTable } from "./fake-proc.ts";
import { looker, noSlices } from "./looker.ts";

const watched = new Set(["app.sock"]);

function setUp(ownNetns?: string) {
  const parts = looker(ownNetns);
  const { proc, finder, processes } = parts;
  proc.put(1, { comm: "systemd", parent: 0 });
  return {
    ...parts,
    find: () => finder.find(watched, 1_000, noSlices),
    held: () => [...heldInodes(processes)],
    pids: () => [...processes.tracked.keys()],
  };
}

const master = { role: "master", fds: { 5: "socket:[700]", 6: "socket:[1]" } } as const;

it("finds a group and what it holds of the listeners", async () => {
  const { proc, find, held, pids } = setUp();
  proc.write("self/net/unix", unixTable(listenerRow(700, "/run/app.sock")));
  proc.put(10, { ...master, threads: { 10: [11] } });
  proc.put(11, { role: "worker", parent: 10, fds: { 5: "socket:[700]" } });
  proc.put(20, { comm: "nginx", fds: { 3: "socket:[1]" } });
  const { tables, blind } = await find();
  expect({ netns: tables.map(({ netns }) => netns), blind, pids: pids(), held: held() }).toEqual({
    netns: ["net:[1]"],
    blind: [],
    pids: [10, 11],
    held: [700],
  });
});

it("asks in a steady state for what the group costs, not what the host costs", async () => {
  const { proc, find, asked } = setUp();
  proc.write("self/net/unix", unixTable(listenerRow(700, "/run/app.sock")));
  proc.put(10, { ...master, threads: { 10: [11] } });
  proc.put(11, { role: "worker", parent: 10, fds: { 5: "socket:[700]" } });
  for (let pid = 100; pid < 150; pid += 1) proc.put(pid, { fds: { 3: "socket:[1]" } });
  await find();
  asked();
  await find();
  expect(asked()).toEqual([
    "10/stat",
    "10/cgroup",
    "11/stat",
    "10/task/10/children",
    "11/task/11/children",
    "self/net/unix",
    "10/task/10/children",
    "11/task/11/children",
    "10/fd/5",
    "11/fd/5",
  ]);
});

it("finds who holds a listener at a watched path when no gunicorn does", async () => {
  const { proc, find, held, pids } = setUp();
  proc.write("self/net/unix", unixTable(listenerRow(700, "/run/app.sock")));
  proc.put(20, { comm: "uwsgi", fds: { 4: "socket:[700]" }, threads: { 20: [21] } });
  proc.put(21, { comm: "uwsgi", parent: 20 });
  await find();
  expect([pids(), held()]).toEqual([[20, 21], [700]]);
});

it("does not search for holders of listeners at other paths", async () => {
  const { proc, find, asked } = setUp();
  proc.write("self/net/unix", unixTable(listenerRow(700, "/run/other.sock")));
  proc.put(20, { comm: "uwsgi", fds: { 4: "socket:[700]" } });
  await find();
  expect(asked().filter((name) => name.includes("fd"))).toEqual([]);
});

it("reads the listeners of the namespace of a container that has just been found", async () => {
  const { proc, find, held } = setUp();
  proc.put(10, { ...master, netns: "net:[2]", unix: listenerRow(700, "/run/app.sock") });
  const { tables } = await find();
  expect(tables.map(({ netns, viewer }) => [netns, viewer])).toEqual([
    ["net:[1]", "self"],
    ["net:[2]", 10],
  ]);
  expect(held()).toEqual([700]);
});

it("reads a namespace through another process when the first one leaves meanwhile", async () => {
  const { proc, find, held } = setUp();
  const unix = listenerRow(700, "/run/app.sock");
  proc.put(10, { role: "master", netns: "net:[2]", unix });
  proc.put(11, { ...master, netns: "net:[2]", unix });
  await find();
  proc.put(10, { role: "master", netns: "net:[2]" }); // its stat is still there, its net is not
  const { tables, blind } = await find();
  expect({ rows: [...(tables[1]?.rows.keys() ?? [])], blind, held: held() }).toEqual({
    rows: [700],
    blind: [],
    held: [700],
  });
});

it("reads the listeners of the host too when the agent has a network of its own", async () => {
  const { proc, find, held } = setUp("net:[9]");
  const unix = listenerRow(700, "/run/app.sock");
  proc.put(1, { comm: "systemd", parent: 0, unix });
  proc.put(10, { ...master, unix });
  const { tables } = await find();
  expect(tables.map(({ netns, viewer }) => [netns, viewer])).toEqual([
    ["net:[9]", "self"],
    ["net:[1]", 1],
  ]);
  expect(held()).toEqual([700]);
});

it("reads a namespace not through a zombie", async () => {
  const { proc, find } = setUp();
  proc.put(10, { ...master, state: "Z", netns: "net:[2]" });
  expect((await find()).tables.map(({ netns }) => netns)).toEqual(["net:[1]"]);
});

it("reads the links of masters in full when a listener comes whose holder is not known", async () => {
  const { proc, find, held } = setUp();
  proc.write("self/net/unix", unixTable(listenerRow(700, "/run/app.sock")));
  proc.put(10, master);
  await find();
  proc.write("self/net/unix", unixTable(listenerRow(700, "/run/app.sock") + listenerRow(701, "x")));
  proc.put(10, { ...master, fds: { 5: "socket:[700]", 6: "socket:[701]" } });
  await find();
  expect(held()).toEqual([700, 701]);
});

it("says whose links could not be read, but not of workers below a master", async () => {
  const { proc, processes, find } = setUp();
  proc.put(10, { ...master, threads: { 10: [11] } });
  proc.put(11, { role: "worker", parent: 10 });
  proc.put(12, { role: "worker", parent: 1 });
  await find();
  for (const known of processes.tracked.values()) known.links = { kind: "denied", why: "EACCES" };
  expect(unreadableLinks(processes)).toEqual([
    { what: "fd-links", pid: 10, reason: "denied" },
    { what: "fd-links", pid: 12, reason: "denied" },
  ]);
});
