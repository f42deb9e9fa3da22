import { describe, expect, it } from "vitest";
import { looker } from "./looker.ts";

function setUp() {
  const { proc, processes } = looker();
  /** As a census hands a master in. */
  function add(pid: number, startTicks: number, parentPid = 1, caughtSignals = 0x8314a07): void {
    const stat = { pid, comm: "gunicorn", state: "S", parentPid, threads: 1, startTicks };
    processes.add({ ...stat, rssPages: 250, caughtSignals }, false);
  }
  return { proc, processes, add };
}

it("takes a worker that ends, and has let go of its signals, for the worker that it was", async () => {
  const { proc, processes, add } = setUp();
  proc.put(10, { role: "master", threads: { 10: [11] } });
  proc.put(11, { role: "worker", parent: 10 });
  add(10, 100);
  await processes.settle();
  proc.put(11, { role: "other", parent: 10 });
  processes.refresh();
  await processes.settle();
  expect(processes.facts().map(({ id, signalRole }) => [id.pid, signalRole])).toEqual([
    [10, "master"],
    [11, "worker"],
  ]);
});

describe("a child of a master that still catches its master's signals", () => {
  const roles = (processes: { facts(): readonly { id: { pid: number }; signalRole: string }[] }) =>
    processes.facts().map(({ id, signalRole }) => [id.pid, signalRole]);

  it("is a worker, and stays one when the master leaves before it gets its own", async () => {
    const { proc, processes, add } = setUp();
    proc.put(10, { role: "master", threads: { 10: [11] } });
    proc.put(11, { role: "master", parent: 10 });
    add(10, 100);
    await processes.settle();
    expect(roles(processes)).toEqual([
      [10, "master"],
      [11, "worker"],
    ]);
    proc.remove(10);
    proc.put(11, { role: "other", parent: 1 });
    processes.refresh();
    await processes.settle();
    expect(roles(processes)).toEqual([[11, "worker"]]);
  });

  it("is a master once it has a child, as the new one of an upgrade, and stays one", async () => {
    const { proc, processes, add } = setUp();
    proc.put(10, { role: "master", threads: { 10: [11] } });
    proc.put(11, { role: "master", parent: 10, threads: { 11: [12] } });
    proc.put(12, { role: "worker", parent: 11 });
    add(10, 100);
    await processes.settle();
    proc.remove(10);
    proc.remove(12);
    proc.put(11, { role: "master", parent: 1 });
    processes.refresh();
    await processes.settle();
    expect(roles(processes)).toEqual([[11, "master"]]);
  });
});

it("tells the new master of an upgrade whose worker a census meets first", () => {
  const { processes, add } = setUp();
  // in the order of their names, as a directory is read: 1001 comes before 994
  add(894, 10);
  add(1001, 40, 994, 0x8304226);
  add(994, 30, 894);
  expect(processes.facts().map(({ id, signalRole }) => [id.pid, signalRole])).toEqual([
    [894, "master"],
    [1001, "worker"],
    [994, "master"],
  ]);
});

it("reads a master again whose child is seen first: it has its handlers before it forks", async () => {
  const { proc, processes, add } = setUp();
  proc.put(10, { role: "master", threads: { 10: [11] } });
  proc.put(11, { role: "other", parent: 10 });
  add(10, 100);
  await processes.settle();
  // between the two reads of one look the new master of an upgrade sets its handlers and forks
  proc.put(11, { role: "master", parent: 10, threads: { 11: [12] } });
  proc.put(12, { role: "master", parent: 11 });
  await processes.settle();
  expect(processes.facts().map(({ id, signalRole }) => [id.pid, signalRole])).toEqual([
    [10, "master"],
    [11, "master"],
    [12, "worker"],
  ]);
});
