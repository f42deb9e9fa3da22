import { mkdirSync, rmSync } from "node:fs";
import { expect, it } from "vitest";
import { looker } from "./looker.ts";

function setUp() {
  const { proc, processes, files, asked } = looker();
  /** As a census or a search for holders hands it in. */
  function add(pid: number, startTicks: number, holder = false, caughtSignals = 0x8314a07): void {
    processes.add(
      {
        pid,
        comm: "gunicorn",
        state: "S",
        parentPid: 1,
        threads: 1,
        startTicks,
        rssPages: 250,
        caughtSignals,
      },
      holder,
    );
  }
  return { proc, processes, files, asked, add, pids: () => [...processes.tracked.keys()] };
}

it("gives the facts of a process, its identity read once but for where it is", async () => {
  const { proc, processes, add, asked } = setUp();
  proc.put(10, {
    comm: "gunicorn",
    role: "master",
    uid: 33,
    cmdline: "/usr/bin/python3\0/usr/bin/gunicorn\0app:app\0",
    cgroup: "0::/system.slice/platform.service\n",
  });
  add(10, 100);
  await processes.settle();
  expect(processes.facts()).toEqual([
    {
      id: { pid: 10, startTicks: 100 },
      parentPid: 1,
      state: "S",
      signalRole: "master",
      comm: "gunicorn",
      command: "/usr/bin/python3 /usr/bin/gunicorn app:app",
      uid: 33,
      unit: "platform.service",
      systemUnit: "platform.service",
      sockets: { kind: "not-asked" },
    },
  ]);
  asked();
  processes.refresh();
  await processes.settle();
  expect(asked()).toEqual(["10/stat", "10/cgroup", "10/task/10/children"]);
});

it("sees that root has moved a master, and asks it of masters alone", async () => {
  const { proc, processes, add, asked } = setUp();
  const unit = "0::/system.slice/platform.service\n";
  const master = { role: "master", comm: "gunicorn", threads: { 10: [11] } } as const;
  proc.put(10, { ...master, cgroup: unit });
  proc.put(11, { role: "worker", parent: 10, cgroup: unit });
  add(10, 100);
  await processes.settle();
  asked();
  const cgroup = "0::/system.slice/onemaster-before-platform.scope\n";
  proc.put(10, { ...master, cgroup });
  processes.refresh();
  expect(processes.facts().map((one) => one.unit)).toEqual([
    "onemaster-before-platform.scope",
    "platform.service",
  ]);
  expect(asked()).toEqual(["10/stat", "10/cgroup", "11/stat"]);
});

it("takes in children, grandchildren and those that other threads have forked", async () => {
  const { proc, processes, add, pids } = setUp();
  proc.put(10, { role: "master", threads: { 10: [11, 12] } });
  proc.put(11, { role: "worker", parent: 10, threads: { 11: [], 15: [20], 16: [21] } });
  proc.put(12, { role: "worker", parent: 10 });
  proc.put(20, { comm: "git", parent: 11, threads: { 20: [30] } });
  proc.put(21, { comm: "git", parent: 11 });
  proc.put(30, { comm: "git-remote", parent: 20 });
  proc.put(40, { comm: "stranger" });
  add(10, 100);
  await processes.settle();
  expect(pids()).toEqual([10, 11, 12, 20, 21, 30]);
});

it("finds a child that has come since", async () => {
  const { proc, processes, add, pids } = setUp();
  proc.put(10, { role: "master" });
  add(10, 100);
  await processes.settle();
  proc.put(10, { role: "master", threads: { 10: [11] } });
  proc.put(11, { role: "worker", parent: 10, startTicks: 500 });
  processes.refresh();
  await processes.settle();
  expect(pids()).toEqual([10, 11]);
});

it("passes over a child that left before it was looked at", async () => {
  const { proc, processes, add, pids } = setUp();
  proc.put(10, { role: "master", threads: { 10: [11] } });
  add(10, 100);
  await processes.settle();
  expect(pids()).toEqual([10]);
});

it("does not take in the children of pid 1 when that holds a listener: they are the host", async () => {
  const { proc, processes, add, pids } = setUp();
  proc.put(1, { comm: "systemd", parent: 0, threads: { 1: [10, 40] } });
  proc.put(10, { role: "master" });
  proc.put(40, { comm: "stranger" });
  add(1, 100, true, 2);
  await processes.settle();
  expect(pids()).toEqual([1]);
});

it("takes in the children of pid 1 when that is a master, as in a container", async () => {
  const { proc, add, pids, processes } = setUp();
  proc.put(1, { role: "master", parent: 0, threads: { 1: [10] } });
  proc.put(10, { role: "worker" });
  add(1, 100);
  await processes.settle();
  expect(pids()).toEqual([1, 10]);
});

it("drops a process that has left", async () => {
  const { proc, processes, add, pids } = setUp();
  proc.put(10, { role: "master" });
  add(10, 100);
  proc.remove(10);
  processes.refresh();
  await processes.settle();
  expect(pids()).toEqual([]);
});

it("drops a process whose pid names another by now", async () => {
  const { proc, processes, add, pids } = setUp();
  proc.put(10, { role: "master" });
  add(10, 100);
  proc.put(10, { comm: "postgres", startTicks: 900 });
  processes.refresh();
  await processes.settle();
  expect(pids()).toEqual([]);
});

it("replaces a process when another one with its pid is handed in", async () => {
  const { proc, processes, add } = setUp();
  proc.put(10, { role: "master", startTicks: 900, cmdline: "second\0" });
  add(10, 100, true);
  add(10, 900);
  await processes.settle();
  expect([...processes.tracked.values()].map(({ holder }) => holder)).toEqual([false]);
  expect(processes.facts().map(({ id, command }) => ({ id, command }))).toEqual([
    { id: { pid: 10, startTicks: 900 }, command: "second" },
  ]);
});

it("keeps a zombie, with its state, as long as nobody reaps it", async () => {
  const { proc, processes, add } = setUp();
  proc.put(10, { role: "master" });
  add(10, 100);
  await processes.settle();
  proc.put(10, { role: "master", state: "Z" });
  processes.refresh();
  expect(processes.facts().map(({ id, state }) => [id.pid, state])).toEqual([[10, "Z"]]);
});

it("reads the identity again when the kernel's name changes", async () => {
  const { proc, processes, add } = setUp();
  proc.put(10, { comm: "gunicorn", role: "master", cmdline: "gunicorn\0app:app\0" });
  add(10, 100);
  await processes.settle();
  proc.put(10, { comm: "gunicorn: maste", role: "master", cmdline: "gunicorn: master [app]\0\0" });
  processes.refresh();
  await processes.settle();
  expect(processes.facts().map(({ comm, command }) => [comm, command])).toEqual([
    ["gunicorn: maste", "gunicorn: master [app]"],
  ]);
});

it("reads identity and links again when a fork has become a worker", async () => {
  const { proc, processes, add } = setUp();
  proc.put(10, { comm: "gunicorn", role: "master" });
  add(10, 100);
  await processes.settle();
  const known = processes.tracked.get(10);
  if (known === undefined) throw new Error("not tracked");
  known.links = { kind: "read", descriptorOf: new Map([[5, 3]]) };
  proc.put(10, { comm: "gunicorn", role: "worker", uid: 1000 });
  processes.refresh();
  await processes.settle();
  expect(
    processes.facts().map(({ signalRole, uid, sockets }) => [signalRole, uid, sockets]),
  ).toEqual([["worker", 1000, { kind: "not-asked" }]]);
});

it("says of each process what is known of its sockets", async () => {
  const { proc, processes, add } = setUp();
  for (const pid of [10, 11, 12]) {
    proc.put(pid, { role: "master" });
    add(pid, 100);
  }
  const [one, other] = [...processes.tracked.values()];
  if (one === undefined || other === undefined) throw new Error("not tracked");
  const descriptorOf = new Map([
    [700, 5],
    [701, 6],
  ]);
  one.links = { kind: "read", descriptorOf };
  other.links = { kind: "denied", why: "EACCES" };
  expect(processes.facts().map(({ sockets }) => sockets)).toEqual([
    { kind: "read", inodes: [700, 701] },
    { kind: "denied" },
    { kind: "not-asked" },
  ]);
});

it("keeps a process that could not be read, and says so, until it can be read again", () => {
  const { proc, processes, add, pids } = setUp();
  proc.put(10, { role: "master" });
  add(10, 100);
  rmSync(`${proc.root}/10/stat`);
  mkdirSync(`${proc.root}/10/stat`);
  processes.refresh();
  const blind = [{ what: "processes", pid: 10, reason: "EISDIR" }];
  expect([pids(), processes.blind()]).toEqual([[10], blind]);
  proc.put(10, { role: "master" });
  processes.refresh();
  expect([pids(), processes.blind()]).toEqual([[10], []]);
});
