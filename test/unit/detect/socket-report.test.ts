import { describe, expect, it } from "vitest";
import { unitOnly } from "../../../agent/detect/unit-report.ts";
import type { ProcessFacts } from "../../../agent/model/process.ts";
import type { Pidfile, Snapshot } from "../../../agent/model/snapshot.ts";
import {
  asked,
  crew,
  emptyPlace,
  key,
  listener,
  master,
  memoryOf,
  ownedBy,
  place,
  see,
  snapshot,
  standing,
  unasked,
  worker,
} from "./build.ts";
import { both, duplicate, old } from "./two-listeners.ts";

function only(saw: Partial<Snapshot>) {
  const [socket] = see(snapshot(saw)).sockets;
  if (socket === undefined) throw new Error("no socket in the report");
  return socket;
}

function pidfile(changes: Partial<Pidfile>): Pidfile {
  const none = { pid: undefined, problem: undefined, alive: true };
  return { path: "/srv/app/gunicorn.pid", place: key, ...none, ...changes };
}

describe("the pidfile", () => {
  it.each<[string, Partial<Pidfile>, string]>([
    ["the serving master", { pid: 20 }, "serving"],
    ["the stale master", { pid: 10 }, "stale"],
    ["a worker, which is no master", { pid: 11 }, "stranger"],
    ["another program", { pid: 999 }, "stranger"],
    ["nobody alive", { pid: 999, alive: false }, "dead"],
    ["nobody: missing", { problem: "missing" }, "missing"],
    ["nobody: empty", { problem: "empty" }, "empty"],
    ["nobody: malformed", { problem: "malformed" }, "malformed"],
    ["nobody: unreadable", { problem: "unreadable" }, "unreadable"],
    ["nobody, for no reason given", {}, "missing"],
  ])("names %s", (_, changes, names) => {
    const elsewhere = pidfile({ place: "2049:8/b.sock", pid: 1 });
    const { pid = null } = pidfile(changes);
    expect(only({ ...duplicate, pidfiles: [elsewhere, pidfile(changes)] }).pidfile).toEqual({
      path: "/srv/app/gunicorn.pid",
      pid,
      names,
    });
  });

  it("is null where none is known", () => {
    expect(only({ ...duplicate, pidfiles: [pidfile({ place: "2049:8/b.sock" })] }).pidfile).toBe(
      null,
    );
  });
});

describe("names and numbers", () => {
  it.each<[string, number | undefined, string | null]>([
    ["a name", 33, "www-data"],
    ["a number where there is no name", 1234, "1234"],
    ["nothing where it could not be read", undefined, null],
  ])("the user of a master is %s", (_, uid, user) => {
    expect(only({ processes: [master(10, { uid })] }).groups[0]?.master?.user).toBe(user);
  });

  it("the file has numbers for an owner and a group without names", () => {
    const state = standing({ uid: 1234, gid: 5678, mode: "0600" });
    expect(only({ processes: [master(10)], places: [place({ state })] }).file).toEqual({
      device: 2049,
      inode: 1000,
      mode: "0600",
      owner: "1234",
      group: "5678",
    });
  });

  it("there is no file where none stands", () => {
    expect(only({ processes: [master(10)], places: [emptyPlace()] }).file).toBe(null);
  });

  it("nothing is bound where nothing listens", () => {
    expect(only({ configured: asked, listeners: [] }).boundAs).toBe(null);
  });

  it("the file of a listener is null where it could not be asked for", () => {
    const listeners = [listener(100, { binding: unasked })];
    expect(only({ processes: [master(10)], listeners }).groups[0]?.listener).toEqual({
      inode: 100,
      fileInode: null,
    });
  });

  it.each<[string, readonly ProcessFacts[], string | undefined]>([
    ["none outside any", [...crew(10, [11], old), ...crew(20, [21])], undefined],
    [
      "that of the serving master",
      [
        ...crew(10, [11], { ...old, unit: "old.service" }),
        ...crew(20, [21], { unit: "new.service" }),
      ],
      "new.service",
    ],
    [
      "that of another master where the serving one has none",
      [...crew(10, [11], { ...old, unit: "old.service" }), ...crew(20, [21])],
      "old.service",
    ],
    [
      "that of the workers where no master is left",
      [worker(11, { ...old, of: 1, unit: "old.service" })],
      "old.service",
    ],
  ])("the unit of a socket is %s", (_, processes, name) => {
    expect(only({ processes, listeners: both }).unit).toEqual(
      name === undefined ? null : unitOnly(name),
    );
  });

  it("groups come as serving first, then by the age of their masters", () => {
    const listeners = [70, 80, 90, 100].map((inode) => listener(inode));
    const processes = [
      ...crew(40, [], { holds: [70] }),
      ...crew(20, [], { holds: [80] }),
      worker(31, { of: 1, holds: [90] }),
      ...crew(30, [], { holds: [100] }),
    ];
    const { groups } = only({ processes, listeners, places: [ownedBy(100)] });
    expect(groups.map(({ role, master: head }) => [role, head?.pid])).toEqual([
      ["serving", 30],
      ["orphaned", undefined],
      ["stale", 20],
      ["stale", 40],
    ]);
  });
});

describe("a whole look", () => {
  it("does not change what it is given and gives the same answer twice", () => {
    const saw = Object.freeze(
      snapshot({ ...duplicate, memory: [{ pid: 10, memory: memoryOf(1) }] }),
    );
    const copy = structuredClone(saw);
    expect(see(saw)).toEqual(see(saw));
    expect(saw).toEqual(copy);
  });
});
